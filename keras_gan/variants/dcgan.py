"""DCGAN: convolutional GAN with BatchNorm, the classical baseline (Radford et al. 2016)

Paper: A. Radford, L. Metz, S. Chintala, "Unsupervised Representation Learning with Deep Convolutional Generative
Adversarial Networks", ICLR 2016, arXiv 1511.06434.

Objective (non-saturating, Goodfellow et al. 2014), s = D(x) before the sigmoid:
    L_D = E[softplus(-s_real)] + E[softplus(s_fake)]
    L_G = E[softplus(-s_fake)]

Networks and training as in the paper: a transposed-convolution generator with BatchNorm and ReLU, tanh at the
end; a strided discriminator with BatchNorm and LeakyReLU 0.2; no pooling, no hidden dense layers; weights from
N(0, 0.02); Adam with learning rate 2e-4 and beta_1 0.5.

Deviations:
- Latents are standard normal; the paper draws them uniformly from [-1, 1].
- Kernels are 4x4, a multiple of the stride, where the paper's figure has 5x5; in the generator's hidden layers they
  are 3x3, which takes a fifth off the time of a step (`--model.hidden-kernel-size 4` to compare).
- The number of layers follows the image size (16 to 256 px, starting from 4x4); the paper has 64 px alone.
- Adam's beta_2 is 0.99, where the paper names none: the usual 0.999 remembers the large gradients of the start for a
  thousand steps, too long for short runs (`--model.beta-2 0.999` to compare).
- Batch size 64 by default; the paper uses 128.
- Samples come from an exponential moving average of the generator, which the paper does not have.
"""

from dataclasses import dataclass

from keras_gan.losses.objectives import NON_SATURATING
from keras_gan.networks import convolutional as networks
from keras_gan.registry import Preset, Variant
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.options import AdamOptions, ConvolutionOptions

VARIANT = Variant(gives="image", sizes=(16, 32, 64, 128, 256))

PRESETS = {
    "laptop": Preset(
        about="Small networks at a large rate: FID 3.2 on MNIST in 3 core-minutes (make bench-quality).",
        run={"steps": 12000},
        model={
            "generator_channels": 16,
            "discriminator_channels": 16,
            "generator_learning_rate": 1e-3,
            "discriminator_learning_rate": 1e-3,
            "hidden_kernel_size": 4,
            "smooth_layers": 1,
            "fused_batch_norm": True,
        },
    ),
    "paper": Preset(
        about="The paper's rates and batch, 128 to 1,024 channels at 64 px: hours on a GPU.",
        run={"steps": 25000, "batch_size": 128},
        model={"beta_2": 0.999},
    ),
}


@dataclass(frozen=True)
class Config(AdamOptions, ConvolutionOptions):
    """Options of DCGAN."""


TINY = Config(latent_dim=6, generator_channels=4, discriminator_channels=4, max_channels=8)


def build(config, fields):
    """Builds the model for square images of 16, 32, 64, 128 or 256 px with 1 to 4 channels."""
    return AdversarialModel(
        networks.generator(fields["real"].shape, config),
        networks.discriminator(fields["real"].shape, config),
        config,
        fields,
        objective=NON_SATURATING,
    )
