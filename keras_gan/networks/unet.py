"""U-Nets, encoders and decoders with skips between maps of one size: pix2pix's generator, and one that restores."""

import math

import keras
from keras import layers

from keras_gan.layers.dropout import StepDropout
from keras_gan.layers.pixel_shuffle import PixelShuffle
from keras_gan.networks.parts import batch_norm, images, normal


def levels_for(height, width, most=8):
    """How often both sides can be halved, at most `most` times: 8 for 256 px, as in the paper, 6 for 64, 5 for 96."""
    shared = math.gcd(height, width)
    return min(int(math.log2(shared & -shared)), most)


def generator(source_channels, image_channels, *, levels, channels=64, max_channels=512, norm=batch_norm, dropout=0.5):
    """pix2pix's generator (Isola et al. 2017, arXiv 1611.07004, appendix 6.1): `source` to `images` of the same size.

    `levels` convolutions that halve the size (C64-C128-C256-C512-C512-…), as many transposed ones that double it, all
    4x4 and strided by 2; LeakyReLU 0.2 in the encoder, ReLU in the decoder, which also takes the encoder's map of each
    size. Normalisation everywhere but in the first, the innermost and the last. Dropout, the paper's only noise, in
    those of the first three decoder levels that have the full width: three with 8 or 7 levels, two with 6, one with 5.

    Args:
        source_channels: channels of `source`, float32 `[B, height, width, c]` in [-1, 1], both sides multiples of
            2^levels.
        image_channels: channels of `images`, float32 in [-1, 1].
        levels: how often the size is halved, 1 or more; see `levels_for`.
        channels: width of the first level; every further one has twice the width.
        max_channels: the full width, which no level exceeds.
        norm: makes a normalisation layer, or None for none.
        dropout: rate, 0 for none.
    """
    widths = [min(channels * 2**level, max_channels) for level in range(levels)]
    source = x = keras.Input((None, None, source_channels), name="source")
    skips = []
    for level, width in enumerate(widths):
        # The innermost map may be a single pixel, of which a normalisation would leave nothing.
        x = _strided(layers.Conv2D, x, width, norm if 0 < level < levels - 1 else None)
        x = layers.LeakyReLU(0.2)(x)
        skips.append(x)
    for place, (width, skip) in enumerate(zip(widths[-2::-1], skips[-2::-1], strict=True)):
        x = _strided(layers.Conv2DTranspose, x, width, norm)
        if dropout and place < 3 and width == max_channels:
            x = StepDropout(dropout, name=f"dropout_{place + 1}")(x)
        x = layers.Concatenate()([layers.ReLU()(x), skip])
    return keras.Model(source, images(_strided(layers.Conv2DTranspose, x, image_channels, None)), name="generator")


def _strided(convolution, x, width, norm):
    x = convolution(width, 4, strides=2, padding="same", use_bias=norm is None, kernel_initializer=normal())(x)
    return x if norm is None else norm()(x)


def restorer(channels_in, channels_out, *, levels=3, channels=32):
    """A residual U-Net: `source` to `images` of the same size, `source + f(source)` where both have as many channels.

    3x3 convolutions with ReLU and without normalisation, whose statistics would lose the brightness of single images;
    strided ones halve the size, pixel shuffles double it, and maps of the same size are added, not joined, which is
    less work. The last layer starts at zero: before the first update images are the source itself. They are not
    clipped, so that the gradient reaches every pixel.

    Args:
        channels_in: channels of `source`, float32 `[B, height, width, c]` in [-1, 1], both sides multiples of 2^levels.
        channels_out: channels of `images`, float32, about [-1, 1].
        levels: how often the size is halved.
        channels: width at the full size; it doubles with every level.
    """
    source = keras.Input((None, None, channels_in), name="source")
    x = _convolution(source, channels)
    skips = []
    for level in range(1, levels + 1):
        skips.append(x)
        x = _convolution(x, channels * 2**level, strides=2)
        x = _convolution(x, channels * 2**level)
    for level in reversed(range(levels)):
        x = PixelShuffle(2)(layers.Conv2D(4 * channels * 2**level, 1)(x))
        x = _convolution(layers.Add()([x, skips.pop()]), channels * 2**level)
    residual = channels_in == channels_out
    name = "residual" if residual else "images"
    x = layers.Conv2D(channels_out, 3, padding="same", kernel_initializer="zeros", dtype="float32", name=name)(x)
    if residual:
        x = layers.Add(dtype="float32", name="images")([source, x])
    return keras.Model(source, x, name="generator")


def _convolution(x, width, strides=1):
    return layers.Conv2D(width, 3, strides=strides, padding="same", activation="relu", kernel_initializer="he_normal")(
        x
    )
