"""The search for latents and noise maps that make a given picture, on functions by hand."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.latent_space.projection import normalised, project, unlikeness


def test_noise_is_told_from_patterns():
    # Stripes of 16 columns: products with the left neighbour are -1 everywhere, with the one above 1. Means of 2x2 are
    # all 0, so that the map of 8 px adds nothing.
    stripes = np.tile([1.0, -1.0], (16, 8))[None, :, :, None]
    assert unlikeness(tf.constant(stripes)).numpy() == pytest.approx([2.0])
    # Blocks of 2x2 with the signs of a chess board: as many neighbours are alike as not, and the means of blocks, times
    # 2, are a chess board of +-2, whose products are -4.
    board = np.kron(np.tile([[1.0, -1.0], [-1.0, 1.0]], (4, 4)), np.ones((2, 2)))[None, :, :, None]
    assert unlikeness(tf.constant(board)).numpy() == pytest.approx([32.0])
    # A map of 4 px is not halved, and each row is judged by itself.
    both = np.concatenate([np.tile([1.0, 1.0, 0.0, 0.0], (4, 1))[None], np.zeros((1, 4, 4))])[..., None]
    assert unlikeness(tf.constant(both)).numpy() == pytest.approx([0.25**2 + 0.5**2, 0.0])
    noise = np.random.default_rng(0).normal(size=(1, 64, 64, 1))
    assert unlikeness(tf.constant(noise)).numpy() < 0.1


def test_maps_become_of_unit_variance_each():
    maps = np.random.default_rng(0).normal(3.0, 2.0, (2, 8, 8, 1)) * [[[[1.0]]], [[[5.0]]]]
    found = normalised(maps).numpy()
    np.testing.assert_allclose(found.mean(axis=(1, 2, 3)), 0, atol=1e-9)
    np.testing.assert_allclose(found.std(axis=(1, 2, 3)), 1)
    np.testing.assert_allclose(found[0], (maps[0] - maps[0].mean()) / maps[0].std())


def test_finds_latents_and_maps_together():
    wanted = np.random.default_rng(1).normal(size=(2, 8, 8, 1)).astype(np.float32)
    wanted = normalised(wanted)
    aims = np.array([[1.0, -2.0], [0.5, 3.0]], np.float32)

    def distances_of(latents, maps):
        return tf.reduce_sum((latents - aims) ** 2, axis=1) + tf.reduce_mean((maps - wanted) ** 2, axis=(1, 2, 3))

    # The regulariser is far heavier than such distances: what is wanted must be noise itself.
    found = project(distances_of, np.zeros((2, 2)), 1.0, steps=300, map_shapes=[(8, 8, 1)], keep_every=100)
    np.testing.assert_allclose(found.latents, aims, atol=0.02)
    (maps,) = found.maps
    np.testing.assert_allclose(maps.mean(axis=(1, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(maps.std(axis=(1, 2, 3)), 1, rtol=1e-4)
    assert unlikeness(tf.constant(maps)).numpy().max() < 0.01
    first = distances_of(*found.way[0]).numpy()
    assert (found.distances < 0.5 * first).all()
    np.testing.assert_allclose(distances_of(found.latents, maps), found.distances, rtol=1e-3)
    assert [len(values) for values in found.way] == [2] * 4


def test_without_maps_there_are_none():
    found = project(lambda latents: tf.reduce_sum((latents - 1.0) ** 2, axis=1), np.zeros((1, 3)), 1.0, steps=200)
    np.testing.assert_allclose(found.latents, 1.0, atol=0.02)
    assert found.maps == []
