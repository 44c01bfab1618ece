"""Penalties against autograd of a linear discriminator D(x) = w.x, whose gradient is w everywhere."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.losses import penalties

W = np.array([[[3.0], [0.0]], [[0.0], [4.0]]], np.float32)  # |w| = 5
X = np.random.default_rng(0).normal(size=(3, 2, 2, 1)).astype(np.float32)


def linear(w):
    return lambda x: tf.reduce_sum(w * x, axis=(1, 2, 3))[:, None]


def test_scores_and_gradients_of_a_linear_discriminator():
    scores, gradients = penalties.scores_and_gradients(linear(W), tf.constant(X))
    np.testing.assert_allclose(scores[:, 0], (W * X).sum(axis=(1, 2, 3)), atol=1e-6)
    np.testing.assert_allclose(gradients, np.broadcast_to(W, X.shape))


def test_gradients_are_each_images_own():
    # D(x) = |x|^2 / 2 has the gradient x: one image's must not hold another's.
    _, gradients = penalties.scores_and_gradients(lambda x: tf.reduce_sum(x**2, axis=(1, 2, 3)) / 2, tf.constant(X))
    np.testing.assert_allclose(gradients, X, atol=1e-6)


def test_one_centred_is_exact():
    _, gradients = penalties.scores_and_gradients(linear(W), tf.constant(X))
    np.testing.assert_allclose(penalties.one_centred(gradients), [16.0] * 3, rtol=1e-6)  # (5 - 1)^2
    np.testing.assert_allclose(penalties.one_centred(gradients / 10.0), [0.25] * 3, rtol=1e-6)  # two-sided: (0.5 - 1)^2


def test_zero_centred_is_exact():
    _, gradients = penalties.scores_and_gradients(linear(W), tf.constant(X))
    np.testing.assert_allclose(penalties.zero_centred(gradients), [12.5] * 3, rtol=1e-6)  # 25 / 2


@pytest.mark.parametrize("penalty", [penalties.one_centred, penalties.zero_centred])
def test_finite_at_zero_gradient_with_a_finite_derivative(penalty):
    w = tf.Variable(np.zeros_like(W))
    with tf.GradientTape() as tape:
        _, gradients = penalties.scores_and_gradients(linear(w), tf.constant(X))
        value = tf.reduce_mean(penalty(gradients))
    assert np.isfinite(value)
    assert np.isfinite(tape.gradient(value, w)).all()


@pytest.mark.parametrize(
    ("penalty", "derivative"),
    # d/dw (|w| - 1)^2 = 2 (|w| - 1) w / |w| = 1.6 w; d/dw |w|^2 / 2 = w
    [(penalties.one_centred, 1.6 * W), (penalties.zero_centred, W)],
)
def test_derivative_in_the_weights(penalty, derivative):
    w = tf.Variable(W)
    with tf.GradientTape() as tape:
        _, gradients = penalties.scores_and_gradients(linear(w), tf.constant(X))
        value = tf.reduce_mean(penalty(gradients))
    np.testing.assert_allclose(tape.gradient(value, w), derivative, rtol=1e-5)


def test_patch_scores_count_with_their_sum():
    _, gradients = penalties.scores_and_gradients(lambda x: x * W, tf.constant(X))  # a map of scores per image
    np.testing.assert_allclose(gradients, np.broadcast_to(W, X.shape))


def test_between_by_hand():
    alpha = np.array([0.25, 1.0, 0.0], np.float32)[:, None, None, None]
    mixed = penalties.between(tf.fill((3, 2, 2, 1), 8.0), tf.fill((3, 2, 2, 1), 4.0), alpha)
    np.testing.assert_allclose(mixed[:, 0, 0, 0], [5.0, 8.0, 4.0])


def test_around_by_hand():
    alpha = np.array([0.5, 1.0, 0.0], np.float32)[:, None, None, None]
    moved = penalties.around(tf.constant(X), 4.0, tf.fill(X.shape, 0.25), alpha)
    np.testing.assert_allclose((moved - X)[:, 0, 0, 0], [0.25, 0.5, 0.0], atol=1e-6)  # alpha * 4 / 2 * 0.25
