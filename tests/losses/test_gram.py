"""Gram matrices and what is made of them, by hand and by NumPy."""

import numpy as np
import pytest

from keras_gan.losses import gram

# [2, 2, 3, 2]: height unlike width, examples unlike each other
FEATURES = np.arange(24, dtype=np.float32).reshape(2, 2, 3, 2) / 10.0 - 0.4


def test_gram_matrices():
    found = np.asarray(gram.matrices(FEATURES))
    for example, matrix in zip(FEATURES, found, strict=True):
        flat = np.array([example[y, x] for y in range(2) for x in range(3)])
        np.testing.assert_allclose(matrix, flat.T @ flat / (2 * 3 * 2), rtol=1e-5)
    assert found.shape == (2, 2, 2)


def test_gram_of_one_place_by_hand():
    one = np.array([2.0, -3.0, 0.5], np.float32).reshape(1, 1, 1, 3)
    expected = np.array([[4, -6, 1], [-6, 9, -1.5], [1, -1.5, 0.25]]) / 3
    np.testing.assert_allclose(gram.matrices(one)[0], expected, rtol=1e-6)


def test_size_does_not_matter_and_place_does_not():
    once = gram.matrices(FEATURES[:1])
    np.testing.assert_allclose(gram.matrices(np.tile(FEATURES[:1], (1, 2, 3, 1))), once, rtol=1e-5)
    np.testing.assert_allclose(gram.matrices(FEATURES[:1, ::-1, ::-1]), once, rtol=1e-5)


GRAMS = np.array([[[1.0, 2.0], [2.0, 0.0]], [[3.0, 0.0], [0.0, 4.0]]], np.float32)
TARGETS = np.array([[[1.0, 0.0], [0.0, 2.0]], [[1.5, 0.0], [0.0, 2.0]]], np.float32)


def test_squared_distance():
    # 4 + 4 + 4 over 1 + 4, and 2.25 + 4 over 2.25 + 4
    np.testing.assert_allclose(gram.squared(GRAMS, TARGETS), [12 / 5, 1.0], rtol=1e-6)


def test_cosine_distance():
    # <,> = 1 of lengths 3 and sqrt 5; the second is a multiple, which does not count
    np.testing.assert_allclose(gram.cosine(GRAMS, TARGETS), [1 - 1 / (3 * np.sqrt(5)), 0.0], atol=1e-6)


@pytest.mark.parametrize("distance", gram.DISTANCES.values())
def test_distances_have_gradients_where_nothing_is_active(distance):
    import tensorflow as tf

    black = tf.Variable(np.zeros((1, 3, 2, 2), np.float32))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(distance(gram.matrices(black), tf.constant(TARGETS[:1])))
    assert np.isfinite(tape.gradient(loss, black)).all()


def test_content_distance():
    ours = np.array([[1.0, 2.0], [0.0, 3.0]], np.float32).reshape(2, 1, 1, 2)
    theirs = np.array([[1.0, 1.0], [0.0, -1.0]], np.float32).reshape(2, 1, 1, 2)
    np.testing.assert_allclose(gram.content(ours, theirs), [1 / 2, 16 / 1], rtol=1e-6)


def test_total_variation():
    image = np.array([[1.0, 2.0, 4.0], [0.0, 2.0, 1.0]], np.float32).reshape(1, 2, 3, 1)
    # Down: -1, 0, -3. To the right: 1, 2, 2, -1.
    expected = (1 + 0 + 9) / 3 + (1 + 4 + 4 + 1) / 4
    np.testing.assert_allclose(gram.total_variation(image), [expected], rtol=1e-6)
