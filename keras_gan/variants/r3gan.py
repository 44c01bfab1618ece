"""R3GAN: relativistic pairing, R1 and R2, modern residual networks and nothing else (Huang et al. 2024)

Paper: Y. Huang, A. Gokaslan, V. Kuleshov, J. Tompkin, "The GAN is dead; long live the GAN! A Modern GAN Baseline",
NeurIPS 2024, arXiv 2501.05441.

Objective (equations 2 to 4), s = D(x), each real image paired with one fake:
    L_D = E[softplus(s_fake - s_real)] + gamma / 2 E[|grad D(x_real)|^2] + gamma / 2 E[|grad D(x_fake)|^2]
    L_G = E[softplus(s_real - s_fake)]
Both penalties are taken in every step, and reuse the scores of the loss, unless `--model.penalty-interval` says
otherwise.

Networks after configuration E: generator and discriminator mirror each other, from 4x4 up by stages of residual blocks
(1x1, 3x3 and 1x1 convolutions, LeakyReLU 0.2 between them), resampling between stages, no normalisation, no output
function. The last convolution of every block starts from zero and the others from He's normal initializer scaled by
L^(-1/4) for L blocks (Fixup). Latents modulate a learned 4x4 picture; the discriminator ends in a 4x4 convolution
per channel and a dense layer.

Deviations:
- 3x3 convolutions are dense and as wide as their block by default, since grouped ones are several times slower on
  processors; `--model.groups 16 --model.expansion 2` gives the paper's grouped inverted bottlenecks.
- Widths and depth are scaled down for images of 32 to 64 px on small machines. `--model.blocks 2` is the paper's depth.
- The discriminator halves by 2x2 averages, where the paper interpolates bilinearly, as the generator does here.
- The discriminator's learning rate starts at five times the paper's 2e-4, for networks a tenth as wide. The generator's
  is 1e-2 in proportion to the spread of each layer's weights (`EqualizedAdam`): with one rate for all, its wide dense
  convolutions, where the paper has narrow groups, change by several per cent a step, and the samples of one moment
  are of a few kinds that are others a moment later. FID on MNIST: 39 at 1,000 steps, against 59 at 1,200.
- `--model.lean`, the laptop's: the largest maps have half the size of an image, and batches are of 16. And
  `--model.equalized`, by which the discriminator's rate is in proportion to the spread of its weights, too: FID on
  MNIST after 110 seconds of one core fell from 25.9 to 13.2 by it, single runs.
- `--model.output tanh`, the laptop's, where the paper has no output function. On MNIST, after 100 seconds of one core,
  single runs at gamma 3, FID is 5.1 (recall 0.50) with it and 17.9 (0.06) without, and samples of StackedMNIST are of
  955 modes (gamma 1) in place of 186. Batch normalisation in the generator's blocks, on the other hand, has none of
  this effect: 15.6 to 22.9 (at most 0.19). Of StackedMNIST's modes a discriminator of twice the width, 16, penalised in
  every fourth step, finds 964 after the same time, KL 0.56 in place of 0.92; a gamma of 0.3 is worse (896), and with
  0.1 all samples are alike. At a generator's rate of 2e-2 FID is 17.8 with tanh after 60 seconds. Figures but
  this one are of the true gradient of tanh, by which a run at 2e-2 and one of StackedMNIST at 1e-2 ended all black;
  `layers/bounded.py` leads back from there.
- The laptop's rates are half of those that came to the least FID on MNIST, by which kinds are more even: of 24,000
  steps on StackedMNIST, six minutes of one core, all 1,000 modes and a KL of 0.22, where those had 0.35 (and 0.33 after
  97,000), a quarter 0.35, a gamma of 1 in place of 3 0.49, batches of 64 0.38, a longer average 0.42, and layers of up
  to 128 channels 0.41. After 7,000 steps on MNIST FID is 5.9 (recall 0.57) with these, and 3.6 (0.47) with those;
  after three minutes of one core 2.6 (0.60) and, on a slower machine, 3.4 (0.47). Single runs.
- Both rates fall to a twentieth within the run along a cosine, as the paper's do within a part of its much longer ones.
  gamma and Adam's beta_2, which it anneals as well, are constant; gamma falling to a tenth made no difference.

A run that is resumed with more steps than it was begun with has another fall of the rates from there on.
"""

from dataclasses import dataclass

import keras
from keras import layers

from keras_gan.errors import UserError
from keras_gan.layers.bounded import FUNCTIONS
from keras_gan.layers.pointwise import PointwiseConv2D
from keras_gan.layers.smooth_transpose import SmoothConv2DTranspose
from keras_gan.losses import penalties
from keras_gan.losses.objectives import RELATIVISTIC
from keras_gan.networks.basis import Basis
from keras_gan.registry import Preset, Variant
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.optimizers import Adam, EqualizedAdam
from keras_gan.training.options import AdamOptions, OutputOptions, PenaltyOptions

