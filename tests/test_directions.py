"""Directions of latents, and the way back from targets: on spaces whose answers are known."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.latent_space import directions
from keras_gan.latent_space.projection import project


def test_principal_directions_of_a_known_cloud():
    rng = np.random.RandomState(0)
    axes = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    cloud = 7.0 + rng.normal(size=(20_000, 4)) * [3.0, 2.0, 1.0, 0.1] @ axes
    found, spreads = directions.principal(cloud, 3)
    np.testing.assert_allclose(spreads, [3, 2, 1], rtol=0.03)
    np.testing.assert_allclose(np.abs(found @ axes.T), np.eye(3, 4), atol=0.05)
    assert (found.max(axis=1) == np.abs(found).max(axis=1)).all()


def test_directions_of_weights_are_those_they_amplify():
    rng = np.random.RandomState(1)
    axes = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    weights = axes.T @ np.diag([1.0, 5.0, 3.0]) @ np.linalg.qr(rng.normal(size=(8, 3)))[0].T
    found = directions.of_weights([weights[:, :5], weights[:, 5:]], 2)
    np.testing.assert_allclose(np.abs(found @ axes.T), [[0, 1, 0], [0, 0, 1]], atol=1e-6)


def test_a_direction_of_an_attribute():
    rng = np.random.RandomState(2)
    latents = rng.normal(size=(4000, 5)) * [1.0, 10.0, 1.0, 0.1, 1.0]
    wanted = np.array([0.6, 0.0, 0.8, 0.0, 0.0])
    rare = latents @ wanted > 1.5
    found, right = directions.of_attribute(latents, rare)
    assert found @ wanted > 0.98
    assert right > 0.95
    np.testing.assert_allclose(np.linalg.norm(found), 1.0)


def test_what_other_directions_change_can_be_left_out():
    direction = np.array([0.6, 0.8, 0.0])
    rest = directions.without(direction, [[1.0, 0.0, 0.0]])
    np.testing.assert_allclose(rest, [0, 1, 0], atol=1e-12)
    np.testing.assert_array_equal(directions.without(direction, []), direction)


def test_projection_finds_what_the_targets_were_made_of():
    rng = np.random.RandomState(3)
    mixing, made_of = rng.normal(size=(6, 9)).astype("float32"), rng.normal(size=(3, 6)).astype("float32")
    targets = tf.tanh(made_of @ mixing * 0.3)
    found = project(
        lambda latents: tf.reduce_sum((tf.tanh(latents @ mixing * 0.3) - targets) ** 2, axis=1),
        np.zeros((3, 6)), spread=1.0, steps=1000,
    )  # fmt: skip
    np.testing.assert_allclose(found.latents, made_of, atol=0.05)
    assert found.distances.max() < 1e-3
    assert len(found.way) == 51
    np.testing.assert_array_equal(found.way[0], [np.zeros((3, 6))])  # and no maps


@pytest.mark.parametrize("seed", [0, 1])
def test_a_projection_is_decided_by_its_seed(seed):
    def search():
        return project(lambda latents: tf.reduce_sum((latents - 1.0) ** 2, axis=1), np.zeros((2, 3)), 5.0, 30, seed)

    first, again = search(), search()
    np.testing.assert_array_equal(first.latents, again.latents)
    np.testing.assert_array_equal(first.way, again.way)
