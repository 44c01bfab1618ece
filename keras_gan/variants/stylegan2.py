"""StyleGAN2: styles that steer every layer, path-length regularisation (Karras et al. 2020)

Paper: T. Karras, S. Laine, M. Aittala, J. Hellsten, J. Lehtinen, T. Aila, "Analyzing and Improving the Image Quality of
StyleGAN", CVPR 2020, arXiv 1912.04958; widths, rates and gamma by image size are those of the configuration `auto` of
T. Karras et al., "Training Generative Adversarial Networks with Limited Data", NeurIPS 2020, arXiv 2006.06676.

Objective (non-saturating), s = D(x), w = f(z), x = g(w):
    L_D = E[softplus(-s_real)] + E[softplus(s_fake)] + gamma/2 E[|grad_x s_real|^2]       the last term lazily
    L_G = E[softplus(-s_fake)] + weight E[(|J_w^T y| - a)^2]                              the last term lazily

y are images of normal noise, J_w is the Jacobian of g, and a follows the mean of |J_w^T y|: so a step in w of a given
length changes the picture by the same amount everywhere. Both regularisers are computed in some steps alone, and count
as much more there.

Networks: 2 dense layers f; a constant 4x4 picture, convolutions that a style modulates and demodulates, noise at every
layer, each size adds its image to the enlarged one of the size before (skip); a residual discriminator with statistics
of the batch. In training, two styles are mixed in most samples.

Deviations:
- Samples are styled by scaling the inputs and outputs of one convolution, which is the same as a kernel for each sample
  and much faster on processors.
- Groups of the statistics of the batch are neighbours, so that several devices compute what one would.
- `--model.lean`, the laptop's: nothing but the image has the full size, and the discriminator halves without a filter.
  A step of 32 takes 0.2 s of one core, where it took 0.28 s of two; docs/style.md has the FIDs.
- The laptop preset's rates are four times the published 2.5e-3, and its images are hyperbolic tangents
  (`--model.output tanh`) of what the paper takes for images: samples are of more kinds by it. On avatars of 64 px after
  1,500 steps, FID of the classifier's features is 7.7 (recall 0.52) with it and a gamma of 2, and 11.2 (0.34) without
  it and a gamma of 4; with it and gammas of 0.5, 1 and 4 it is 13.4, 11.2 and 7.5. On MNIST after 1,500 steps it is
  9.9 (recall 0.33) with it and 7.7 (0.51) with a gamma of 0.5, which at half the generator's rate comes to 12.8, and
  13.4 without path lengths. After three minutes of one core it is 2.9 (0.56) with the preset and was, on a slower
  machine, 56 (0.01) before. Single runs. Path lengths are those of the true tangents.
- Adam's moments are as published: the two regularisers are part of the loss, no updates of their own, for which the
  paper adapts them.
"""

from dataclasses import dataclass

import keras
from keras import layers

from keras_gan.layers.blur import Enlarge2D
from keras_gan.layers.bounded import FUNCTIONS
from keras_gan.layers.constant import LearnedConstant
from keras_gan.layers.image_noise import ImageNoise
from keras_gan.layers.modulated import ModulatedConv2D
from keras_gan.losses import penalties
from keras_gan.losses.objectives import NON_SATURATING
from keras_gan.networks import growing, style
from keras_gan.registry import Preset, Variant
from keras_gan.training.options import AdamOptions, OutputOptions
from keras_gan.training.style import StyleModel, StyleOptions, classes_of

VARIANT = Variant(gives="image", sizes=(16, 32, 64, 128, 256), defaults={"image_size": 64, "batch_size": 16})

PRESETS = {
    "laptop": Preset(
        about="Narrow networks, tanh, large steps: FID 2.9 on MNIST in 3 core-minutes (make bench-quality).",
        run={"steps": 6000, "batch_size": 16},
        model={
            "channel_base": 512,
            "max_channels": 128,
            "latent_dim": 64,
            "style_dim": 64,
            "mixing": 0.5,
            "gamma": 2.0,
            "output": "tanh",
            "generator_learning_rate": 1e-2,
            "discriminator_learning_rate": 1e-2,
            "noise_rate": 0.05,
            "lean": True,
        },
    ),
    "paper": Preset(
        about="The widths, rates and gamma of the configuration `auto`: days on a GPU.",
        run={"steps": 780000, "batch_size": 32},
        model={},
    ),
}