VARIANT = Variant(gives="image", sizes=(16, 32, 64, 128, 256), defaults={"steps": 3000})

PRESETS = {
    "laptop": Preset(
        about="Half-size networks, tanh, large steps: FID 2.6 on MNIST in 3 core-minutes (make bench-quality).",
        run={"steps": 30000, "batch_size": 16},
        model={
            "generator_channels": 16,
            "discriminator_channels": 16,
            "max_channels": 64,
            "pointwise_products": True,
            "lean": True,
            "equalized": True,
            "output": "tanh",
            "gamma": 3.0,
            "generator_learning_rate": 5e-3,
            "discriminator_learning_rate": 1e-2,
            "beta_2": 0.99,
            "penalty_interval": 4,
        },
    ),
    "paper": Preset(
        about="The paper's depth, grouped bottlenecks, batch and rate: days on a GPU.",
        run={"steps": 100000, "batch_size": 512},
        model={
            "generator_channels": 256,
            "discriminator_channels": 256,
            "max_channels": 768,
            "blocks": 2,
            "groups": 16,
            "expansion": 2,
            "generator_learning_rate": 2e-4,
            "discriminator_learning_rate": 2e-4,
        },
    ),
}

FINAL_RATE = 0.05  # of the learning rates, as a share of the first
ANNEAL_STEPS = 2500  # where nobody says how long the run is to be


@dataclass(frozen=True)
class Config(AdamOptions, PenaltyOptions, OutputOptions):
    """Options of R3GAN."""

    latent_dim: int = 64
    """Length of a latent vector."""
    generator_channels: int = 32
    """Width of the generator's stage at the image's full size; doubles towards 4x4."""
    discriminator_channels: int = 16
    """Width of the discriminator's stage at the image's full size; doubles towards 4x4."""
    max_channels: int = 256
    """Widest stage."""
    blocks: int = 1
    """Residual blocks in each stage."""
    expansion: int = 1
    """Width of the 3x3 convolutions, in multiples of their block's."""
    groups: int = 1
    """Groups of channels in the 3x3 convolutions; 1 for dense ones."""
    pointwise_products: bool = False
    """Compute 1x1 convolutions as products of matrices while training: faster for narrow networks on processors, with
    other last bits than before there was this option."""
    lean: bool = False
    """Leave out stages of the largest size, which take most of the time: images come of maps of half the size by one
    smooth transposed convolution, and go into such by a strided one."""
    gamma: float = 1.0
    """Weight of both gradient penalties."""
    generator_learning_rate: float = 1e-2
    """Adam step size of the generator at the start, in proportion to the spread of each layer's weights."""
    discriminator_learning_rate: float = 1e-3
    """Adam step size of the discriminator at the start."""
    equalized: bool = False
    """Take that, too, in proportion to the spread of each layer's weights."""
    beta_1: float = 0.0
    """Adam momentum of both."""
    beta_2: float = 0.9
    """Decay of Adam's squared gradients, of both."""
    anneal_steps: int | None = None
    """Steps within which both step sizes fall, along a cosine, to a twentieth, where they stay; default: of the run."""

    def optimizers(self, total_steps=None):
        """New `(generator, discriminator)` optimizers for a run of so many steps."""
        steps = self.anneal_steps or total_steps or ANNEAL_STEPS
        generator, discriminator = (
            keras.optimizers.schedules.CosineDecay(rate, steps, FINAL_RATE)
            for rate in (self.generator_learning_rate, self.discriminator_learning_rate)
        )
        return (
            EqualizedAdam(generator, self.beta_1, self.beta_2),
            (EqualizedAdam if self.equalized else Adam)(discriminator, self.beta_1, self.beta_2),
        )

    def __post_init__(self):
        super().__post_init__()
        for width in (self.generator_channels, self.discriminator_channels, self.max_channels):
            if width * self.expansion % self.groups:
                raise UserError(
                    f"--model.groups {self.groups} must divide the widths of the 3x3 convolutions, of which one is "
                    f"{width * self.expansion}."
                )


TINY = Config(latent_dim=6, generator_channels=4, discriminator_channels=4, max_channels=8)


