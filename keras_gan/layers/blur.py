"""Maps and kernels enlarged: smoothed by [1, 3, 3, 1], as StyleGAN does it (arXiv 1912.04958), or repeated."""

import keras
import tensorflow as tf
from keras import ops

TAPS = (1, 3, 3, 1)


def spread(kernel, taps):
    """A kernel `[height, width, …]` convolved along both axes by `taps`: larger by one less than there are.

    A transposed convolution of stride 2 by it is one whose outputs are filtered besides, in one operation, which can be
    differentiated as often as any convolution.
    """
    for axis in range(2):
        edges = [[(0, 0)] * len(kernel.shape) for _ in taps]
        for place, each in enumerate(edges):
            each[axis] = (place, len(taps) - 1 - place)
        kernel = sum(tap * ops.pad(kernel, each) for tap, each in zip(taps, edges, strict=True))
    return kernel


def enlarged_and_convolved(inputs, kernel):
    """Maps enlarged twofold, by zeros between places and [1, 3, 3, 1] / 4, and then convolved.

    Of 3x3 kernels the filter comes last: together they would be four times as large.

    Args:
        inputs: `[B, height, width, C]`.
        kernel: float32 `[size, size, C, filters]`.
    """
    kernel = turned(kernel)
    if kernel.shape[0] == 3:
        maps = ops.conv_transpose(inputs, ops.cast(kernel, inputs.dtype), strides=2, padding="valid")
        return 4 * smoothed(maps, margin=1)
    kernel = spread(kernel, [tap / 4 for tap in TAPS])
    return ops.conv_transpose(inputs, ops.cast(kernel, inputs.dtype), strides=2, padding="same")


def repeated(maps):
    """Maps of twice the size, by nearest neighbours."""
    return ops.repeat(ops.repeat(maps, 2, axis=1), 2, axis=2)


def repeated_and_convolved(inputs, kernel):
    """Maps `repeated` and then convolved: in one operation, of fewer products.

    Args:
        inputs: `[B, height, width, C]`.
        kernel: float32 `[size, size, C, filters]`, size odd.
    """
    kernel = spread(turned(kernel), (1, 1))
    return ops.conv_transpose(inputs, ops.cast(kernel, inputs.dtype), strides=2, padding="same")


def turned(kernel):
    """A kernel `[size, size, C, filters]` for a transposed convolution, which lays it out where one gathers."""
    return ops.transpose(kernel[::-1, ::-1], (0, 1, 3, 2))


def smoothed(maps, margin, strides=1):
    """What `Blur2D` makes of maps."""
    if strides == 1:
        return _means(maps, 3, margin)
    return ops.average_pool(_means(maps, 2, margin), 2, strides=strides, padding="valid")


def _means(maps, rounds, margin):
    """Maps with a margin of zeros, of which means over 2x2 are taken again and again.

    Its gradient is the same with another margin, in a fifth of the time that those of the means take on processors.
    """

    @tf.custom_gradient
    def taken(maps):
        edges = (margin, margin)
        smoother = tf.pad(maps, [(0, 0), edges, edges, (0, 0)])
        for _ in range(rounds):
            smoother = tf.nn.avg_pool2d(smoother, 2, strides=1, padding="VALID")
        return smoother, lambda upstream: _means(upstream, rounds, rounds - margin)

    return taken(maps)


@keras.saving.register_keras_serializable("keras_gan")
class Blur2D(keras.layers.Layer):
    """Maps `[B, height, width, C]` filtered by [1, 3, 3, 1] / 8, of which every `strides`-th place is kept.

    Three means over 2x2 are that filter, and faster on processors than a convolution of each channel by itself.

    Args:
        margin: places of zeros on each side before; the filter takes three away of both together.
        strides: of both axes.
    """

    def __init__(self, margin, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.margin, self.strides = margin, strides

    def call(self, inputs):
        return smoothed(inputs, self.margin, self.strides)

    def compute_output_shape(self, input_shape):
        batch, *sizes, channels = input_shape
        sizes = [(size + 2 * self.margin - 4) // self.strides + 1 for size in sizes]
        return (batch, *sizes, channels)

    def get_config(self):
        return {**super().get_config(), "margin": self.margin, "strides": self.strides}


@keras.saving.register_keras_serializable("keras_gan")
class Enlarge2D(keras.layers.Layer):
    """Maps `[B, height, width, C]` enlarged twofold: zeros between places, then [1, 3, 3, 1] / 4 along both axes.

    For maps with few channels, such as images: the kernel has all pairs of them. Inside it is bilinear interpolation.
    """

    def call(self, inputs):
        return enlarged_and_convolved(inputs, ops.eye(inputs.shape[-1])[None, None])

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, 2 * height, 2 * width, channels)
