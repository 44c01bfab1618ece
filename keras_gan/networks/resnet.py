"""The residual generator of CycleGAN (Zhu et al. 2017, arXiv 1703.10593, appendix 7.2)."""

import keras
from keras import layers

from keras_gan.layers.reflection_pad import ReflectionPadding2D
from keras_gan.networks.conventions import images, instance_norm, normal


def generator(source_channels, image_channels, *, channels=64, blocks=6, norm=instance_norm, skip=False):
    """`source` to `images` of the same size: c7s1-64, d128, d256, R256 `blocks` times, u128, u64, c7s1-3.

    c7s1 is a 7x7 convolution, d a 3x3 one strided by 2, R a residual block of two 3x3 ones. u doubles the size by
    nearest-neighbour before a 3x3 convolution: the paper's fractionally strided one, of as many weights, draws
    checkerboards (Odena et al. 2016, https://distill.pub/2016/deconv-checkerboard). Each is followed by a normalisation
    and ReLU; the last by tanh, and the second of a block by the sum alone. All convolutions reflect the edges: where
    zeros are seen, a generator learns to draw a frame.

    Args:
        source_channels: channels of `source`, float32 `[B, height, width, c]` in [-1, 1], both sides multiples of 4,
            8 or more.
        image_channels: channels of `images`, float32 in [-1, 1].
        channels: width at the full size.
        blocks: number of residual blocks; the paper has 6 for images of 128 px and 9 from 256 px on.
        norm: makes a normalisation layer, or None for none.
        skip: join what the first convolution found to what the last one is given.
    """

    def reflected(x, width, size, strides=1):
        # Strided, one pixel after the last, where "same" pads with zeros: sides are even.
        x = ReflectionPadding2D(size // 2 if strides == 1 else (0, 1))(x)
        x = layers.Conv2D(width, size, strides, use_bias=norm is None, kernel_initializer=normal())(x)
        return x if norm is None else norm()(x)

    def block(x):
        y = layers.ReLU()(reflected(x, 4 * channels, 3))
        return layers.Add()([x, reflected(y, 4 * channels, 3)])

    source = keras.Input((None, None, source_channels), name="source")
    x = first = layers.ReLU()(reflected(source, channels, 7))
    for width in (2 * channels, 4 * channels):
        x = layers.ReLU()(reflected(x, width, 3, strides=2))
    for _ in range(blocks):
        x = block(x)
    for width in (2 * channels, channels):
        x = layers.ReLU()(reflected(layers.UpSampling2D()(x), width, 3))
    if skip:
        x = layers.Concatenate()([first, x])
    x = layers.Conv2D(image_channels, 7, kernel_initializer=normal())(ReflectionPadding2D(3)(x))
    return keras.Model(source, images(x), name="generator")
