"""Standard normal numbers to uniform ones."""

import math

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class NormalToUniform(keras.layers.Layer):
    """Turns standard normal inputs into outputs uniform in [-1, 1]: `2 Phi(x) - 1 = erf(x / sqrt 2)`.

    The error function is formula 7.1.26 of Abramowitz and Stegun, exact to 1.5e-7, because phones and browsers have
    no operation for it.
    """

    _COEFFICIENTS = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)

    def __init__(self, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})

    def call(self, x):
        x = x * math.sqrt(0.5)
        t = 1.0 / (1.0 + 0.3275911 * ops.abs(x))
        polynomial = ops.zeros_like(t)
        for coefficient in self._COEFFICIENTS:
            polynomial = (polynomial + coefficient) * t
        return ops.sign(x) * (1.0 - polynomial * ops.exp(-ops.square(x)))

    def compute_output_shape(self, input_shape):
        return input_shape
