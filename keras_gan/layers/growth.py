"""How far a network has grown, and what that means for images of all its sizes (arXiv 1710.10196, section 2)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class Growth(keras.layers.Layer):
    """The level of a network that grows: a weight that is set, not trained; gives it as a scalar, whatever the inputs.

    At level 2 the network is that of its third size; at 2.25 the fourth one has faded in by a quarter.

    Args:
        level: at first.
    """

    is_set = True  # no average of it makes sense

    def __init__(self, level, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.first_level = level

    def build(self, input_shape):
        # Replicas set it alike.
        self.level = self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(self.first_level),
            trainable=False,
            aggregation="mean",
            name="level",
        )

    def call(self, inputs):
        return ops.convert_to_tensor(self.level)

    def compute_output_shape(self, input_shape):
        return ()

    def get_config(self):
        return {**super().get_config(), "level": self.first_level}


def share_of(level, number):
    """How much of what a network of this level gives is of its size of this number: 1 at that level, 0 one away."""
    return ops.maximum(1.0 - ops.abs(level - number), 0.0)


def faded(old, new, share):
    """From `old` to `new`, by the share of the new."""
    return old + ops.cast(share, new.dtype) * (new - old)
