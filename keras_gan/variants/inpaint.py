"""Inpainting: holes of any shape are filled by gated convolutions (Yu et al. 2018)

Paper: J. Yu, Z. Lin, J. Yang, X. Shen, X. Lu, T. Huang, "Free-Form Image Inpainting with Gated Convolution",
ICCV 2019, arXiv 1806.03589.

Objective, image y, mask m (1 in the hole), raw output r = G(y (1 - m), m), result z = m r + (1 - m) y, s = D(z, m):
    L_D = E[max(0, 1 - s(y, m))] + E[max(0, 1 + s(z, m))]
    L_G = lambda_h |y - r| in the hole + lambda_v |y - r| outside + lambda_a E[-s(z, m)]
each absolute difference being the mean over its own pixels. The result keeps all known pixels to the bit.

Networks: an encoder and a decoder of gated convolutions, activation(features) * sigmoid(gates), a quarter of the size
between them with dilations of 2, 4 and 8; a PatchGAN with spectral normalisation that sees the mask, the paper's
SN-PatchGAN.

Masks, one to an image: a box of a quarter to half of both edges, or brush strokes of random direction and
width, or each for half of the images.

Deviations:
- One network where the paper has a coarse one and a fine one with contextual attention: in place of the coarse one's
  guess it is given a smooth continuation of what is known (`layers/smooth_fill.py`), and r is what it adds to that.
- Skips between encoder and decoder; narrower, at 64 px instead of 256.
- The hole's weight is six times that of the rest (Liu et al. 2018, arXiv 1804.07723, equation 7); the paper weighs all
  pixels the same.
- Activations are ELU as in the paper's code; samples come from a moving average of the generator.
"""

from dataclasses import dataclass
from typing import Literal

import keras
from keras import layers, ops

from keras_gan import content, corruptions
from keras_gan.layers.gated import Gate
from keras_gan.layers.smooth_fill import SmoothFill
from keras_gan.networks import patchgan
from keras_gan.objectives import HINGE
from keras_gan.options import TranslationOptions
from keras_gan.translation import TranslationModel

TASK = "restore"
IMAGE_SIZES = (16, 32, 64, 128, 256, 512)
DEFAULTS = {"image_size": 64, "batch_size": 8, "metrics": ("l1", "psnr", "ssim"), "eval_samples": 256, "steps": 1200}
DILATIONS = (2, 4, 8)


@dataclass(frozen=True)
class Config(TranslationOptions):
    """Options of inpainting."""

    channels: int = 24
    """Width of the generator where it is narrowest."""
    adversarial_weight: float = 0.02
    """Weight of the adversarial term in the generator's loss."""
    hole_weight: float = 6.0
    """Weight of the mean absolute difference in the hole."""
    valid_weight: float = 1.0
    """Weight of the mean absolute difference outside of it, before known pixels are put back."""
    holes: Literal["mixed", "box", "free_form"] = "mixed"
    """Shape of the holes: a box, brush strokes, or each for half of the images."""


TINY = Config(channels=4, discriminator_channels=4)


def prepare(batch, noise, config):
    """The source of an image is the image with a hole, black there, and the mask says where."""
    images = batch["real"]
    height, width = images.shape[1:3]
    box = corruptions.box_mask(noise.uniform((corruptions.BOX_NUMBERS,), "box"), height, width)
    strokes = corruptions.free_form_mask(noise.uniform((corruptions.FREE_FORM_NUMBERS,), "strokes"), height, width)
    is_box = {"box": 1.0, "free_form": 0.0}.get(config.holes)
    if is_box is None:
        is_box = ops.cast(noise.uniform((1, 1, 1), "kind") < 0.5, "float32")
    mask = is_box * box + (1.0 - is_box) * strokes
    return {**batch, "source": _without(images, mask), "mask": mask}


def _without(images, mask):
    return ops.where(mask > 0.5, -1.0, images)


class Inpainter(TranslationModel):
    """Fills holes, and is judged on the raw output inside and outside of them."""

    def __init__(self, generator, *args, hole_weight, valid_weight, **kwargs):
        super().__init__(generator, *args, **kwargs)
        self.hole_weight, self.valid_weight = hole_weight, valid_weight
        both = keras.Model(generator.inputs, [generator.output, generator.get_layer("raw").output])
        # Within a function: as an attribute the same weights would be this model's a second time.
        self._composite_and_raw = lambda inputs, training: both(inputs, training=training)

    def generate(self, batch, training):
        images, raw = self._composite_and_raw([batch["source"], batch["mask"]], training)
        return {"images": images, "raw": raw}

    def discriminator_terms(self, batch, fakes):
        return super().discriminator_terms(batch, fakes["images"])

    def generator_terms(self, batch, fakes):
        adversarial = super().generator_terms(batch, fakes["images"])
        return adversarial | self._reconstruction(batch, fakes["raw"])

    def content_terms(self, batch, fakes):
        return {}

    def _reconstruction(self, batch, raw):
        hole = batch["mask"]
        return {
            "g_hole": self.hole_weight * content.l1(raw, batch["real"], hole),
            "g_valid": self.valid_weight * content.l1(raw, batch["real"], 1.0 - hole),
        }


def build(config, spec):
    """Builds the model for square images of 16 to 512 px with 1 to 4 channels."""
    size, _, channels = spec.image_shape
    return Inpainter(
        generator(channels, config.channels),
        patchgan.spectral(
            channels, {"mask": 1}, channels=config.discriminator_channels, layers=patchgan.layers_for(size)
        ),
        objective=HINGE,
        adversarial_weight=config.adversarial_weight,
        hole_weight=config.hole_weight,
        valid_weight=config.valid_weight,
        size_multiple=4,
        optimizers=config.optimizers,
        ema_halflife_kimg=config.ema_halflife_kimg,
        name="inpaint",
    )


def generator(image_channels, channels):
    """`source` and `mask` to `images`, in [-1, 1], which are the source where the mask is 0."""
    source = keras.Input((None, None, image_channels), name="source")
    mask = keras.Input((None, None, 1), name="mask")
    filled = SmoothFill(dtype="float32", name="filled")(source, mask)
    x = full = _gated(layers.Concatenate()([filled, mask]), channels, 5)
    x = half = _gated(_gated(x, 2 * channels, strides=2), 2 * channels)
    x = _gated(_gated(x, 4 * channels, strides=2), 4 * channels)
    for dilation in DILATIONS:
        x = layers.Add()([x, _gated(x, 4 * channels, dilation_rate=dilation)])
    x = _gated(x, 4 * channels)
    x = _gated(layers.Concatenate()([layers.UpSampling2D(2)(x), half]), 2 * channels)
    x = _gated(layers.Concatenate()([layers.UpSampling2D(2)(x), full]), channels)
    change = layers.Conv2D(image_channels, 3, padding="same", kernel_initializer="zeros", dtype="float32")(x)
    raw = layers.Add(dtype="float32", name="raw")([filled, change])
    images = layers.Identity(dtype="float32", name="images")(ops.where(mask > 0.5, raw, source))
    return keras.Model([source, mask], images, name="generator")


def _gated(x, width, size=3, **options):
    return Gate()(layers.Conv2D(2 * width, size, padding="same", kernel_initializer="he_normal", **options)(x))