class R3GAN(AdversarialModel):
    """Penalises the discriminator's gradient on real images and on fakes."""

    decision_boundary = None

    def discriminator_terms(self, batch, fakes):
        def score(images):
            return self.score(images, batch)

        def penalty(gradients):
            return self.config.gamma * penalties.zero_centred(gradients)

        if self.config.penalty_interval == 1:  # both come of one evaluation
            real_scores, real_gradients = penalties.scores_and_gradients(score, batch["real"])
            fake_scores, fake_gradients = penalties.scores_and_gradients(score, fakes)
            r1, r2 = penalty(real_gradients), penalty(fake_gradients)
        else:
            real_scores, fake_scores = score(batch["real"]), score(fakes)
            r1, r2 = (
                self.lazily(
                    self.config.penalty_interval,
                    lambda images=images: penalty(penalties.scores_and_gradients(score, images)[1]),
                )
                for images in (batch["real"], fakes)
            )
        scores = self.objective.discriminator(real_scores=real_scores, fake_scores=fake_scores)
        return {**scores, "d_r1": r1, "d_r2": r2}


def build(config, fields):
    """Builds the model for square images of 16, 32, 64, 128 or 256 px with 1 to 4 channels."""
    return R3GAN(
        generator(config, fields["real"].shape),
        discriminator(config, fields["real"].shape),
        config,
        fields,
        objective=RELATIVISTIC,
    )


def generator(config, image_shape):
    """Latents `[B, latent_dim]` to images `[B, height, width, C]`, float32, trained towards [-1, 1]."""
    first, *widths = reversed(_widths(config.generator_channels, config, image_shape))
    latents = keras.Input((config.latent_dim,), name="latents")
    x = Basis((4, 4, first))(layers.Dense(first, kernel_initializer=_fan_in())(latents))
    x = _stage(x, config, 1 + len(widths))
    for width in widths:
        x = x if x.shape[-1] == width else _conv(config, width)(x)
        x = _stage(layers.UpSampling2D(interpolation="bilinear")(x), config, 1 + len(widths))
    to_images = {"use_bias": True, "dtype": "float32", "activation": FUNCTIONS[config.output], "name": "images"}
    if config.lean:
        images = SmoothConv2DTranspose(image_shape[2], 3, kernel_initializer=_fan_in(), **to_images)(x)
    else:
        images = _conv(config, image_shape[2], padding="valid", **to_images)(x)
    return keras.Model(latents, images, name="generator")


def discriminator(config, image_shape):
    """Images in [-1, 1] to scores `[B, 1]`, float32."""
    widths = _widths(config.discriminator_channels, config, image_shape)
    images = keras.Input(image_shape, name="images")
    first = _conv(config, widths[0], 4, strides=2) if config.lean else _conv(config, widths[0])
    x = _stage(first(images), config, len(widths))
    for width in widths[1:]:
        x = layers.AveragePooling2D(2)(x)
        x = _stage(x if x.shape[-1] == width else _conv(config, width)(x), config, len(widths))
    x = layers.Flatten()(layers.DepthwiseConv2D(4, use_bias=False, depthwise_initializer=_fan_in())(x))
    # No bias, which would cancel in the loss.
    scores = layers.Dense(1, use_bias=False, kernel_initializer=_fan_in(), dtype="float32", name="scores")(x)
    return keras.Model(images, scores, name="discriminator")


def _widths(channels, config, image_shape):
    """Widths of the stages, from the largest maps' size down to 4x4."""
    stages = image_shape[0].bit_length() - (3 if config.lean else 2)
    return [min(channels * 2**stage, config.max_channels) for stage in range(stages)]


def _stage(x, config, stages):
    for _ in range(config.blocks):
        x = _block(x, config, stages * config.blocks)
    return x


def _block(x, config, depth):
    """A residual block that starts as the identity; `depth` is the number of blocks of its network."""
    width = x.shape[-1]
    # Fixup (arXiv 1901.09321): with m = 3 layers in a branch, all but the last scale by depth^(-1 / (2m - 2)).
    scaled = _fan_in(2 / (1 + 0.2**2) * depth**-0.5)
    y = layers.LeakyReLU(0.2)(_conv(config, width * config.expansion, initializer=scaled, use_bias=True)(x))
    y = _conv(config, width * config.expansion, 3, initializer=scaled, use_bias=True, groups=config.groups)(y)
    y = _conv(config, width, initializer="zeros")(layers.LeakyReLU(0.2)(y))
    return layers.Add()([x, y])


def _conv(config, width, size=1, initializer=None, use_bias=False, **options):
    layer = PointwiseConv2D if size == 1 and config.pointwise_products else layers.Conv2D
    options = {"padding": "same", "kernel_initializer": initializer or _fan_in(), **options}
    return layer(width, size, use_bias=use_bias, **options)


def _fan_in(scale=1.0):
    """Normal initializer of variance `scale` over the number of inputs."""
    return keras.initializers.VarianceScaling(scale, "fan_in", "untruncated_normal")
