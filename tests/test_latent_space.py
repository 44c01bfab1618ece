"""Spherical interpolation by hand."""

import numpy as np

from keras_gan.latent_space import slerp


def test_halfway_between_orthogonal_vectors():
    halfway = slerp([3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.5])
    np.testing.assert_allclose(halfway, [[3 / np.sqrt(2), 3 / np.sqrt(2), 0.0]], rtol=1e-12)


def test_a_third_of_the_way_is_a_third_of_the_angle():
    angle = np.radians(20)
    third = slerp([1.0, 0.0], [0.5, np.sqrt(0.75)], [1 / 3])  # 60 degrees apart
    np.testing.assert_allclose(third, [[np.cos(angle), np.sin(angle)]], rtol=1e-12)


def test_ends_are_exact_and_lengths_stay_between_them():
    start, end = np.random.default_rng(0).normal(size=(2, 50)).astype(np.float32)
    way = slerp(start, end, np.linspace(0, 1, 9))
    np.testing.assert_array_equal(way[0], start)
    np.testing.assert_array_equal(way[-1], end)
    lengths, line = np.linalg.norm(way, axis=1), np.linalg.norm((start + end) / 2.0)
    assert lengths.min() > 0.9 * min(lengths[0], lengths[-1])
    assert line < 0.9 * min(lengths[0], lengths[-1])  # where the straight line would have gone


def test_collinear_vectors_are_joined_by_a_line():
    for start, end, halfway in (
        ([1.0, 2.0], [3.0, 6.0], [2.0, 4.0]),
        ([1.0, 2.0], [-1.0, -2.0], [0.0, 0.0]),
        ([1.0, 2.0], [1.0, 2.0], [1.0, 2.0]),
        ([0.0, 0.0], [1.0, 2.0], [0.5, 1.0]),
        ([0.7], [0.1], [0.4]),
    ):
        way = slerp(start, end, [0.0, 0.5, 1.0])
        np.testing.assert_allclose(way, [start, halfway, end], atol=1e-12)
