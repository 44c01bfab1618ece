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
    """Maps `[B, places, channels]` that begin so many places later, int32 from `-most` to `most`, ends reflected.

    Its gradient is that of TensorFlow's operations in a fraction of their time, and can be differentiated as often.
    """

    @tf.custom_gradient
    def taken(maps):
        padded = tf.pad(maps, [[0, 0], [most, most], [0, 0]], mode="REFLECT")
        start = most - move
        there = tf.ensure_shape(padded[:, start : start + maps.shape[1]], maps.shape)
        return there, lambda upstream: _moved_back(upstream, move, most)

    return taken(maps)


def _moved_back(upstream, move, most):
    """What `moved` has taken each place's values for, added up: its adjoint."""

    @tf.custom_gradient
    def returned(upstream):
        padded = tf.pad(upstream, [[0, 0], [most - move, most + move], [0, 0]])
        left, there, right = padded[:, :most], padded[:, most:-most], padded[:, -most:]
        between = upstream.shape[1] - 1 - most  # a reflection leaves out the outermost place
        there += tf.pad(left[:, ::-1], [[0, 0], [1, between], [0, 0]])
        there += tf.pad(right[:, ::-1], [[0, 0], [between, 1], [0, 0]])
        return tf.ensure_shape(there, upstream.shape), lambda again: moved(again, move, most)

    return returned(upstream)
