"""SRGAN: super-resolution, first by pixels, then by what networks see (Ledig et al. 2016)

Paper: C. Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network",
CVPR 2017, arXiv 1609.04802.

Objective, small source x, image y, s = D(y) before the sigmoid, phi what a network sees:
    first stage, `pixel_steps` long:  L_G = E|y - G(x)|, and D rests
    second stage:  L_D = (E[softplus(-s(y))] + E[softplus(s(G(x)))]) / 2
                   L_G = lambda_c d(phi(y), phi(G(x))) + lambda_p E|y - G(x)| + lambda_a E[softplus(-s(G(x)))]

The source is the image made `scale` times smaller, bicubic with antialiasing. phi is chosen by `--model.perceptual`:
- `vgg19`, the paper's (VGG_5,4), with Keras's weights from `--perceptual-weights FILE`, or fetched;
- `squeezenet`, seven layers of SqueezeNet 1.1 from `--perceptual-weights FILE`;
- `discriminator`, the discriminator's own hidden layers, which needs no file (Larsen et al. 2015, arXiv 1512.09300);
- `auto`: what the file holds, if one is given, else the discriminator.
d sums over the layers the mean squared distance of activations scaled to length 1, as LPIPS does.

Networks: SRResNet with `blocks` residual blocks and PixelShuffle; a PatchGAN with spectral normalisation.

Deviations:
- 8 blocks of 32 channels (paper: 16 of 64), without BatchNorm (Lim et al. 2017, arXiv 1707.02921); the last kernel is
  3x3 (paper: 9x9); what the network adds is added to the source enlarged bilinearly. Images of 64 px (paper: crops
  of 96).
- L1 and not the squared error by pixels, also in the second stage, where the paper has none.
- The rate falls to a fifth from the first stage to the second (paper: to a tenth within the second).
- A PatchGAN where the paper's discriminator has one score for a whole crop.
- The exported moving average is so long that it lies between the generators of both stages, which ESRGAN does by
  interpolating them (Wang et al. 2018, arXiv 1809.00219, section 3.4).
"""

from dataclasses import dataclass
from typing import Literal

import keras
from keras import layers
from keras.optimizers.schedules import PiecewiseConstantDecay

from keras_gan.errors import UserError
from keras_gan.losses import content
from keras_gan.losses.objectives import NON_SATURATING, halved
from keras_gan.modalities.image import Image, corruptions
from keras_gan.networks import patchgan, pretrained, srresnet
from keras_gan.registry import Variant
from keras_gan.training.options import TranslationOptions
from keras_gan.training.stages import Stage
from keras_gan.training.translation import TranslationModel

VARIANT = Variant(
    gives="image",
    task="restore",
    takes=("image",),
    sizes=(16, 32, 64, 128, 256, 512),
    channels=(1, 3),
    defaults={
        "image_size": 64,
        "batch_size": 16,
        "data_augment": "flip",
        "steps": 2000,
        "metrics": ("psnr", "ssim", "l1"),
        "eval_samples": 256,
    },
)
# Long against the second stage, so that the average has something of the first one.
EMA_RAMPUP = 0.5


