"""pix2pix's U-Net, an encoder and a decoder with skips between maps of one size."""

import math

import keras
from keras import layers

from keras_gan.layers.dropout import StepDropout
from keras_gan.networks.conventions import batch_norm, images, normal


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
