"""Convolutions of enlarged maps, computed at the size of before: the same sums, sooner.

Along time, what a kernel does to each of `factor` places in a row are so many channels (polyphase filters; P. P.
Vaidyanathan, "Multirate Systems and Filter Banks", 1993, section 4.3). In two dimensions a transposed convolution does
it while training; inference goes Keras's way, as exported files do. On one core, forward and backward, the former take
a third of the time of the layers that they stand for, an eighth where there is one channel behind; the latter half.

They have the names of the layers that they stand for, by which checkpoints call their weights.
"""

import keras
import numpy as np
from keras import layers, ops

from keras_gan.layers.blur import repeated, repeated_and_convolved


@keras.saving.register_keras_serializable("keras_gan", "EnlargingConv1D")
class Conv1D(layers.Conv1D):
    """`UpSampling1D(factor)` and then `Conv1D(filters, kernel_size, padding="same")`, with the weights of that.

    Args:
        filters: width of the outputs.
        kernel_size: taps, at the outputs' length.
        factor: how many times as long maps become.
        **kwargs: as of `Conv1D`, but for strides, padding, dilation and groups.
    """

    def __init__(self, filters, kernel_size, factor, padding="same", **kwargs):
        super().__init__(filters, kernel_size, padding=padding, **kwargs)
        self.factor = factor

    def call(self, inputs):
        channels = inputs.shape[-1]
        spread = ops.cast(spread_taps(self.kernel_size[0], self.factor), inputs.dtype)
        # [taps, phases, channels, filters], then phases beside filters
        kernel = ops.tensordot(spread, ops.cast(self.kernel, inputs.dtype), 1)
        kernel = ops.reshape(ops.transpose(kernel, (0, 2, 1, 3)), (spread.shape[0], channels, -1))
        phases = ops.conv(inputs, kernel, padding="same")
        outputs = ops.reshape(phases, (-1, self.factor * inputs.shape[1], self.filters))
        return self.activation(outputs + self.bias if self.use_bias else outputs)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.factor * input_shape[1], self.filters)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def spread_taps(kernel_size, factor):
    """Which taps meet which place before enlarging, for each place behind: 0 or 1, `[places, factor, kernel_size]`."""
    taps = np.arange(kernel_size) - (kernel_size - 1) // 2
    places = np.floor_divide(np.arange(factor)[:, None] + taps, factor)  # [factor, kernel_size]
    reach = np.abs(places).max()
    return (places == np.arange(-reach, reach + 1)[:, None, None]).astype("float32")


@keras.saving.register_keras_serializable("keras_gan", "EnlargingConv2D")
class Conv2D(layers.Conv2D):
    """`UpSampling2D()` and then `Conv2D(filters, kernel_size, padding="same")`, with the weights of that.

    Args:
        filters: width of the outputs.
        kernel_size: edge of the kernel, odd, at the outputs' size.
        **kwargs: as of `Conv2D`, but for strides, padding, dilation and groups.
    """

    def __init__(self, filters, kernel_size, padding="same", **kwargs):
        super().__init__(filters, kernel_size, padding=padding, **kwargs)
        height, width = self.kernel_size
        if height != width or height % 2 == 0:
            raise ValueError("An enlarging Conv2D takes square kernels of an odd edge.")

    def call(self, inputs, training=None):
        if not training:
            return super().call(repeated(inputs))
        outputs = repeated_and_convolved(inputs, self.kernel)
        return self.activation(outputs + self.bias if self.use_bias else outputs)

    def compute_output_shape(self, input_shape):
        batch, *sizes, _ = input_shape
        return (batch, *(size and 2 * size for size in sizes), self.filters)
