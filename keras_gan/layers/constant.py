"""What style-based generators begin with in place of latents (Karras et al. 2019, arXiv 1812.04948, section 3)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class LearnedConstant(keras.layers.Layer):
    """The same maps for every row of a batch, which are learned: whatever the inputs `[B, …]`, `[B, *shape]`.

    Args:
        shape: of the maps, `(height, width, C)`; at first they are standard normal.
    """

    def __init__(self, shape, **kwargs):
        super().__init__(**kwargs)
        self.shape = tuple(shape)

    def build(self, input_shape):
        self.maps = self.add_weight(
            shape=self.shape, initializer=keras.initializers.RandomNormal(stddev=1.0), name="maps"
        )

    def call(self, inputs):
        maps = ops.cast(self.maps, self.compute_dtype)
        return ops.tile(maps[None], (ops.shape(inputs)[0], 1, 1, 1))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.shape)

    def get_config(self):
        return {**super().get_config(), "shape": self.shape}
