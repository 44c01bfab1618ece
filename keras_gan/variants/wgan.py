"""WGAN: a critic that estimates the Wasserstein distance, with clipped weights (Arjovsky et al. 2017)

Paper: M. Arjovsky, S. Chintala, L. Bottou, "Wasserstein GAN", ICML 2017, arXiv 1701.07875.

Objective (algorithm 1), s = D(x), D the critic:
    L_D = -E[s_real] + E[s_fake],   every weight of D clipped to [-c, c], c = 0.01
    L_G = -E[s_fake]
with five updates of the critic, each on its own batch, for one of the generator, and RMSprop with learning rate 5e-5.

The networks are those of `dcgan`, as in the paper; BatchNorm's scales and offsets are clipped like all weights.

Deviations:
- Weights are clipped from the start, and not only after the first update.
- RMSprop's decay is 0.99 and its epsilon 1e-8, the defaults of the framework that the authors used; the paper names
  neither.
- What `dcgan` says of latents, kernels and the moving average holds here.
"""

import functools
from dataclasses import dataclass

import keras
from keras import layers, ops

from keras_gan.losses.objectives import WASSERSTEIN
from keras_gan.networks import convolutional as networks
from keras_gan.registry import Preset, Variant
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.optimizers import falling
from keras_gan.training.options import ConvolutionOptions, ModelOptions
from keras_gan.training.stages import Stage

VARIANT = Variant(gives="image", sizes=(16, 32, 64, 128, 256))

PRESETS = {
    "laptop": Preset(
        about="One update of the critic, a large rate: FID 16 on MNIST in 3 core-minutes (make bench-quality).",
        run={"steps": 12000},
        model={
            "generator_channels": 16,
            "discriminator_channels": 16,
            "learning_rate": 5e-4,
            "critic_steps": 1,
            "hidden_kernel_size": 4,
            "smooth_layers": 1,
            "fused_batch_norm": True,
        },
    ),
    "paper": Preset(
        about="The paper's rate, batch and five updates of the critic: a day on a GPU.",
        run={"steps": 100000},
        model={"generator_channels": 128, "discriminator_channels": 64},
    ),
}


@dataclass(frozen=True)
class Config(ModelOptions, ConvolutionOptions):
    """Options of WGAN."""

    generator_channels: int = 64
    """Width of the generator's last hidden layer; doubles towards the latents."""
    learning_rate: float = 5e-5
    """RMSprop step size of both networks."""
    final_rate: float = 1.0
    """Share of the step size that is left at the end of the run, where it falls to along a cosine; 1: constant."""
    clip: float = 0.01
    """Largest absolute value of any weight of the critic."""
    critic_steps: int = 5
    """Updates of the critic for one of the generator."""

    def optimizers(self, total_steps=None):
        """RMSprop for both networks."""
        rate = falling(self.learning_rate, total_steps, self.final_rate)
        return tuple(keras.optimizers.RMSprop(rate, rho=0.99, epsilon=1e-8) for _ in range(2))

    def stages(self, total_steps=None):
        """The critic is updated several times, each on examples of its own."""
        return (Stage("train", order=("d",) * self.critic_steps + ("g",)),)


TINY = Config(latent_dim=6, generator_channels=4, discriminator_channels=4, max_channels=8, critic_steps=2)


@keras.saving.register_keras_serializable("keras_gan")
class Clip(keras.constraints.Constraint):
    """Keeps every weight in [-limit, limit]."""

    def __init__(self, limit):
        self.limit = limit

    def __call__(self, weights):
        return ops.clip(weights, -self.limit, self.limit)

    def get_config(self):
        return {"limit": self.limit}


class WGAN(AdversarialModel):
    """A critic's scores have no zero that means anything."""

    decision_boundary = None


def build(config, fields):
    """Builds the model for square images of 16, 32, 64, 128 or 256 px with 1 to 4 channels."""
    clip = Clip(config.clip)
    clipped = {"kernel_constraint": clip, "bias_constraint": clip}
    critic = networks.discriminator(
        fields["real"].shape,
        config,
        conv=functools.partial(layers.Conv2D, **clipped),
        norm=functools.partial(networks.batch_norm, gamma_constraint=clip, beta_constraint=clip),
        dense=functools.partial(layers.Dense, kernel_constraint=clip, use_bias=False),  # it would cancel in the loss
    )
    for weight in critic.trainable_weights:
        weight.assign(clip(weight))
    return WGAN(
        networks.generator(fields["real"].shape, config),
        critic,
        config,
        fields,
        objective=WASSERSTEIN,
    )