@dataclass(frozen=True)
class Config(TranslationOptions):
    """Options of super-resolution."""

    generator_learning_rate: float = 1e-3
    """Adam step size of the generator; in the second stage a fifth of it."""
    beta_1: float = 0.9
    """Adam momentum of both; with 0.5 this rate of the generator can diverge."""
    adversarial_weight: float = 0.002
    """Weight of the adversarial term in the generator's loss of the second stage."""
    pixel_weight: float = 1.0
    """Weight of the mean absolute difference, in both stages."""
    perceptual_weight: float | None = None
    """Weight of the distance of features in the second stage; default: 0.1, of the discriminator's own 0.03."""
    scale: int = 4
    """How many times larger images become, 2 or 4."""
    blocks: int = 8
    """Residual blocks of the generator."""
    pixel_steps: int = 1000
    """Steps of the first stage."""
    perceptual: Literal["auto", "vgg19", "squeezenet", "discriminator"] = "auto"
    """What features are compared: those of VGG19, of SqueezeNet, or the discriminator's own; auto: what the file of
    weights is of, if one is given, else the discriminator's."""
    perceptual_weights: str | None = None
    """File of the weights of VGG19 or SqueezeNet (.h5, without top); also --perceptual-weights."""

    def __post_init__(self):
        super().__post_init__()
        if self.scale not in (2, 4):
            raise UserError(f"--model.scale must be 2 or 4, got {self.scale}.")
        if self.perceptual == "squeezenet" and not self.perceptual_weights:
            raise UserError("--model.perceptual squeezenet needs the file of its weights: --perceptual-weights FILE.")
        if self.perceptual == "discriminator" and self.perceptual_weights:
            raise UserError("--model.perceptual discriminator reads no file: leave out --perceptual-weights.")

    def stages(self, total_steps=None):
        """First by pixels alone, while the discriminator rests, then with all terms."""
        return (Stage("pixels", until=self.pixel_steps, order=("g",)), Stage("adversarial"))

    def optimizers(self, total_steps=None):
        """Adam, the generator's rate in the second stage a fifth of that in the first."""
        rate = self.generator_learning_rate
        generator, discriminator = super().optimizers(total_steps)
        # Counted from 0, and a boundary belongs to what is before it.
        generator.learning_rate = PiecewiseConstantDecay([self.pixel_steps - 1], [rate, rate / 5.0])
        return generator, discriminator


TINY = Config(channels=4, discriminator_channels=4, blocks=1, pixel_steps=1)


def prepare(batch, noise, config):
    """The source of an image is the image made smaller."""
    return {**batch, "source": corruptions.downscale(batch["real"], config.scale)}


class SRGAN(TranslationModel):
    """Two stages; in the first the discriminator rests.

    Attributes:
        perceptual: whose features are compared: `vgg19`, `squeezenet` or `discriminator`.
    """

    def __init__(self, generator, discriminator, config, fields, **kwargs):
        super().__init__(generator, discriminator, config, fields, scale=config.scale, **kwargs)
        # As functions: networks that are attributes would be saved with this model.
        self.perceptual, self._see = _chosen(config)
        self.perceptual_weight = config.perceptual_weight
        if self.perceptual_weight is None:
            self.perceptual_weight = 0.03 if self.perceptual == "discriminator" else 0.1
        hidden = [layer.output for layer in discriminator.layers if isinstance(layer, layers.LeakyReLU)]
        taps = keras.Model(discriminator.input, [*hidden, discriminator.output])
        self._taps = lambda images: taps(images, training=True)

    def generator_terms(self, batch, fakes):
        real = batch["real"]
        terms = {"g_pixel": self.config.pixel_weight * content.l1(fakes, real)}
        if self.stage.name == "pixels":
            return terms
        if self._see:
            seen, wanted, scores = self._see(fakes), self._see(real), self.score(fakes, batch)
        else:
            *seen, scores = self._taps(fakes)
            *wanted, _ = self._taps(real)
        adversarial = self.objective.generator(real_scores=None, fake_scores=scores)
        return {
            **terms,
            **{name: self.config.adversarial_weight * term for name, term in adversarial.items()},
            "g_perceptual": self.perceptual_weight * content.of_features(seen, wanted),
        }


def _chosen(config):
    """Whose features are compared, and the function that finds them; None for the discriminator's."""
    name, path = config.perceptual, config.perceptual_weights
    try:
        if name == "auto":
            name = pretrained.name_of(path) if path else "discriminator"
        return name, None if name == "discriminator" else pretrained.seeing(name, path)
    except Exception as error:  # of files and of fetching, they share no base class
        raise UserError(
            f"the weights of {path or 'VGG19'} cannot be had ({str(error).splitlines()[0]}): give a Keras .h5 file of "
            "VGG19 or SqueezeNet 1.1, without top, with --perceptual-weights FILE, or choose --model.perceptual "
            "discriminator."
        ) from None


def build(config, fields):
    """Builds the model for square images of 16 to 512 px with 1 or 3 channels."""
    size, _, channels = fields["real"].shape
    return SRGAN(
        srresnet.upscaler(channels, scale=config.scale, width=config.channels, blocks=config.blocks),
        patchgan.spectral(channels, channels=config.discriminator_channels, layers=patchgan.layers_for(size)),
        config,
        {**fields, "source": Image(size // config.scale, size // config.scale, channels)},
        objective=halved(NON_SATURATING),
        ema_rampup=EMA_RAMPUP,
    )