@dataclass(frozen=True)
class Config(StyleOptions, AdamOptions, OutputOptions):
    """Options of StyleGAN2."""

    generator_learning_rate: float = 2.5e-3
    """Adam step size of the generator."""
    discriminator_learning_rate: float = 2.5e-3
    """Adam step size of the discriminator."""
    beta_1: float = 0.0
    """Adam momentum of both."""
    gamma: float | None = None
    """Weight of R1; default: 0.0002 times the pixels of an image over the usual batch of its size."""
    penalty_interval: int = 16
    """Steps from one R1 to the next, which then counts as often."""
    path_length_weight: float = 2.0
    """Weight of path-length regularisation."""
    path_length_interval: int = 4
    """Steps from one path length to the next, which then counts as often."""
    path_length_decay: float = 0.01
    """How far the mean path length moves towards the latest."""
    noise_rate: float = 1.0
    """Share of the generator's step size by which strengths of noise are learned: less where steps are large, else
    noise takes the place of detail."""
    lean: bool = False
    """Leave out what takes much time on processors: layers of the largest size, whose image comes of maps of half the
    size, and goes into such; and the filter before the discriminator halves."""


TINY = Config(latent_dim=6, style_dim=5, channel_base=1024, max_channels=8)


class StyleGAN2(StyleModel):
    """Adds lazy R1 and path-length regularisation to a style-based model."""

    def __init__(self, *args, gamma, **kwargs):
        super().__init__(*args, **kwargs)
        self.gamma = gamma
        self.path_length = self.add_weight(
            shape=(), initializer="zeros", trainable=False, aggregation="mean", name="path_length"
        )

    def discriminator_terms(self, batch, fakes):
        def penalty():
            _, gradients = penalties.scores_and_gradients(lambda images: self.score(images, batch), batch["real"])
            return self.gamma * penalties.zero_centred(gradients)

        scores = super().discriminator_terms(batch, fakes)
        return {**scores, "d_r1": self.lazily(self.config.penalty_interval, penalty)}

    def generator_terms(self, batch, fakes):
        terms = super().generator_terms(batch, fakes)
        if not self.config.path_length_weight:
            return terms
        config, mean = self.config, self.path_length.value
        penalty, mean = self.lazy_path_penalty(batch, mean, config.path_length_interval, config.path_length_decay)
        self.watch("path_length", mean)
        return {**terms, "g_path": config.path_length_weight * penalty}

    def after_update(self, terms):
        return {"path_length": terms["path_length"]} if "path_length" in terms else {}


def build(config, fields):
    """Builds the model for square images of 16, 32, 64, 128 or 256 px with 1 to 4 channels."""
    shape, num_classes = fields["real"].shape, classes_of(config, fields)
    largest = shape[0] // 2 if config.lean else shape[0]
    gamma = config.gamma or 0.0002 * shape[0] ** 2 / min(4096 // shape[0], 32)
    return StyleGAN2(
        style.generator(style.mapping(config, num_classes), synthesis(shape, largest, config)),
        style.discriminator(shape, largest, config, num_classes),
        config,
        fields,
        objective=NON_SATURATING,
        gamma=gamma,
    )


_OF_IMAGES = {"demodulate": False, "dtype": "float32"}


def synthesis(image_shape, largest, config):
    """Styles `[B, layers, style_dim]` to images `[B, height, width, C]`, float32, trained towards [-1, 1].

    Args:
        largest: edge of the largest maps, that of an image or half of it.
    """
    styles = keras.Input((style.style_count(largest), config.style_dim), name="styles")
    x = images = None
    for number, (size, width) in enumerate(growing.widths(growing.sizes_of(4, largest), config).items()):
        x = LearnedConstant((size, size, width))(styles) if x is None else x
        if number:
            x = _styled(x, styles[:, 2 * number - 1], width, config, f"noise_{size}_enlarged", enlarge=True)
        x = _styled(x, styles[:, 2 * number], width, config, f"noise_{size}")
        # An image takes the style of the layer that comes next.
        style_of_image = styles[:, 2 * number + 1]
        images = _added(images, ModulatedConv2D(image_shape[2], 1, **_OF_IMAGES)(x, style_of_image))
    if largest < image_shape[0]:
        images = _added(images, ModulatedConv2D(image_shape[2], 3, enlarge=True, **_OF_IMAGES)(x, style_of_image))
    return keras.Model(
        styles, layers.Activation(FUNCTIONS[config.output], dtype="float32", name="images")(images), name="synthesis"
    )


def _added(images, own):
    """An image added to the enlarged one of the size before, if there is one."""
    return own if images is None else layers.Add(dtype="float32")([Enlarge2D(dtype="float32")(images), own])


def _styled(x, styles, width, config, noise, enlarge=False):
    x = ModulatedConv2D(width, 3, enlarge=enlarge, gain=growing.RELU_GAIN)(x, styles)
    return layers.LeakyReLU(0.2)(ImageNoise(gain=growing.RELU_GAIN * config.noise_rate, name=noise)(x))
