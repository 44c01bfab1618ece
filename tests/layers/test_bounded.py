"""Images as hyperbolic tangents, from whose flat ends there is a way back."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan.layers.bounded import FUNCTIONS, LEAST_SLOPE, bounded, exactly

VALUES = np.array([-9.0, -1.0, 0.0, 0.5, 9.0], np.float32)


def slopes(upstream):
    values = tf.constant(VALUES)
    with tf.GradientTape() as tape:
        tape.watch(values)
        results = bounded(values)
    np.testing.assert_allclose(results, np.tanh(VALUES), rtol=1e-6)
    return tape.gradient(results, values, output_gradients=tf.constant(upstream, tf.float32)).numpy()


def test_a_step_further_out_meets_the_true_slope():
    true = 1 - np.tanh(VALUES) ** 2
    outwards = -np.sign(VALUES) + (VALUES == 0)  # descent goes against it
    np.testing.assert_allclose(slopes(outwards), outwards * true, atol=1e-6)


def test_a_step_back_meets_some_slope():
    true = 1 - np.tanh(VALUES) ** 2
    back = 2.0 * np.sign(VALUES)
    np.testing.assert_allclose(slopes(back), back * np.maximum(true, LEAST_SLOPE), atol=1e-6)
    assert slopes(back)[0] == np.float32(-0.2)


def test_slopes_are_the_true_ones_where_it_is_asked_for():
    true = 1 - np.tanh(VALUES) ** 2
    for upstream in (-np.ones(5), np.ones(5)):
        with exactly():
            np.testing.assert_allclose(slopes(upstream), upstream * true, atol=1e-6)
    assert slopes(np.ones(5))[-1] == np.float32(LEAST_SLOPE)


def test_what_is_all_black_becomes_grey_again():
    """Where the true gradient is too small for Adam to see."""
    values, target = tf.Variable([-30.0, 30.0]), tf.constant([0.5, -0.5])
    optimizer = keras.optimizers.Adam(0.1)
    for _ in range(600):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(FUNCTIONS["tanh"](values) - target))
        optimizer.apply([tape.gradient(loss, values)], [values])
    np.testing.assert_allclose(tf.tanh(values), target, atol=0.01)
