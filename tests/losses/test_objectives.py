"""Objectives against numbers worked out by hand, on asymmetric scores."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.losses.objectives import HINGE, MINIMAX, NON_SATURATING, RELATIVISTIC, WASSERSTEIN, least_squares

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


# (objective, expected terms of the discriminator, of the generator), on REAL = 2, -1 and FAKE = 0.5, -3.
BY_HAND = {
    "minimax": (
        MINIMAX,
        {"d_real": [0.126928, 1.313262], "d_fake": [0.974077, 0.048587]},
        {"g_fake": [-0.974077, -0.048587]},  # log(1 - sigmoid(s))
    ),
    "least_squares": (
        least_squares(),
        {"d_real": [0.5, 2.0], "d_fake": [0.125, 4.5]},  # (2 - 1)^2 / 2, (-1 - 1)^2 / 2; 0.5^2 / 2, 3^2 / 2
        {"g_fake": [0.125, 8.0]},  # (0.5 - 1)^2 / 2, (-3 - 1)^2 / 2
    ),
    "least_squares_a_b_c": (
        least_squares(a=-1.0, b=0.5, c=0.25),
        {"d_real": [1.125, 1.125], "d_fake": [1.125, 2.0]},
        {"g_fake": [0.03125, 5.28125]},
    ),
    "wasserstein": (WASSERSTEIN, {"d_real": [-2.0, 1.0], "d_fake": [0.5, -3.0]}, {"g_fake": [-0.5, 3.0]}),
    "hinge": (HINGE, {"d_real": [0.0, 2.0], "d_fake": [1.5, 0.0]}, {"g_fake": [-0.5, 3.0]}),
    "relativistic": (
        RELATIVISTIC,
        {"d_relative": [0.201413, 0.126928]},  # softplus(0.5 - 2), softplus(-3 + 1)
        {"g_relative": [1.701413, 2.126928]},  # softplus(2 - 0.5), softplus(-1 + 3)
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_values_by_hand(name):
    objective, discriminator, generator = BY_HAND[name]
    real = REAL if objective.generator_needs_real else None
    for terms, expected in (
        (objective.discriminator(real_scores=REAL, fake_scores=FAKE), discriminator),
        (objective.generator(real_scores=real, fake_scores=FAKE), generator),
    ):
        assert terms.keys() == expected.keys()
        for term, values in expected.items():
            np.testing.assert_allclose(terms[term][:, 0], values, atol=1e-6, err_msg=term)


@pytest.mark.parametrize("name", BY_HAND)
def test_gradients_pull_scores_the_right_way(name):
    objective, _, _ = BY_HAND[name]
    # Between what the networks want of each, whatever the objective's constants are.
    real, fake = tf.constant([[0.3]]), tf.constant([[0.1]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([real, fake])
        discriminator = tf.add_n(list(objective.discriminator(real_scores=real, fake_scores=fake).values()))
        generator = tf.add_n(list(objective.generator(real_scores=real, fake_scores=fake).values()))
    assert tape.gradient(discriminator, real) < 0  # the discriminator raises real scores
    assert tape.gradient(discriminator, fake) > 0  # and lowers those of fakes
    assert tape.gradient(generator, fake) < 0  # which the generator raises


@pytest.mark.parametrize("objective", [MINIMAX, RELATIVISTIC], ids=["minimax", "relativistic"])
def test_logistic_objectives_are_finite_at_extreme_scores(objective):
    for real, fake in ((1e4, -1e4), (-1e4, 1e4)):
        scores = {"real_scores": tf.constant([real]), "fake_scores": tf.constant([fake])}
        for terms in (objective.discriminator(**scores), objective.generator(**scores)):
            assert all(np.isfinite(term).all() for term in terms.values())


def test_minimax_saturates_where_the_other_form_does_not():
    scores = tf.constant([-10.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(scores)
        saturating = MINIMAX.generator(real_scores=None, fake_scores=scores)["g_fake"]
        non_saturating = NON_SATURATING.generator(real_scores=None, fake_scores=scores)["g_fake"]
    np.testing.assert_allclose(tape.gradient(saturating, scores), [-4.54e-5], atol=1e-7)  # -sigmoid(-10)
    np.testing.assert_allclose(tape.gradient(non_saturating, scores), [-0.9999546], atol=1e-6)


def test_scores_keep_their_shape():
    patches = tf.zeros((2, 3, 4, 1))
    assert NON_SATURATING.generator(real_scores=None, fake_scores=patches)["g_fake"].shape == (2, 3, 4, 1)
