"""StyleGAN: styles of a mapping network, noise, a constant to begin with (Karras et al. 2019)

Paper: T. Karras, S. Laine, T. Aila, "A Style-Based Generator Architecture for Generative Adversarial Networks", CVPR
2019, arXiv 1812.04948.

Objective (non-saturating), s = D(x), w = f(z), x = g(w):
    L_D = E[softplus(-s_real)] + E[softplus(s_fake)] + gamma/2 E[|grad_x s_real|^2],   gamma = 10
    L_G = E[softplus(-s_fake)]

Networks: f has 8 dense layers at a hundredth of the learning rate; g begins with a learned 4x4 picture and has, at each
size, two convolutions, each followed by noise, LeakyReLU 0.2 and a normalisation of every map whose scale and shift are
learned from the style (AdaIN). The discriminator is `progan`'s. In training two styles are mixed in most samples.
Both networks may grow as `progan`'s do.

Deviations:
- They grow by two doublings by default, not from 8 px whatever the size; `--model.doublings 0` trains all at once.
- The discriminator halves by plain means over 2x2, without the filter [1, 2, 1] before.
- Rates are 1e-3 times those of layers whose weights have unit variance, as in the paper; the laptop preset's are ten
  times as large, and its networks narrow: FID on MNIST after 110 seconds of one core is 46 (1,788 steps), 121 with
  twice the channels and four mapping layers, and 173 with four times the channels and 2.5e-3. And its images end in
  tanh (`--model.output tanh`), the paper's in nothing, by which FID is 19 after 1,500 steps, and recall 0.45 in place
  of 0.05. Single runs.
- Groups of the statistics of the batch are neighbours, so that several devices compute what one would.
"""

from dataclasses import dataclass

import keras
from keras import layers, ops

from keras_gan.layers.constant import LearnedConstant
from keras_gan.layers.equalized import EqualizedConv2D
from keras_gan.layers.image_noise import ImageNoise
from keras_gan.layers.style_norm import StyleNorm
from keras_gan.losses import penalties
from keras_gan.losses.objectives import NON_SATURATING
from keras_gan.networks import growing, style
from keras_gan.registry import Preset, Variant
from keras_gan.training.growing import GrowingModel, GrowthOptions
from keras_gan.training.options import AdamOptions, OutputOptions, PenaltyOptions
from keras_gan.training.style import StyleModel, StyleOptions, classes_of

VARIANT = Variant(gives="image", sizes=(16, 32, 64, 128, 256), defaults={"image_size": 64, "batch_size": 16})

PRESETS = {
    "laptop": Preset(
        about="All sizes at once, tanh, large steps: FID 5.7 on MNIST in 3 core-minutes (make bench-quality).",
        run={"steps": 6000, "batch_size": 16},
        model={
            "channel_base": 256,
            "max_channels": 64,
            "latent_dim": 64,
            "style_dim": 64,
            "mapping_layers": 2,
            "mixing": 0.5,
            "output": "tanh",
            "generator_learning_rate": 1e-2,
            "discriminator_learning_rate": 1e-2,
            "gamma": 0.5,
            "penalty_interval": 16,
            "doublings": 0,
        },
    ),
    "paper": Preset(
        about="The paper's widths, rates and depth: days on a GPU.",
        run={"steps": 780000, "batch_size": 32},
        model={"batch_sizes": (128, 128, 64)},
    ),
}


@dataclass(frozen=True)
class Config(GrowthOptions, StyleOptions, AdamOptions, PenaltyOptions, OutputOptions):
    """Options of StyleGAN."""

    mapping_layers: int = 8
    """Dense layers between latents and styles."""
    generator_learning_rate: float = 1e-3
    """Adam step size of the generator."""
    discriminator_learning_rate: float = 1e-3
    """Adam step size of the discriminator."""
    beta_1: float = 0.0
    """Adam momentum of both."""
    gamma: float = 10.0
    """Weight of R1."""


TINY = Config(latent_dim=6, style_dim=5, mapping_layers=2, channel_base=1024, max_channels=8)


class StyleGAN(GrowingModel, StyleModel):
    """A style-based generator that may grow, and R1."""

    @property
    def growing_generator(self):
        return self.synthesis

    def generate(self, batch, training):
        styles = self.styles(batch, ops.shape(batch["real"])[0], "latents", follow=True)
        first = self.synthesis.get_layer("first")(styles)
        return growing.generated(self.synthesis, first, self.size, self.share, styles, training=training)

    def discriminator_terms(self, batch, fakes):
        batch = {**batch, "real": self.grown(batch["real"])}

        def penalty():
            _, gradients = penalties.scores_and_gradients(lambda images: self.score(images, batch), batch["real"])
            return self.config.gamma * penalties.zero_centred(gradients)

        scores = super().discriminator_terms(batch, fakes)
        return {**scores, "d_r1": self.lazily(self.config.penalty_interval, penalty)}


def build(config, fields):
    """Builds the model for square images of 16, 32, 64, 128 or 256 px with 1 to 4 channels."""
    shape = fields["real"].shape
    first, num_classes = config.first_size(shape[0]), classes_of(config, fields)
    return StyleGAN(
        style.generator(style.mapping(config, num_classes), synthesis(shape, first, config)),
        growing.discriminator(shape, first, config, num_classes),
        config,
        fields,
        objective=NON_SATURATING,
    )


def synthesis(image_shape, first_size, config):
    """Styles `[B, layers, style_dim]` to images `[B, height, width, C]`, float32, trained towards [-1, 1]."""
    channels = growing.widths(growing.sizes_of(4, image_shape[0]), config)
    styles = keras.Input((style.style_count(image_shape[0]), config.style_dim), name="styles")
    blocks, before = {}, None
    for size in growing.sizes_of(first_size, image_shape[0]):
        blocks[size] = _block(before, size, channels, styles)
        before = size
    constant = LearnedConstant((4, 4, channels[4]), name="first")
    options = {"steered": True, "output": config.output, "name": "synthesis"}
    return growing.generator(styles, constant, blocks, image_shape[2], **options)


def _block(before, size, channels, styles):
    """The network from maps of one size, None at the beginning, to those of another, steered by all styles."""
    styles = keras.Input(styles.shape[1:])
    maps = x = keras.Input((before or 4, before or 4, channels[before or 4]))
    for each in (each for each in channels if each <= size and each > (before or 0)):
        number, width = 2 * (each.bit_length() - 3), channels[each]
        if each > 4:
            x = EqualizedConv2D(width, 3, enlarge="filtered", gain=growing.RELU_GAIN)(x)
        x = _styled(x, styles[:, number], f"noise_{each}_enlarged")
        x = _styled(EqualizedConv2D(width, 3, gain=growing.RELU_GAIN)(x), styles[:, number + 1], f"noise_{each}")
    return keras.Model([maps, styles], x, name=f"block_{size}")


def _styled(x, styles, noise):
    x = layers.LeakyReLU(0.2)(ImageNoise(gain=growing.RELU_GAIN, per_channel=True, name=noise)(x))
    return StyleNorm()(x, styles)
