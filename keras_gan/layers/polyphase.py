"""Convolutions along time that change the length of maps, computed at the shorter length: the same sums, sooner.

Both take what a kernel does to each of `factor` places in a row as so many channels (polyphase filters; P. P.
Vaidyanathan, "Multirate Systems and Filter Banks", 1993, section 4.3), so that a convolution of stride 1 is left. On
two cores, forward and backward, the layers of a small `wavegan` take a third (enlarging) and three quarters of the time
of those that they stand for; the one that draws the waveform, of one channel, an eighth.
"""

import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable("keras_gan")
class EnlargingConv1D(layers.Conv1D):
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


@keras.saving.register_keras_serializable("keras_gan")
class ShorteningConv1D(layers.Conv1D):
    """`Conv1D(filters, kernel_size, strides=strides, padding="same")` on maps whose length the stride divides.

    Args:
        filters: width of the outputs.
        kernel_size: taps, at least as many as the stride.
        strides: how many times as short maps become.
        **kwargs: as of `Conv1D`, but for padding, dilation and groups.
    """

    def __init__(self, filters, kernel_size, strides, padding="same", **kwargs):
        super().__init__(filters, kernel_size, strides=strides, padding=padding, **kwargs)

    def call(self, inputs):
        taps, stride = self.kernel_size[0], self.strides[0]
        before = (taps - stride) // 2  # the first output's taps that lie before the first input
        reach = max(-(-before // stride), -(-(taps - before) // stride) - 1)  # places on either side, `stride` long
        front = reach * stride - before
        back = (2 * reach + 1) * stride - front - taps
        length, channels = inputs.shape[1:]
        kernel = ops.pad(ops.cast(self.kernel, inputs.dtype), [[front, back], [0, 0], [0, 0]])
        kernel = ops.reshape(kernel, (2 * reach + 1, stride * channels, self.filters))
        outputs = ops.conv(ops.reshape(inputs, (-1, length // stride, stride * channels)), kernel, padding="same")
        return self.activation(outputs + self.bias if self.use_bias else outputs)

    def build(self, input_shape):
        length, taps, stride = input_shape[1], self.kernel_size[0], self.strides[0]
        if length % stride or taps < stride:
            raise ValueError(
                f"ShorteningConv1D wants {length} places to divide by its stride, {stride}, and at least as many taps."
            )
        super().build(input_shape)
