"""A learned picture whose channels the inputs scale."""

import keras


@keras.saving.register_keras_serializable("keras_gan")
class Basis(keras.layers.Layer):
    """Inputs `[B, C]` to feature maps `[B, height, width, C]`: a learned picture, each channel times its input.

    Args:
        shape: `(height, width, C)`.
    """

    def __init__(self, shape, **kwargs):
        super().__init__(**kwargs)
        self.shape = tuple(shape)

    def build(self, input_shape):
        self.picture = self.add_weight(
            shape=self.shape, initializer=keras.initializers.RandomNormal(stddev=1.0), name="picture"
        )

    def call(self, inputs):
        return inputs[:, None, None, :] * self.picture

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.shape)

    def get_config(self):
        return {**super().get_config(), "shape": self.shape}
