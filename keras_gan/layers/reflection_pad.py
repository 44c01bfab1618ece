"""Padding by reflection."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class ReflectionPadding2D(keras.layers.Layer):
    """Continues maps `[B, height, width, C]` by their reflection, the edge itself not repeated: `c b | a b c | b a`.

    Args:
        padding: rows or columns at each of the four edges, or `(before, after)`: at the upper and left, at the lower
            and right ones; height and width must be larger.
    """

    def __init__(self, padding, **kwargs):
        super().__init__(**kwargs)
        self.padding = (padding, padding) if isinstance(padding, int) else tuple(padding)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def call(self, inputs):
        return ops.pad(inputs, ((0, 0), self.padding, self.padding, (0, 0)), mode="reflect")

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return batch, _grown(height, self.padding), _grown(width, self.padding), channels

    def get_config(self):
        return {**super().get_config(), "padding": self.padding}


def _grown(size, padding):
    return None if size is None else size + sum(padding)
