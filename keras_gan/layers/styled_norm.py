"""Conditional instance normalisation, in two layers so that the moments may be those of another picture.

Ulyanov et al. 2016 (arXiv 1607.08022); one scale and shift for each style: Dumoulin et al. 2016 (arXiv 1610.07629).
Tiles of a large picture that are normalised by the moments of the whole have no seams: Chen et al. 2021 ("thumbnail
instance normalization", arXiv 2103.11784).
"""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class Moments(keras.layers.Layer):
    """Mean and variance of each channel of each map: `[B, height, width, C]` to float32 `[B, 2 C]`."""

    def call(self, maps):
        maps = ops.cast(maps, "float32")
        mean = ops.mean(maps, axis=(1, 2), keepdims=True)
        variance = ops.mean(ops.square(maps - mean), axis=(1, 2))
        return ops.concatenate([mean[:, 0, 0], variance], axis=-1)

    def compute_output_shape(self, maps_shape):
        return maps_shape[0], 2 * maps_shape[-1]

    def compute_output_spec(self, maps):
        return keras.KerasTensor(self.compute_output_shape(maps.shape), "float32")


@keras.saving.register_keras_serializable("keras_gan")
class StyledNorm(keras.layers.Layer):
    """`gamma (x - mean) / sqrt(variance + epsilon) + beta`, gamma and beta being those of a style.

    A style between two numbers is between their gammas and betas.

    Args:
        styles: how many there are.
        epsilon: added to the variance.
    """

    def __init__(self, styles=1, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.styles, self.epsilon = styles, epsilon

    def build(self, maps_shape, moments_shape, style_shape=None):
        shape = (self.styles, maps_shape[-1])
        # Without autocast: half precision would round them before they meet the moments.
        self.gamma = self.add_weight(shape=shape, initializer="ones", autocast=False, name="gamma")
        self.beta = self.add_weight(shape=shape, initializer="zeros", autocast=False, name="beta")

    def call(self, maps, moments, style=None):
        """Maps `[B, height, width, C]`, moments `[B, 2 C]` as `Moments` has them, styles float32 `[B]`, to maps."""
        mean, variance = ops.split(ops.cast(moments, "float32")[:, None, None], 2, axis=-1)
        gamma, beta = (self._of(each, style)[:, None, None] for each in (self.gamma, self.beta))
        factor = gamma * ops.rsqrt(variance + self.epsilon)
        return ops.cast((ops.cast(maps, "float32") - mean) * factor + beta, self.compute_dtype)

    def compute_output_shape(self, maps_shape, moments_shape, style_shape=None):
        return maps_shape

    def get_config(self):
        return {**super().get_config(), "styles": self.styles, "epsilon": self.epsilon}

    def _of(self, weight, style):
        weight = ops.convert_to_tensor(weight)
        return weight if style is None else ops.matmul(between(ops.cast(style, "float32"), self.styles), weight)


def between(style, count):
    """How much each of `count` styles counts for styles `[B]`: `[B, count]`; 1.25 is 0.75 of style 1, 0.25 of 2."""
    numbers = ops.arange(count, dtype="float32")
    return ops.maximum(1.0 - ops.abs(ops.expand_dims(style, 1) - numbers), 0.0)
