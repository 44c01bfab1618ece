"""Channels become pixels."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class PixelShuffle(keras.layers.Layer):
    """Maps `[B, height, width, C r^2]` to `[B, height r, width r, C]`: each pixel's channels become r rows of r pixels.

    With x and y counting columns and rows (Shi et al. 2016, arXiv 1609.05158, equation 4),

        out[y, x, c] = in[floor(y / r), floor(x / r), C r mod(y, r) + C mod(x, r) + c]

    Args:
        factor: r, 2 or more.
    """

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape):
        if input_shape[-1] % self.factor**2:
            raise ValueError(
                f"{input_shape[-1]} channels cannot become squares of {self.factor} by {self.factor} pixels."
            )

    def call(self, inputs):
        return ops.depth_to_space(inputs, self.factor)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        height, width = (None if size is None else size * self.factor for size in (height, width))
        return batch, height, width, channels // self.factor**2

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}
