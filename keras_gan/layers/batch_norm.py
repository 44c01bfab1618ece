"""Batch normalisation by one operation of TensorFlow in place of a dozen."""

import keras
import tensorflow as tf

FUSED_TYPES = ("float32", "bfloat16", "float16")


@keras.saving.register_keras_serializable("keras_gan")
class FusedBatchNormalization(keras.layers.BatchNormalization):
    """Keras's over the last axis, with the same weights; by the fused kernel where one replica trains alone.

    Keras computes what is `synchronized` by plain reductions, which in small networks cost as much as the convolutions.
    The numbers differ in their last bits. Inputs are `[B, C]` or `[B, height, width, C]`; several replicas, other types
    and inference go Keras's way.
    """

    def call(self, inputs, training=None, mask=None):
        alone = tf.distribute.get_strategy().num_replicas_in_sync == 1
        fits = inputs.dtype.name in FUSED_TYPES and len(inputs.shape) in (2, 4)
        if not (training and self.trainable and alone and fits):
            return super().call(inputs, training, mask)
        maps = inputs if len(inputs.shape) == 4 else inputs[:, None, None]
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=maps,
            scale=tf.convert_to_tensor(self.gamma),
            offset=tf.convert_to_tensor(self.beta),
            mean=tf.constant([], tf.float32),
            variance=tf.constant([], tf.float32),
            epsilon=self.epsilon,
            is_training=True,
        )
        count = tf.cast(tf.size(maps) // maps.shape[-1], tf.float32)
        # The operation gives the unbiased variance; Keras keeps the biased one.
        for moving, latest in ((self.moving_mean, mean), (self.moving_variance, variance * ((count - 1.0) / count))):
            moving.assign_sub((moving - latest) * (1.0 - self.momentum))
        return outputs if maps is inputs else outputs[:, 0, 0]
