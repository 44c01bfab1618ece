"""The fused Adam against Keras's own."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.distribution import devices
from keras_gan.training.optimizers import Adam, EqualizedAdam


def trained(cls, strategy, **options):
    """Weights after 30 steps down a bumpy slope whose gradients differ from weight to weight, and the optimizer."""
    with strategy.scope():
        weights = [keras.Variable(np.linspace(-1, 1, 12, dtype="float32").reshape(3, 4)), keras.Variable([1.0, -2.0])]
        optimizer = cls(0.01, beta_1=0.5, beta_2=0.99, **options)
        optimizer.build(weights)

    def update():
        with tf.GradientTape() as tape:
            loss = sum(tf.reduce_sum(tf.sin(3.0 * w.value) * w.value) for w in weights)
        optimizer.apply(tape.gradient(loss, [w.value for w in weights]), weights)

    step = tf.function(lambda: strategy.run(update))
    for _ in range(30):
        step()
    return [keras.ops.convert_to_numpy(w) for w in (*weights, *optimizer.variables)]


@pytest.mark.parametrize("kind", ["single", "mirrored"])
@pytest.mark.parametrize("options", [{}, {"amsgrad": True}, {"weight_decay": 0.1}])
def test_same_numbers_as_keras(kind, options):
    strategy = devices.make_strategy(kind)
    ours, reference = trained(Adam, strategy, **options), trained(keras.optimizers.Adam, strategy, **options)
    assert len(ours) == len(reference)
    for a, b in zip(ours, reference, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert np.abs(ours[0] - np.linspace(-1, 1, 12).reshape(3, 4)).max() > 0.1  # it moved


def test_rows_that_are_looked_up_twice_move_as_one():
    table = keras.Variable(np.ones((4, 2), "float32"))
    optimizer = Adam(0.1)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.gather(table.value, [1, 1, 3]))
    optimizer.apply([tape.gradient(loss, table.value)], [table])
    np.testing.assert_allclose(table[:, 0], [1.0, 0.9, 1.0, 0.9], atol=1e-6)


def test_equalized_steps_by_hand():
    """Adam's first step is the learning rate long, whatever the gradient."""
    shapes = [(3, 3, 4, 8), (64, 16), (4, 4, 5), (7,), ()]
    variables = [keras.Variable(np.ones(shape), dtype="float32") for shape in shapes]
    optimizer = EqualizedAdam(0.25)
    optimizer.build(variables)
    gradients = [keras.ops.full(shape, -10.0 * (number + 1)) for number, shape in enumerate(shapes)]
    optimizer.apply(gradients, variables)
    moved = [np.unique(keras.ops.convert_to_numpy(variable) - 1.0) for variable in variables]
    scales = [(2 / 36) ** 0.5, (2 / 64) ** 0.5, (2 / 16) ** 0.5, 0.1, 0.1]
    for steps, scale in zip(moved, scales, strict=True):
        np.testing.assert_allclose(steps, 0.25 * scale, rtol=2e-4)
