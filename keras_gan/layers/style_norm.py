"""Adaptive instance normalisation (Huang and Belongie 2017, arXiv 1703.06868), steered by a style."""

import keras
from keras import ops

from keras_gan.layers.equalized import EqualizedDense
from keras_gan.layers.instance_norm import InstanceNormalization


@keras.saving.register_keras_serializable("keras_gan")
class StyleNorm(keras.layers.Layer):
    """`(1 + s) normalised + b`: maps `[B, height, width, C]`, styles `[B, n]`, from which s and b `[B, C]` are learned.

    Every channel of every map is normalised by its own mean and variance before.
    """

    def build(self, maps_shape, styles_shape):
        self.normalize = InstanceNormalization(epsilon=1e-8, center=False, scale=False, name="normalize")
        self.normalize.build(maps_shape)
        self.affine = EqualizedDense(2 * maps_shape[-1], name="affine")
        self.affine.build(styles_shape)

    def call(self, maps, styles):
        scale, shift = ops.split(self.affine(styles)[:, None, None], 2, axis=-1)
        return self.normalize(maps) * (1.0 + ops.cast(scale, maps.dtype)) + ops.cast(shift, maps.dtype)

    def compute_output_shape(self, maps_shape, styles_shape):
        return maps_shape
