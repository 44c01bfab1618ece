"""Objectives against numbers worked out by hand, on asymmetric scores."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.objectives import NON_SATURATING

REAL = tf.constant([[2.0], [-1.0]])
FAKE = tf.constant([[0.5], [-3.0]])


def test_non_saturating_values():
    terms = NON_SATURATING.discriminator(real_scores=REAL, fake_scores=FAKE)
    # -log sigmoid(2) = 0.126928, -log sigmoid(-1) = 1.313262
    np.testing.assert_allclose(terms["d_real"], [[0.126928], [1.313262]], atol=1e-6)
    # -log(1 - sigmoid(0.5)) = 0.974077, -log(1 - sigmoid(-3)) = 0.048587
    np.testing.assert_allclose(terms["d_fake"], [[0.974077], [0.048587]], atol=1e-6)
    terms = NON_SATURATING.generator(real_scores=None, fake_scores=FAKE)
    # -log sigmoid(0.5) = 0.474077, -log sigmoid(-3) = 3.048587
    np.testing.assert_allclose(terms["g_fake"], [[0.474077], [3.048587]], atol=1e-6)


def test_non_saturating_gradients():
    scores = tf.constant([0.5])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(scores)
        discriminator = NON_SATURATING.discriminator(real_scores=scores, fake_scores=scores)
        generator = NON_SATURATING.generator(real_scores=None, fake_scores=scores)
    # d/ds softplus(-s) = -sigmoid(-s) = -0.377541; d/ds softplus(s) = sigmoid(s) = 0.622459
    np.testing.assert_allclose(tape.gradient(discriminator["d_real"], scores), [-0.377541], atol=1e-6)
    np.testing.assert_allclose(tape.gradient(discriminator["d_fake"], scores), [0.622459], atol=1e-6)
    np.testing.assert_allclose(tape.gradient(generator["g_fake"], scores), [-0.377541], atol=1e-6)


@pytest.mark.parametrize("scores", [-1e4, 1e4])
def test_non_saturating_is_finite_at_extreme_scores(scores):
    scores = tf.constant([scores])
    terms = NON_SATURATING.discriminator(real_scores=scores, fake_scores=scores)
    assert all(np.isfinite(term).all() for term in terms.values())


def test_scores_keep_their_shape():
    patches = tf.zeros((2, 3, 4, 1))
    assert NON_SATURATING.generator(real_scores=None, fake_scores=patches)["g_fake"].shape == (2, 3, 4, 1)
