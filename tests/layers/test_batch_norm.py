"""The fused batch normalisation beside Keras's, in values, gradients, second derivatives and statistics."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.distribution import devices
from keras_gan.networks.conventions import batch_norm


def everything(fused, x):
    """What a layer makes of `x`, the gradient of a function of that, that of its norm, and both statistics."""
    layer = batch_norm(fused)
    layer.build(x.shape)
    layer.gamma.assign(np.linspace(0.5, 2.0, x.shape[-1]))
    layer.beta.assign(np.linspace(-1.0, 1.0, x.shape[-1]))
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = layer(x, training=True)
            total = tf.reduce_sum(tf.sin(outputs))
        gradient = tape.gradient(total, x)
        norm = tf.reduce_sum(gradient**2)
    second = outer.gradient(norm, [x, layer.gamma.value])
    statistics = layer.moving_mean, layer.moving_variance
    return [each.numpy() for each in (outputs, gradient, *second, *statistics, layer(x, training=False))]


@pytest.mark.parametrize("shape", [(5, 7), (4, 6, 3, 5), (2, 1, 1, 3)])
def test_it_is_kerass(shape):
    x = tf.constant(np.random.RandomState(0).randn(*shape).astype("float32") * 3 + 1)
    for ours, theirs in zip(everything(True, x), everything(False, x), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-5)


def test_half_precision_keeps_float32_statistics():
    layer = batch_norm(True, dtype="mixed_bfloat16")
    x = tf.cast(tf.constant([[1.0, 10.0], [2.0, 30.0], [6.0, 80.0]]), tf.bfloat16)
    outputs = layer(x, training=True)
    assert outputs.dtype == tf.bfloat16
    np.testing.assert_allclose(layer.moving_mean.numpy(), [0.3, 4.0], rtol=1e-6)
    np.testing.assert_allclose(layer.moving_variance.numpy(), [0.9 + 0.1 * 14 / 3, 0.9 + 0.1 * 2600 / 3], rtol=1e-5)


def test_replicas_take_the_statistics_of_all():
    strategy = devices.make_strategy("mirrored")
    with strategy.scope():
        layer = batch_norm(True)
        layer.build((None, 1))
    parts = tf.constant([[1.0], [3.0]]), tf.constant([[5.0], [11.0]])
    values = strategy.experimental_distribute_values_from_function(lambda c: parts[c.replica_id_in_sync_group])
    tf.function(lambda v: strategy.run(lambda x: layer(x, training=True), (v,)))(values)
    np.testing.assert_allclose(layer.moving_mean.numpy(), [0.5], rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), [0.9 + 0.1 * 14], rtol=1e-5)
