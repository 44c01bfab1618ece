"""SRResNet's residual blocks (Ledig et al. 2016), without normalisation (Lim et al. 2017)."""

import keras
from keras import layers

from keras_gan.networks.pixel_shuffle import PixelShuffle


def upscaler(channels, *, scale=4, width=32, blocks=8):
    """Super-resolution: `source` to `images` `scale` times as large, 2 or 4.

    What the network adds starts at zero and is added to the source enlarged bilinearly.

    Args:
        channels: of both, float32 `[B, h, w, channels]`, the source in [-1, 1], images about [-1, 1], not clipped, so
            that the gradient reaches every pixel.
        scale: height of an image over that of its source.
        width: channels of the blocks.
        blocks: how many there are.
    """
    source = keras.Input((None, None, channels), name="source")
    x = _blocks(_prelu(_convolution(source, width, 9)), blocks)
    for _ in range(scale // 2):
        x = _prelu(PixelShuffle(2)(_convolution(x, 4 * width)))
    enlarged = layers.UpSampling2D(scale, interpolation="bilinear", dtype="float32")(source)
    return _added(source, enlarged, x)


def restorer(channels, *, width=32, blocks=8):
    """Restoration: `source` to `images` of the same size, even in height and width, by blocks at half the size.

    Half the size is a quarter of the work, so that the network can be four times as deep or twice as wide (FFDNet,
    Zhang et al. 2017, arXiv 1710.04026). What it adds to the source starts at zero.

    Args:
        channels, width, blocks: as of `upscaler`.
    """
    source = keras.Input((None, None, channels), name="source")
    x = _blocks(_prelu(_convolution(source, width, 4, strides=2)), blocks)
    return _added(source, source, _prelu(PixelShuffle(2)(_convolution(x, 2 * width))))


def _blocks(first, blocks):
    x, width = first, first.shape[-1]
    # A tenth of He's deviation: otherwise every block doubles the variance, and the last layer meets large numbers.
    small = keras.initializers.VarianceScaling(0.02)
    for _ in range(blocks):
        x = layers.Add()([x, _convolution(_prelu(_convolution(x, width)), width, kernel_initializer=small.clone())])
    return layers.Add()([_convolution(x, width), first])


def _added(source, image, x):
    detail = _convolution(x, image.shape[-1], kernel_initializer="zeros", dtype="float32")
    return keras.Model(source, layers.Add(dtype="float32", name="images")([image, detail]), name="generator")


def _convolution(x, width, size=3, kernel_initializer="he_normal", **options):
    """A convolution that keeps the size, unless it is strided."""
    return layers.Conv2D(width, size, padding="same", kernel_initializer=kernel_initializer, **options)(x)


def _prelu(x):
    """ReLU with a slope of its own for each channel below zero, 1/4 at first."""
    return layers.PReLU(shared_axes=(1, 2), alpha_initializer=keras.initializers.Constant(0.25))(x)
