"""Convolutions that a style steers, as StyleGAN2 has them (Karras et al. 2020, arXiv 1912.04958, section 2.2)."""

import math

import keras
from keras import ops

from keras_gan.layers.blur import enlarged_and_convolved
from keras_gan.layers.equalized import EqualizedDense

_EPSILON = 1e-8


@keras.saving.register_keras_serializable("keras_gan")
class ModulatedConv2D(keras.layers.Layer):
    """A convolution whose input channels are scaled by a style, and whose outputs have unit variance again.

    With weights W and the scales s of a sample, `s_i W_ij` would be its kernel, divided by `sqrt(sum (s_i W_ij)^2)` for
    each output j. Scaling the inputs by s, and the outputs by that, is the same without a kernel for each sample:
    `inputs [B, height, width, C], styles [B, n]` to `[B, height, width, filters]`, or twice the size.

    Args:
        filters: width of the outputs.
        kernel_size: edge of the kernel.
        demodulate: whether the outputs are scaled.
        enlarge: whether maps are enlarged twofold, by zeros and the filter [1, 3, 3, 1], before the convolution.
        gain: of the outputs; sqrt(2) goes before a LeakyReLU.
    """

    def __init__(self, filters, kernel_size, demodulate=True, enlarge=False, gain=1.0, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.kernel_size = filters, kernel_size
        self.demodulate, self.enlarge, self.gain = demodulate, enlarge, gain

    def build(self, inputs_shape, styles_shape):
        channels = inputs_shape[-1]
        self.affine = EqualizedDense(channels, bias=1.0, name="affine")
        self.affine.build(styles_shape)
        shape = (self.kernel_size, self.kernel_size, channels, self.filters)
        self.scale = 1.0 / math.sqrt(math.prod(shape[:-1]))
        self.kernel = self.add_weight(
            shape=shape, initializer=keras.initializers.RandomNormal(stddev=1.0), name="kernel"
        )
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")

    def call(self, inputs, styles):
        # In float32: squares of what 16 bits hold may not fit in them.
        kernel = ops.cast(self.kernel, "float32") * self.scale
        scales = ops.cast(self.affine(styles), "float32")
        outputs = self._convolved(inputs * ops.cast(scales, inputs.dtype)[:, None, None], kernel)
        if self.demodulate:
            power = ops.matmul(ops.square(scales), ops.sum(ops.square(kernel), axis=(0, 1)))
            factor = ops.rsqrt(power + _EPSILON) * self.gain
            outputs = outputs * ops.cast(factor, outputs.dtype)[:, None, None]
        elif self.gain != 1.0:
            outputs = outputs * self.gain
        return outputs + ops.cast(self.bias * self.gain, outputs.dtype)

    def _convolved(self, inputs, kernel):
        if self.enlarge:
            return enlarged_and_convolved(inputs, kernel)
        return ops.conv(inputs, ops.cast(kernel, inputs.dtype), padding="same")

    def compute_output_shape(self, inputs_shape, styles_shape):
        batch, *sizes, _ = inputs_shape
        return (batch, *(2 * size if self.enlarge else size for size in sizes), self.filters)

    def get_config(self):
        own = {"demodulate": self.demodulate, "enlarge": self.enlarge, "gain": self.gain}
        return {**super().get_config(), "filters": self.filters, "kernel_size": self.kernel_size, **own}
