"""DRAGAN: the classical objective with a gradient penalty around the data (Kodali et al. 2017)

Paper: N. Kodali, J. Abernethy, J. Hays, Z. Kira, "On Convergence and Stability of GANs", arXiv 1705.07215.

Objective (section 2.3, algorithm 1), s = D(x) before the sigmoid:
    L_D = E[softplus(-s_real)] + E[softplus(s_fake)] + lambda E[(|grad D(x^)| - 1)^2],   lambda = 10
    L_G = E[softplus(-s_fake)]
    x^ = x_real + alpha (std / 2) u,   alpha uniform in [0, 1) for each image, u uniform in [0, 1) for each value,
    std the standard deviation of all values of the batch.

The equations leave the noise open; this perturbation is that of the authors' published program. The deviation is taken
over the global batch, so that several devices take the same step as one.

Deviations:
- The gradient is that of the score before the sigmoid, as in other libraries: the penalty then does not fade
  where the discriminator is sure.
- The discriminator has no BatchNorm, which would make a score depend on the other images of its batch, and starts from
  He's normal initializer instead; otherwise the networks are those of `dcgan`, whose deviations hold here.
"""

from dataclasses import dataclass

import keras
from keras import ops

from keras_gan.losses import penalties
from keras_gan.losses.objectives import NON_SATURATING
from keras_gan.networks import convolutional as networks
from keras_gan.registry import Preset, Variant
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.options import AdamOptions, ConvolutionOptions, PenaltyOptions

VARIANT = Variant(gives="image", sizes=(16, 32, 64, 128, 256))

PRESETS = {
    "laptop": Preset(
        about="Small networks, lazy penalty: FID 2.3 on MNIST in 3 core-minutes (make bench-quality).",
        run={"steps": 12000},
        model={
            "generator_channels": 16,
            "discriminator_channels": 16,
            "generator_learning_rate": 1e-3,
            "discriminator_learning_rate": 1e-3,
            "hidden_kernel_size": 4,
            "smooth_layers": 1,
            "fused_batch_norm": True,
            "penalty_interval": 4,
        },
    ),
    "paper": Preset(
        about="The paper's weight of the penalty in every step, networks of a DCGAN: hours on a GPU.",
        run={"steps": 25000},
        model={"beta_2": 0.999},
    ),
}


@dataclass(frozen=True)
class Config(AdamOptions, PenaltyOptions, ConvolutionOptions):
    """Options of DRAGAN."""

    penalty_weight: float = 10.0
    """lambda, the weight of the gradient penalty."""


TINY = Config(latent_dim=6, generator_channels=4, discriminator_channels=4, max_channels=8)


class DRAGAN(AdversarialModel):
    """Adds the gradient penalty at perturbed real images."""

    def discriminator_terms(self, batch, fakes):
        perturbed = self.perturbed(batch["real"])  # here, for its collective must not lie in a branch
        penalty = self.lazily(self.config.penalty_interval, lambda: self._penalty(batch, perturbed))
        return {**super().discriminator_terms(batch, fakes), "d_gradient_penalty": penalty}

    def _penalty(self, batch, perturbed):
        _, gradients = penalties.scores_and_gradients(lambda images: self.score(images, batch), perturbed)
        return self.config.penalty_weight * penalties.one_centred(gradients)

    def perturbed(self, real):
        """Real images `[B, …]`, each moved at random by up to half a standard deviation of the global batch."""
        rows = ops.shape(real)[0]
        mean = self.global_mean(real)
        deviation = ops.sqrt(self.global_mean(ops.square(real - mean)))
        noise = self.noise.uniform(rows, tuple(real.shape[1:]), "perturbation")
        alpha = self.noise.uniform(rows, (1,) * (len(real.shape) - 1), "penalty")
        return penalties.around(real, deviation, noise, alpha)


def build(config, fields):
    """Builds the model for square images of 16, 32, 64, 128 or 256 px with 1 to 4 channels."""
    return DRAGAN(
        networks.generator(fields["real"].shape, config),
        networks.discriminator(fields["real"].shape, config, norm=None, initializer=keras.initializers.HeNormal),
        config,
        fields,
        objective=NON_SATURATING,
    )
