"""ACGAN: the discriminator also names the class, and fakes must be named rightly (Odena et al. 2017)

Paper: A. Odena, C. Olah, J. Shlens, "Conditional Image Synthesis with Auxiliary Classifier GANs", ICML 2017,
arXiv 1610.09585.

Objective (equations 2 and 3, the former in the non-saturating form); s = D(x) before the sigmoid, c(x) the logits of
the discriminator's second output, H the cross-entropy:
    L_D = E[softplus(-s_real)] + E[softplus(s_fake)] + w E[H(c(x_real), y)] + w E[H(c(x_fake), y)]
    L_G = E[softplus(-s_fake)] + w E[H(c(x_fake), y)]
with w = 1. Only the generator is told the class; the discriminator has to find it.

Needs labels: the classes of the data set, or one sub-folder per class in a folder of images.

Deviations:
- Networks are those of `dcgan`, whose deviations hold here, where the paper's differ with the data set; the paper's
  Dropout in the discriminator and noise on its inputs are left out.
"""

from dataclasses import dataclass

import keras
from keras import layers, ops

from keras_gan.losses.objectives import NON_SATURATING
from keras_gan.modalities.label import class_count
from keras_gan.networks import convolutional as networks
from keras_gan.registry import Preset, Variant
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.options import AdamOptions, ConvolutionOptions
from keras_gan.training.step import labels_of

VARIANT = Variant(gives="image", takes=("noise", "label"), sizes=(16, 32, 64, 128, 256))

PRESETS = {
    "laptop": Preset(
        about="Small networks at a large rate: FID 1.5 on MNIST in 3 core-minutes (make bench-quality).",
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
        about="The paper's rates and batch, networks of a DCGAN: hours on a GPU.",
        run={"steps": 50000, "batch_size": 100},
        model={"beta_2": 0.999},
    ),
}


@dataclass(frozen=True)
class Config(AdamOptions, ConvolutionOptions):
    """Options of ACGAN."""

    class_weight: float = 1.0
    """w, the weight of the cross-entropies."""


TINY = Config(latent_dim=6, generator_channels=4, discriminator_channels=4, max_channels=8)


class ACGAN(AdversarialModel):
    """Adds the cross-entropy of the class, on real images and fakes, to the terms of both networks."""

    def discriminator_terms(self, batch, fakes):
        real_scores, real_classes = self.discriminate(batch["real"], batch)
        fake_scores, fake_classes = self.discriminate(fakes, batch)
        self.watch_scores(real_scores, fake_scores)
        self.watch("d_class_accuracy", self._is_right(real_classes, batch))
        return {
            **self.objective.discriminator(real_scores=real_scores, fake_scores=fake_scores),
            "d_real_class": self._cross_entropy(real_classes, batch),
            "d_fake_class": self._cross_entropy(fake_classes, batch),
        }

    def generator_terms(self, batch, fakes):
        scores, classes = self.discriminate(fakes, batch)
        self.watch("g_class_accuracy", self._is_right(classes, batch))
        return {
            **self.objective.generator(real_scores=None, fake_scores=scores),
            "g_class": self._cross_entropy(classes, batch),
        }

    def _cross_entropy(self, logits, batch):
        cross_entropy = ops.sparse_categorical_crossentropy(labels_of(batch), logits, from_logits=True)
        return self.config.class_weight * cross_entropy

    def _is_right(self, logits, batch):
        return ops.cast(ops.equal(ops.argmax(logits, axis=-1), labels_of(batch)), "float32")


def build(config, fields):
    """Builds the model for labelled square images of 16, 32, 64, 128 or 256 px with 1 to 4 channels."""
    return ACGAN(
        networks.generator(fields["real"].shape, config, class_count(fields)),
        discriminator(config, fields),
        config,
        fields,
        objective=NON_SATURATING,
    )


def discriminator(config, fields):
    """Images to scores `[B, 1]` and logits of the classes `[B, num_classes]`, both float32."""
    images = keras.Input(fields["real"].shape, name="images")
    x = layers.Flatten()(networks.features(images, config))
    count = class_count(fields)
    classes = layers.Dense(count, kernel_initializer=networks.normal(), dtype="float32", name="classes")(x)
    return keras.Model(images, [networks.score(x), classes], name="discriminator")
