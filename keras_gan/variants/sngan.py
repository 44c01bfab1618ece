"""SNGAN: spectral normalisation of the discriminator, hinge loss, projection of the class (Miyato et al. 2018)

Papers: T. Miyato, T. Kataoka, M. Koyama, Y. Yoshida, "Spectral Normalization for Generative Adversarial Networks",
ICLR 2018, arXiv 1802.05957; T. Miyato, M. Koyama, "cGANs with Projection Discriminator", ICLR 2018, arXiv 1802.05637.

Objective (1802.05957, equations 16 and 17):
    L_D = E[max(0, 1 - s_real)] + E[max(0, 1 + s_fake)]
    L_G = -E[s_fake]
The kernel of every layer of the discriminator is divided by its spectral norm, so that each layer is 1-Lipschitz as a
matrix. Where the data has labels y, generator and discriminator are told the class, and with the last features phi
    s = v_y . phi(x) + psi(phi(x))                                                (1802.05637, equation 3)
with v_y a vector per class and psi affine; v and psi are normalised, too. `--model.unconditional` ignores labels.

Deviations:
- Networks are `dcgan`'s sizes, whose deviations hold here, where the paper's standard CNN has three more layers of 3x3
  convolutions; Glorot's uniform initializer in the discriminator.
- phi is the last feature map as it is, like in the first paper's CNN; the second paper's networks sum its pixels.
- The class enters the generator as a one-hot code beside the latents, where the second paper has conditional BatchNorm.
- One update of the discriminator for one of the generator with Adam(2e-4, 0.5, 0.99); the paper's settings for its
  images of 32 px are one update with Adam(2e-4, 0.5, 0.999) or five with other momenta (its table 1).
"""

from dataclasses import dataclass

import keras
from keras import layers

from keras_gan.layers.spectral import SpectralConv2D, SpectralDense, SpectralEmbedding
from keras_gan.losses.objectives import HINGE
from keras_gan.modalities.label import class_count
from keras_gan.networks import convolutional as networks
from keras_gan.registry import Preset, Variant
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.options import AdamOptions, ConvolutionOptions

VARIANT = Variant(gives="image", sizes=(16, 32, 64, 128, 256))

PRESETS = {
    "laptop": Preset(
        about="Small networks at a large rate: FID 2.0 on MNIST in 3 core-minutes (make bench-quality).",
        run={"steps": 12000},
        model={
            "generator_channels": 16,
            "discriminator_channels": 16,
            "generator_learning_rate": 5e-4,
            "discriminator_learning_rate": 5e-4,
            "hidden_kernel_size": 4,
            "smooth_layers": 1,
            "fused_batch_norm": True,
        },
    ),
    "paper": Preset(
        about="The paper's rates, batch and length: hours on a GPU.",
        run={"steps": 100000},
        model={"beta_2": 0.999},
    ),
}


@dataclass(frozen=True)
class Config(AdamOptions, ConvolutionOptions):
    """Options of SNGAN."""

    unconditional: bool = False
    """Leave labels aside where there are any."""


TINY = Config(latent_dim=6, generator_channels=4, discriminator_channels=4, max_channels=8)


def build(config, fields):
    """Builds the model for square images of 16, 32, 64, 128 or 256 px with 1 to 4 channels, labelled or not."""
    num_classes = 0 if config.unconditional else class_count(fields)
    return AdversarialModel(
        networks.generator(fields["real"].shape, config, num_classes),
        discriminator(config, fields["real"].shape, num_classes),
        config,
        fields,
        objective=HINGE,
    )


def discriminator(config, image_shape, num_classes):
    """Images, or `[images, labels]` with labels int32 `[B]`, to scores `[B, 1]`, float32."""
    inputs = images = keras.Input(image_shape, name="images")
    x = networks.features(images, config, conv=SpectralConv2D, norm=None, initializer=keras.initializers.GlorotUniform)
    x = layers.Flatten(dtype="float32")(x)
    scores = networks.score(x, dense=SpectralDense, initializer=keras.initializers.GlorotUniform)
    if num_classes:
        labels = keras.Input((), dtype="int32", name="labels")
        inputs = [images, labels]
        classes = SpectralEmbedding(
            num_classes, x.shape[-1], embeddings_initializer="glorot_uniform", dtype="float32", name="classes"
        )(labels)
        scores = layers.Add(dtype="float32")([scores, layers.Dot(axes=1, dtype="float32")([classes, x])])
    return keras.Model(inputs, scores, name="discriminator")
