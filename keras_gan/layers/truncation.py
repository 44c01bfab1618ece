"""The mean style, and the way towards it (Karras et al. 2019, arXiv 1812.04948, section B)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class Truncation(keras.layers.Layer):
    """`average + truncation (styles - average)`: `styles [B, n], truncation [B]` to `[B, n]`.

    The average is a weight that `follow` moves, not a trained one.

    Args:
        momentum: what `follow` leaves of the average.
    """

    def __init__(self, momentum=0.995, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum

    def build(self, styles_shape, truncation_shape):
        # Replicas that have parts of a batch move it by the mean of their moves.
        self.average = self.add_weight(
            shape=(styles_shape[-1],), initializer="zeros", trainable=False, aggregation="mean", name="average"
        )

    def call(self, styles, truncation):
        average = ops.cast(self.average, styles.dtype)
        return average + ops.cast(truncation, styles.dtype)[:, None] * (styles - average)

    def follow(self, styles):
        """Moves the average towards the mean of a batch of styles."""
        latest = ops.mean(ops.cast(ops.stop_gradient(styles), "float32"), axis=0)
        self.average.assign(self.average + (1.0 - self.momentum) * (latest - self.average))

    def compute_output_shape(self, styles_shape, truncation_shape):
        return styles_shape

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}
