"""Colorisation: luminance in, colour out, by a U-Net and a PatchGAN (Isola et al. 2017)

Paper: P. Isola, J.-Y. Zhu, T. Zhou, A. A. Efros, "Image-to-Image Translation with Conditional Adversarial Networks",
CVPR 2017, arXiv 1611.07004, which has colorisation among its tasks (section 4).

Objective: that of `pix2pix`, with the image's luminance (ITU-R BT.601) as the source x:
    L_D = (E[softplus(-s(x, y))] + E[softplus(s(x, G(x)))]) / 2
    L_G = lambda_a E[softplus(-s(x, G(x)))] + lambda E|y - G(x)|, lambda_a = 0.2, lambda = 100

The generator adds colour and nothing else: of what its U-Net paints it takes away the luminance and puts the source's
in its place, G(x) = x + (u - luminance(u)), cut to [-1, 1]. So all detail of the source stays.

Deviations:
- The paper's lambda_a is 1. With it the colours of small sets are bold and wrong: on 1,350 photographs the error is
  larger than that of their mean colour.
- The paper works in Lab, with a network that draws the two channels of colour; here it is RGB.
- BatchNorm, dropout, widths, sizes and the moving average as in `pix2pix`, without its dropout by default: with it the
  colours of small sets stay pale.
"""

from dataclasses import dataclass

import keras

from keras_gan.losses.objectives import NON_SATURATING, halved
from keras_gan.modalities.image import Image, corruptions
from keras_gan.modalities.image.chroma import Colour
from keras_gan.networks import patchgan, unet
from keras_gan.registry import Variant
from keras_gan.training.options import TranslationOptions
from keras_gan.training.translation import TranslationModel

VARIANT = Variant(
    gives="image",
    task="restore",
    takes=("image",),
    sizes=(16, 32, 64, 128, 256, 512),
    channels=(3,),
    defaults={
        "image_size": 64,
        "batch_size": 8,
        "data_augment": "flip,crop",
        "metrics": ("l1", "psnr", "ssim"),
        "eval_samples": 256,
    },
)


@dataclass(frozen=True)
class Config(TranslationOptions):
    """Options of colorisation."""

    adversarial_weight: float = 0.2
    """Weight of the adversarial term in the generator's loss."""
    l1_weight: float = 100.0
    """Weight of the mean absolute difference from the true colours."""


TINY = Config(channels=4, discriminator_channels=4)


def prepare(batch, noise, config):
    """The source of an image is its luminance."""
    return {**batch, "source": corruptions.luminance(batch["real"])}


def build(config, fields):
    """Builds the model for square images of 16 to 512 px with 3 channels."""
    size, _, channels = fields["real"].shape
    levels = unet.levels_for(size, size)
    return TranslationModel(
        generator(levels, config),
        patchgan.discriminator(
            channels, {"source": 1}, channels=config.discriminator_channels, layers=patchgan.layers_for(size)
        ),
        config,
        {**fields, "source": Image(size, size, 1)},
        objective=halved(NON_SATURATING),
        size_multiple=2**levels,
    )


def generator(levels, config):
    """Luminance `[B, h, w, 1]` to images `[B, h, w, 3]` of the same luminance, in [-1, 1]."""
    painter = unet.generator(
        1, 3, levels=levels, channels=config.channels, max_channels=8 * config.channels, dropout=0.0
    )
    (source,), (painted,) = painter.inputs, painter.outputs
    return keras.Model(source, Colour(dtype="float32", name="coloured")(source, painted), name="generator")
