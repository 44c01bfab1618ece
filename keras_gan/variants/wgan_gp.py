"""WGAN-GP: a critic held Lipschitz by a penalty on its gradient (Gulrajani et al. 2017)

Paper: I. Gulrajani, F. Ahmed, M. Arjovsky, V. Dumoulin, A. Courville, "Improved Training of Wasserstein GANs",
NIPS 2017, arXiv 1704.00028.

Objective (equation 3, algorithm 1), s = D(x), D the critic:
    L_D = -E[s_real] + E[s_fake] + lambda E[(|grad D(x^)| - 1)^2],   lambda = 10
    L_G = -E[s_fake]
    x^ = alpha x_real + (1 - alpha) x_fake, alpha uniform in [0, 1) for each pair
with five updates of the critic, each on its own batch, for one of the generator, and Adam(1e-4, 0, 0.9). The critic
has no BatchNorm, which would make a score depend on the other images of its batch.

Deviations:
- The networks are narrower versions of `dcgan`'s, whose deviations hold here, because every update of the generator
  costs five of the critic; the critic's weights start from He's normal initializer, since its layers have no
  normalisation.
"""

import functools
from dataclasses import dataclass

import keras
from keras import layers, ops

from keras_gan.losses import penalties
from keras_gan.losses.objectives import WASSERSTEIN
from keras_gan.networks import convolutional as networks
from keras_gan.registry import Preset, Variant
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.options import AdamOptions, ConvolutionOptions, PenaltyOptions
from keras_gan.training.stages import Stage

VARIANT = Variant(gives="image", sizes=(16, 32, 64, 128, 256))

PRESETS = {
    "laptop": Preset(
        about="One update of the critic, lazy penalty: FID 1.6 on MNIST in 3 core-minutes (make bench-quality).",
        run={"steps": 12000},
        model={
            "generator_channels": 16,
            "discriminator_channels": 16,
            "generator_learning_rate": 1e-3,
            "discriminator_learning_rate": 1e-3,
            "hidden_kernel_size": 4,
            "smooth_layers": 1,
            "fused_batch_norm": True,
            "critic_steps": 1,
            "penalty_interval": 4,
        },
    ),
    "paper": Preset(
        about="The paper's rates, batch, five updates of the critic and length: a day on a GPU.",
        run={"steps": 200000},
        model={"generator_channels": 128, "discriminator_channels": 64},
    ),
}


@dataclass(frozen=True)
class Config(AdamOptions, PenaltyOptions, ConvolutionOptions):
    """Options of WGAN-GP."""

    generator_channels: int = 64
    """Width of the generator's last hidden layer; doubles towards the latents."""
    discriminator_channels: int = 32
    """Width of the critic's first layer; doubles towards the score."""
    generator_learning_rate: float = 1e-4
    """Adam step size of the generator."""
    discriminator_learning_rate: float = 1e-4
    """Adam step size of the critic."""
    beta_1: float = 0.0
    """Adam momentum of both."""
    beta_2: float = 0.9
    """Decay of Adam's squared gradients, of both."""
    penalty_weight: float = 10.0
    """lambda, the weight of the gradient penalty."""
    critic_steps: int = 5
    """Updates of the critic for one of the generator."""

    def stages(self, total_steps=None):
        """The critic is updated several times, each on examples of its own."""
        return (Stage("train", order=("d",) * self.critic_steps + ("g",)),)


TINY = Config(latent_dim=6, generator_channels=4, discriminator_channels=4, max_channels=8, critic_steps=2)


class WGANGP(AdversarialModel):
    """Adds the gradient penalty to the critic's terms."""

    decision_boundary = None

    def discriminator_terms(self, batch, fakes):
        penalty = self.lazily(self.config.penalty_interval, lambda: self._penalty(batch, fakes))
        return {**super().discriminator_terms(batch, fakes), "d_gradient_penalty": penalty}

    def _penalty(self, batch, fakes):
        real = batch["real"]
        alpha = self.noise.uniform(ops.shape(real)[0], (1,) * (len(real.shape) - 1), "penalty")
        mixed = penalties.between(real, fakes, alpha)
        _, gradients = penalties.scores_and_gradients(lambda images: self.score(images, batch), mixed)
        return self.config.penalty_weight * penalties.one_centred(gradients)


def build(config, fields):
    """Builds the model for square images of 16, 32, 64, 128 or 256 px with 1 to 4 channels."""
    return WGANGP(
        networks.generator(fields["real"].shape, config),
        networks.discriminator(
            fields["real"].shape,
            config,
            norm=None,
            dense=functools.partial(layers.Dense, use_bias=False),  # it would cancel in the loss
            initializer=keras.initializers.HeNormal,
        ),
        config,
        fields,
        objective=WASSERSTEIN,
    )
