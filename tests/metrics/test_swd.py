"""Sliced Wasserstein distances of patches: on sets whose distance is known, and against what they must tell apart."""

import numpy as np
import pytest

from keras_gan.metrics import swd


def noise(count, edge=32, seed=0, channels=3):
    return np.random.RandomState(seed).randint(0, 256, (count, edge, edge, channels)).astype(np.uint8)


def test_distance_of_shifted_sets_in_one_dimension():
    values = np.random.RandomState(0).normal(size=(500, 1)).astype("float32")
    assert swd.sliced_wasserstein(values, values + 3.0, 0) == pytest.approx(3.0, rel=1e-5)
    assert swd.sliced_wasserstein(values, values[::-1], 0) == pytest.approx(0.0, abs=1e-6)


def test_distance_of_a_shift_is_its_mean_projection():
    values = np.random.RandomState(0).normal(size=(2000, 3)).astype("float32")
    # The mean length of the projection of a vector onto a random direction in three dimensions is half of it.
    assert swd.sliced_wasserstein(values, values + np.float32([0, 4, 0]), 1) == pytest.approx(2.0, rel=0.1)


def test_a_pyramid_adds_up_to_the_images():
    images = np.random.RandomState(1).uniform(0, 255, (2, 64, 64, 2)).astype("float32")
    levels = swd.laplacian_pyramid(images)
    assert [level.shape[1] for level in levels] == [64, 32, 16]
    rebuilt = levels[-1]
    for level in levels[-2::-1]:
        rebuilt = level + swd._enlarged(rebuilt, level.shape)
    np.testing.assert_allclose(rebuilt, images, atol=1e-3)
    even = np.full((1, 32, 32, 1), 77.0, np.float32)
    np.testing.assert_allclose(swd.laplacian_pyramid(even)[0], 0.0, atol=1e-4)


def test_patches_are_of_the_images():
    images = np.arange(2 * 16 * 16, dtype="float32").reshape(2, 16, 16, 1)
    patches = swd._patches(images, np.random.RandomState(0))
    assert patches.shape == (2, 128, 7, 7, 1)
    first = patches[1, 5, ..., 0]
    np.testing.assert_array_equal(first - first[0, 0], np.arange(7)[:, None] * 16 + np.arange(7))
    assert first.min() >= 256
    assert (patches[:, :, -1, -1].max(), patches.min()) == (511, 0)


def test_equal_images_are_at_the_floor_and_blurred_ones_are_not():
    some, others = noise(100, seed=0), noise(100, seed=1)
    smooth = swd._smoothed(others.astype(np.float32))
    both = [swd.descriptors(images, 0) for images in (some, others, smooth)]
    floor, blurred = (
        {size: swd.sliced_wasserstein(both[0][size], each[size], 0) for size in each} for each in both[1:]
    )
    assert set(floor) == {32, 16}
    assert max(floor.values()) < 0.05
    assert blurred[32] > 3 * floor[32]
