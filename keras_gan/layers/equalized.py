"""Layers with an equalised learning rate (Karras et al. 2018, arXiv 1710.10196, section 4.1).

Weights are standard normal, and scaled in every call by `gain / sqrt(inputs)`: so all layers have the same range and,
under an optimizer whose steps do not depend on scale, such as Adam, the same speed. A `rate` below 1 slows a layer
down: its weights are larger by 1 / rate, and scaled by rate besides (Karras et al. 2019, arXiv 1812.04948, appendix C).
"""

import math

import keras
from keras import ops

from keras_gan.layers.blur import enlarged_and_convolved, repeated, repeated_and_convolved


class _Equalized(keras.layers.Layer):
    """What both layers have in common.

    Args:
        filters: width of the outputs.
        gain: of outputs over inputs; sqrt(2) goes before a LeakyReLU.
        rate: factor on the learning rate.
        use_bias: whether something is added to the outputs, which `gain` scales, too.
        bias: what that is at first.
    """

    def __init__(self, filters, gain=1.0, rate=1.0, use_bias=True, bias=0.0, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.gain, self.rate, self.use_bias, self.first_bias = filters, gain, rate, use_bias, bias

    def _make_weights(self, kernel_shape):
        self.scale = self.gain * self.rate / math.sqrt(math.prod(kernel_shape[:-1]))
        self.kernel = self.add_weight(
            shape=kernel_shape, initializer=keras.initializers.RandomNormal(stddev=1.0 / self.rate), name="kernel"
        )
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.filters,), initializer=keras.initializers.Constant(self.first_bias / self.rate), name="bias"
            )

    def _with_bias(self, outputs):
        return outputs + ops.cast(self.bias * (self.gain * self.rate), outputs.dtype) if self.use_bias else outputs

    def get_config(self):
        own = {"gain": self.gain, "rate": self.rate, "use_bias": self.use_bias, "bias": self.first_bias}
        return {**super().get_config(), "filters": self.filters, **own}


@keras.saving.register_keras_serializable("keras_gan")
class EqualizedDense(_Equalized):
    """`keras.layers.Dense` with an equalised learning rate: `[B, n]` to `[B, filters]`."""

    def build(self, input_shape):
        self._make_weights((input_shape[-1], self.filters))

    def call(self, inputs):
        return self._with_bias(ops.matmul(inputs, ops.cast(self.kernel * self.scale, inputs.dtype)))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.filters)


@keras.saving.register_keras_serializable("keras_gan")
class EqualizedConv2D(_Equalized):
    """`keras.layers.Conv2D` with an equalised learning rate.

    Args:
        filters: width of the outputs.
        kernel_size: edge of the kernel.
        strides: of both axes.
        padding: `same` or `valid`.
        enlarge: how maps are enlarged twofold before: `filtered`; `nearest`, see `enlarging.Conv2D`; None: not at all.
        **kwargs: `gain`, `rate`, `use_bias` and `bias`, see above.
    """

    def __init__(self, filters, kernel_size, strides=1, padding="same", enlarge=None, **kwargs):
        super().__init__(filters, **kwargs)
        self.kernel_size, self.strides, self.padding, self.enlarge = kernel_size, strides, padding, enlarge

    def build(self, input_shape):
        self._make_weights((self.kernel_size, self.kernel_size, input_shape[-1], self.filters))

    def call(self, inputs, training=False):
        kernel = self.kernel * self.scale
        if self.enlarge == "filtered":
            return self._with_bias(enlarged_and_convolved(inputs, kernel))
        if self.enlarge and training:
            return self._with_bias(repeated_and_convolved(inputs, kernel))
        if self.enlarge:
            inputs = repeated(inputs)
        kernel = ops.cast(kernel, inputs.dtype)
        return self._with_bias(ops.conv(inputs, kernel, strides=self.strides, padding=self.padding))

    def compute_output_shape(self, input_shape):
        batch, *sizes, _ = input_shape
        lost = self.kernel_size - 1 if self.padding == "valid" else 0
        sizes = [2 * size if self.enlarge else (size - lost - 1) // self.strides + 1 for size in sizes]
        return (batch, *sizes, self.filters)

    def get_config(self):
        own = {"kernel_size": self.kernel_size, "strides": self.strides, "padding": self.padding}
        return {**super().get_config(), **own, "enlarge": self.enlarge}
