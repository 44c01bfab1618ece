"""PatchGAN, a discriminator that scores every patch of an image (Isola et al. 2017, arXiv 1611.07004, sect. 3.2.2)."""

import keras

from keras_gan.layers.spectral import SpectralConv2D
from keras_gan.networks.conventions import batch_norm, normal

_KERNEL = 4


def _strides(layers):
    """Strides of all convolutions: `layers` that halve the size, and two that do not."""
    return [2] * layers + [1, 1]


def receptive_field(layers=3):
    """Side in pixels of the patch that one score sees: 16, 34 or 70 with 1, 2 or 3 strided layers."""
    side = 1
    for stride in reversed(_strides(layers)):
        side = (side - 1) * stride + _KERNEL
    return side


def layers_for(size, most=3):
    """As many strided layers as keep the patch within an image of `size` px: 1 for 16 and 32 px, 2 for 64, 3 for 128.

    At least 1, at most `most`: 3 is what the paper found best for 256 px.
    """
    return max([1, *(layers for layers in range(1, most + 1) if receptive_field(layers) <= size)])


def discriminator(image_channels, conditions=None, *, channels=64, layers=3, norm=batch_norm, conv=keras.layers.Conv2D):
    """`images`, and what they are to fit, to a map of scores `[B, height', width', 1]`, float32 logits.

    All convolutions are 4x4 with a pixel of padding: C64-C128-C256 strided by 2, C512 and the scores by 1, for
    `layers` = 3, whose patches have 70 px (the paper's appendix 6.1.2); height' is height / 2^layers - 2. LeakyReLU
    0.2, and a normalisation on all but the first and the last.

    Args:
        image_channels: channels of `images`, float32 `[B, height, width, C]` in [-1, 1], both sides multiples of
            2^layers.
        conditions: further inputs of the same size, `{name: channels}`: `{"source": 3}` for pix2pix, `{"mask": 1}`;
            they follow the images in the order given, and are joined to them.
        channels: width of the first convolution; every further one has twice the width, up to 8 times.
        layers: number of strided convolutions; see `receptive_field` and `layers_for`.
        norm: makes a normalisation layer, or None for none.
        conv: makes a convolution, with the arguments of `keras.layers.Conv2D`.
    """
    sizes = {"images": image_channels, **(conditions or {})}
    inputs = [keras.Input((None, None, size), name=name) for name, size in sizes.items()]
    x = keras.layers.Concatenate()(inputs) if len(inputs) > 1 else inputs[0]
    *hidden, last = _strides(layers)
    for place, stride in enumerate(hidden):
        normalized = norm is not None and place > 0
        x = _padded(conv, x, min(channels * 2**place, channels * 8), stride, use_bias=not normalized)
        x = keras.layers.LeakyReLU(0.2)(norm()(x) if normalized else x)
    scores = _padded(conv, x, 1, last, dtype="float32", name="scores")
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], scores, name="discriminator")


def spectral(image_channels, conditions=None, *, channels=64, layers=3):
    """SN-PatchGAN (Yu et al. 2019, arXiv 1806.03589, section 3.3): spectral normalisation in place of the other one."""
    return discriminator(image_channels, conditions, channels=channels, layers=layers, norm=None, conv=SpectralConv2D)


def _padded(conv, x, width, stride, **options):
    # Of an even size and with a stride of 2, "same" is the one pixel at each edge; with a stride of 1 it is more.
    if stride == 1:
        x = keras.layers.ZeroPadding2D(1)(x)
    padding = "valid" if stride == 1 else "same"
    return conv(width, _KERNEL, strides=stride, padding=padding, kernel_initializer=normal(), **options)(x)
