"""Phase shuffle: what keeps a discriminator of waveforms from minding where in a period they begin."""

import keras
import tensorflow as tf
from keras import ops

from keras_gan.randomness import noise


@keras.saving.register_keras_serializable("keras_gan")
class PhaseShuffle(keras.layers.Layer):
    """Moves maps `[B, places, channels]` in training by a few places, the gap filled by reflection.

    Of Donahue et al. 2018 (arXiv 1802.04208, section 3.3); one move for the whole batch, as their program has it, drawn
    anew in each draw of a step: from `-radius` to `radius`, all alike. Without training outputs are inputs.

    Args:
        radius: in places, less than there are.
        name: must be given, as that of `StepDropout`.
    """

    def __init__(self, radius, *, name, **kwargs):
        super().__init__(name=name, **kwargs)
        self.radius = radius

    def call(self, inputs, training=False):
        if not training or not self.radius:
            return inputs
        uniform = noise.current().common((), f"phase/{self.name}")
        move = ops.cast(ops.floor(uniform * (2 * self.radius + 1)), "int32") - self.radius
        return moved(inputs, move, self.radius)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "radius": self.radius}


def moved(maps, move, most):
    """Maps `[B, places, channels]` that begin so many places later, int32 from `-most` to `most`, ends reflected."""
    padded = tf.pad(maps, [[0, 0], [most, most], [0, 0]], mode="REFLECT")
    start = most - move
    return tf.ensure_shape(padded[:, start : start + maps.shape[1]], maps.shape)
