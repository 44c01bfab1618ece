"""ProGAN: networks that grow from small images to large ones (Karras et al. 2018)

Paper: T. Karras, T. Aila, S. Laine, J. Lehtinen, "Progressive Growing of GANs for Improved Quality, Stability, and
Variation", ICLR 2018, arXiv 1710.10196.

Objective, s = D(x), D a critic:
    L_D = -E[s_real] + E[s_fake] + lambda E[(|grad D(x^)| - 1)^2] + drift E[s_real^2],   lambda = 10, drift = 0.001
    L_G = -E[s_fake]
    x^ = alpha x_real + (1 - alpha) x_fake, alpha uniform in [0, 1) for each pair

Both networks, and the real images with them, begin at a few pixels. A stage at one size is followed by one in which the
next fades in: what the generator gives is old (1 - a) + new a, the old image enlarged; the discriminator's first maps
are the same mixture, and so are the real images, of themselves and of themselves shrunk and enlarged. a rises from 0 to
1, step by step.

Networks: equalised learning rates; two 3x3 convolutions a size, LeakyReLU 0.2, and in the generator pixel norm; images
by 1x1 convolutions, without tanh; the discriminator sees the spread of its batch. Adam(1e-3, 0, 0.99), whose moments
begin anew when layers appear; samples are of a moving average.

Deviations:
- By default there are two doublings, not all from 4 px on: on so few pixels nothing is learned that lasts.
- Stages have as many steps as one another, not images, and the last one has a share of the run.
- The laptop preset takes the penalty in every fourth step. FID on MNIST after 2,468 steps is 14.6 (recall 0.54), and
  15.3 after 3,064 with half the channels, as long by the clock. Its images end in tanh: after 1,383 steps 19.1 (recall
  0.54), and 30.1 (0.24) without. Single runs.
- Groups of the statistics of the batch are neighbours, so that several devices compute what one would.
"""

from dataclasses import dataclass

import keras
from keras import layers, ops

from keras_gan.layers.equalized import EqualizedConv2D, EqualizedDense
from keras_gan.losses import penalties
from keras_gan.losses.objectives import WASSERSTEIN
from keras_gan.networks import growing
from keras_gan.registry import Preset, Variant
from keras_gan.training.growing import GrowingModel, GrowthOptions
from keras_gan.training.options import AdamOptions, OutputOptions, PenaltyOptions

VARIANT = Variant(gives="image", sizes=(16, 32, 64, 128, 256))

PRESETS = {
    "laptop": Preset(
        about="Narrow networks, tanh, a lazy penalty: FID 11 on MNIST in 3 core-minutes (make bench-quality).",
        run={"steps": 8000, "batch_size": 16},
        model={
            "channel_base": 512,
            "max_channels": 64,
            "latent_dim": 64,
            "generator_learning_rate": 3e-3,
            "discriminator_learning_rate": 3e-3,
            "penalty_interval": 4,
            "output": "tanh",
        },
    ),
    "paper": Preset(
        about="The paper's widths, rates and batches: days on a GPU.",
        run={"steps": 200000, "batch_size": 16},
        model={"doublings": 4, "batch_sizes": (128, 128, 128, 64, 32)},
    ),
}


@dataclass(frozen=True)
class Config(GrowthOptions, AdamOptions, PenaltyOptions, OutputOptions):
    """Options of ProGAN."""

    latent_dim: int = 512
    """Length of a latent vector."""
    channel_base: int = 8192
    """Channels of both networks times the edge of their maps, where that is below --model.max-channels."""
    max_channels: int = 512
    """Widest layer of either network."""
    minibatch_group: int = 4
    """Examples of a group whose spread the discriminator sees, at most."""
    generator_learning_rate: float = 1e-3
    """Adam step size of the generator."""
    discriminator_learning_rate: float = 1e-3
    """Adam step size of the discriminator."""
    beta_1: float = 0.0
    """Adam momentum of both."""
    penalty_weight: float = 10.0
    """lambda, the weight of the gradient penalty."""
    drift_weight: float = 1e-3
    """Weight of the squared scores of real images."""


TINY = Config(latent_dim=6, channel_base=1024, max_channels=8)


class ProGAN(GrowingModel):
    """A critic with a penalty on its gradient and on its scores of real images."""

    decision_boundary = None

    def generate(self, batch, training):
        latents = self.noise.normal(ops.shape(batch["real"])[0], (self.latent_dim,), "latents")
        x = self.generator.get_layer("first")(latents)
        return growing.generated(self.generator, x, self.size, self.share, training=training)

    def discriminator_terms(self, batch, fakes):
        real = self.grown(batch["real"])
        real_scores, fake_scores = self.score(real, batch), self.score(fakes, batch)
        terms = self.objective.discriminator(real_scores=real_scores, fake_scores=fake_scores)
        penalty = self.lazily(self.config.penalty_interval, lambda: self._penalty(batch, real, fakes))
        drift = self.config.drift_weight * ops.square(real_scores)
        return {**terms, "d_gradient_penalty": penalty, "d_drift": drift}

    def _penalty(self, batch, real, fakes):
        alpha = self.noise.uniform(ops.shape(real)[0], (1, 1, 1), "penalty")
        mixed = penalties.between(real, fakes, alpha)
        _, gradients = penalties.scores_and_gradients(lambda images: self.score(images, batch), mixed)
        return self.config.penalty_weight * penalties.one_centred(gradients)


def build(config, fields):
    """Builds the model for square images of 16, 32, 64, 128 or 256 px with 1 to 4 channels."""
    shape = fields["real"].shape
    first = config.first_size(shape[0])
    latents = keras.Input((config.latent_dim,), name="latents")
    start, blocks = _blocks(growing.sizes_of(first, shape[0]), config)
    return ProGAN(
        growing.generator(latents, start, blocks, shape[2], output=config.output),
        growing.discriminator(shape, first, config),
        config,
        fields,
        objective=WASSERSTEIN,
    )


def _blocks(sizes, config):
    """The network from latents to maps of 4 px, and those from there to each size, `{size: network}`."""
    channels = growing.widths(growing.sizes_of(4, sizes[-1]), config)
    latents = keras.Input((config.latent_dim,))
    x = EqualizedDense(16 * channels[4], gain=growing.RELU_GAIN / 4)(growing.unit_length(latents))
    x = _convolved(_normalized(layers.Reshape((4, 4, channels[4]))(x)), channels[4])
    start = keras.Model(latents, x, name="first")
    blocks, before = {}, 4
    for size in sizes:
        maps = x = keras.Input((before, before, channels[before]))
        while before < size:
            before *= 2
            x = _convolved(_convolved(x, channels[before], enlarge="nearest"), channels[before])
        blocks[size] = keras.Model(maps, layers.Activation("linear")(x), name=f"block_{size}")
    return start, blocks


def _convolved(x, width, enlarge=None):
    return _normalized(EqualizedConv2D(width, 3, enlarge=enlarge, gain=growing.RELU_GAIN)(x))


def _normalized(x):
    return growing.unit_length(layers.LeakyReLU(0.2)(x))
