"""pix2pix: paired image translation by a U-Net and a PatchGAN (Isola et al. 2017)

Paper: P. Isola, J.-Y. Zhu, T. Zhou, A. A. Efros, "Image-to-Image Translation with Conditional Adversarial Networks",
CVPR 2017, arXiv 1611.07004.

Objective (section 3.1), source x, image y, s = D(x, y) before the sigmoid at each place of its map:
    L_D = (E[softplus(-s(x, y))] + E[softplus(s(x, G(x)))]) / 2
    L_G = E[softplus(-s(x, G(x)))] + lambda E|y - G(x)|, lambda = 100

Networks as in the paper's appendix: a U-Net with a skip at every size from the image's to 1x1, dropout of half of the
values in up to three innermost decoder layers (those of full width), which is all the noise there is; a PatchGAN that
sees the source, too, with a receptive field of 70x70 px from 128 px images on, 34x34 at 64 px and 16x16 below.
Adam(4e-4, 0.5, 0.999).

Deviations:
- Half the paper's width (`--model.channels 64 --model.discriminator-channels 64` to compare), a batch of 8 instead of
  1 at twice the paper's rate, 64 px instead of 256: minutes on a small machine must show something. On the drawn faces
  held-out L1 is least after 750 steps: later the discriminator has the generator choose colours that no sketch tells.
- There is no dropout when a trained generator is used, and BatchNorm takes its running statistics: one source has one
  image. The paper leaves both as in training.
- Random jitter and mirroring, for small sets such as facades, are `--data-augment crop,flip`.
- Samples come from a moving average of the generator.
"""

from dataclasses import dataclass

from keras_gan.losses.objectives import NON_SATURATING, halved
from keras_gan.networks import patchgan, unet
from keras_gan.registry import Variant
from keras_gan.training.options import TranslationOptions
from keras_gan.training.translation import TranslationModel

VARIANT = Variant(
    gives="image",
    task="paired",
    takes=("image",),
    sizes=(16, 32, 64, 128, 256, 512),
    defaults={"image_size": 64, "batch_size": 8, "steps": 750, "metrics": ("l1", "psnr", "ssim"), "eval_samples": 256},
)

# Long, for the colours that the generator settles on swing, and the mean of them is nearer to the targets.
EMA_RAMPUP = 0.25


@dataclass(frozen=True)
class Config(TranslationOptions):
    """Options of pix2pix."""

    generator_learning_rate: float = 4e-4
    """Adam step size of the generator."""
    discriminator_learning_rate: float = 4e-4
    """Adam step size of the discriminator."""
    l1_weight: float = 100.0
    """Weight of the mean absolute difference from the image that belongs to the source."""
    dropout: float = 0.5
    """Share of the values that dropout sets to 0 in the innermost layers of the decoder, while training."""


TINY = Config(channels=4, discriminator_channels=4)


def build(config, fields):
    """Builds the model for square images of 16 to 512 px."""
    size, channels, source_channels = fields["real"].shape[0], fields["real"].shape[2], fields["source"].shape[2]
    levels = unet.levels_for(size, size)
    return TranslationModel(
        unet.generator(
            source_channels,
            channels,
            levels=levels,
            channels=config.channels,
            max_channels=8 * config.channels,
            dropout=config.dropout,
        ),
        patchgan.discriminator(
            channels,
            {"source": source_channels},
            channels=config.discriminator_channels,
            layers=patchgan.layers_for(size),
        ),
        config,
        fields,
        objective=halved(NON_SATURATING),
        size_multiple=2**levels,
        content_has_scale=True,
        ema_rampup=EMA_RAMPUP,
    )
