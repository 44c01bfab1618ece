"""What tells a discriminator whether samples vary (Karras et al. 2018, arXiv 1710.10196, section 3)."""

import keras
import tensorflow as tf

_EPSILON = 1e-8


@keras.saving.register_keras_serializable("keras_gan")
class MinibatchStddev(keras.layers.Layer):
    """Adds a channel: the standard deviation over a group of examples, averaged over places and channels.

    `[B, height, width, C]` to `[B, height, width, C + 1]`. Groups are of neighbours in the batch, so that replicas with
    whole groups compute what one with the whole batch would.

    Args:
        group: examples of a group, at most: the largest number that divides the batch.
    """

    def __init__(self, group=4, **kwargs):
        super().__init__(**kwargs)
        self.group = group

    def call(self, inputs):
        maps = tf.cast(inputs, tf.float32)
        rows, size = tf.shape(maps)[0], self._size(maps)
        grouped = tf.reshape(maps, (-1, size, *maps.shape[1:]))
        varied = grouped - tf.reduce_mean(grouped, axis=1, keepdims=True)
        deviations = tf.sqrt(tf.reduce_mean(tf.square(varied), axis=1) + _EPSILON)
        means = tf.repeat(tf.reduce_mean(deviations, axis=(1, 2, 3)), size)
        channel = tf.broadcast_to(means[:, None, None, None], (rows, *maps.shape[1:3], 1))
        return tf.concat([inputs, tf.cast(channel, inputs.dtype)], axis=-1)

    def _size(self, maps):
        if maps.shape[0] is not None:
            return next(size for size in range(self.group, 0, -1) if maps.shape[0] % size == 0)
        sizes = tf.range(1, self.group + 1)
        return tf.reduce_max(tf.where(tf.shape(maps)[0] % sizes == 0, sizes, 1))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)

    def get_config(self):
        return {**super().get_config(), "group": self.group}
