"""Inpainting: holes of any shape are filled by gated convolutions (Yu et al. 2018)

Paper: J. Yu, Z. Lin, J. Yang, X. Shen, X. Lu, T. Huang, "Free-Form Image Inpainting with Gated Convolution",
ICCV 2019, arXiv 1806.03589.

Objective, image y, mask m (1 in the hole), z = (1 - m) y + m (f + G(f, m)), s = D(z, m):
    L_D = E[max(0, 1 - s(y, m))] + E[max(0, 1 + s(z, m))]
    L_G = lambda_1 |y - z| + lambda_a E[-s(z, m)]

the absolute difference being the mean over the hole, and f the smooth continuation of what is known into the hole
(`layers/smooth_fill.py`). The result keeps all known pixels to the bit.

Networks: an encoder and a decoder of gated convolutions, activation(features) * sigmoid(gates), a quarter of the size
between them with dilations of 2, 4 and 8; a PatchGAN with spectral normalisation that sees the mask, the paper's
SN-PatchGAN.

Masks, one to an image: a box of a quarter to half of both edges, or brush strokes of random direction and
width, or each for half of the images.

Deviations:
- One network where the paper has a coarse one and a fine one with contextual attention: in place of the coarse one's
  guess stands f, which needs no learning.
- Skips between encoder and decoder; narrower, at 64 px instead of 256.
- The paper's L1 is over all pixels, before known ones are put back.
- Activations are ELU as in the paper's code; samples come from a moving average of the generator.
"""

from dataclasses import dataclass
from typing import Literal

import keras
from keras import layers, ops

from keras_gan.layers.gated import Gate
from keras_gan.layers.smooth_fill import SmoothFill
from keras_gan.losses import content
from keras_gan.losses.objectives import HINGE
from keras_gan.modalities.image import Mask, corruptions
from keras_gan.networks import patchgan
from keras_gan.registry import Variant
from keras_gan.training.options import TranslationOptions
from keras_gan.training.translation import TranslationModel

VARIANT = Variant(
    gives="image",
    task="restore",
    takes=("image", "mask"),
    sizes=(16, 32, 64, 128, 256, 512),
    defaults={
        "image_size": 64,
        "batch_size": 8,
        "data_augment": "flip",
        "steps": 800,
        "metrics": ("l1", "psnr", "ssim"),
        "eval_samples": 256,
    },
)
DILATIONS = (2, 4, 8)


@dataclass(frozen=True)
class Config(TranslationOptions):
    """Options of inpainting."""

    generator_learning_rate: float = 5e-4
    """Adam step size of the generator."""
    channels: int = 24
    """Width of the generator where it is narrowest."""
    adversarial_weight: float = 0.01
    """Weight of the adversarial term in the generator's loss."""
    l1_weight: float = 1.0
    """Weight of the mean absolute difference in the hole."""
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
    """Fills holes; the content term is over the hole, since nothing else can differ."""

    def content_terms(self, batch, fakes):
        return {"g_hole": self.config.l1_weight * content.l1(fakes, batch["real"], batch["mask"])}


def build(config, fields):
    """Builds the model for square images of 16 to 512 px with 1 to 4 channels."""
    size, _, channels = fields["real"].shape
    return Inpainter(
        generator(channels, config.channels),
        patchgan.spectral(
            channels, {"mask": 1}, channels=config.discriminator_channels, layers=patchgan.layers_for(size)
        ),
        config,
        {**fields, "source": fields["real"], "mask": Mask(size, size, 1)},
        objective=HINGE,
        size_multiple=4,
    )


def generator(image_channels, channels):
    """`source` and `mask` to `images`, about [-1, 1], which are the source where the mask is 0."""
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
    images = layers.Identity(dtype="float32", name="images")(ops.where(mask > 0.5, filled + change, source))
    return keras.Model([source, mask], images, name="generator")


def _gated(x, width, size=3, **options):
    # A gate in the middle halves what passes: with twice He's variance the signal does not fade.
    initializer = keras.initializers.VarianceScaling(4.0)
    return Gate()(layers.Conv2D(2 * width, size, padding="same", kernel_initializer=initializer, **options)(x))
