"""Losses of AnimeGAN, by hand."""

import numpy as np
import pytest

from keras_gan.losses import cartoon

RED = np.array([1.0, 0.0, 0.0], np.float32).reshape(1, 1, 1, 3)
GREY = np.full((1, 1, 1, 3), 0.25, np.float32)


def test_yuv():
    np.testing.assert_allclose(np.ravel(cartoon.yuv(RED)), [0.299, -0.147141, 0.614975], atol=1e-5)
    np.testing.assert_allclose(np.ravel(cartoon.yuv(GREY)), [0.25, 0, 0], atol=1e-6)
    np.testing.assert_allclose(np.ravel(cartoon.yuv(GREY[..., :1])), [0.25, 0, 0], atol=1e-6)


def test_color_is_absolute_in_luma_and_huber_in_the_rest():
    expected = 0.299 - 0.25 + 0.5 * (0.147141**2 + 0.614975**2)
    assert float(cartoon.color(RED, GREY)[0]) == pytest.approx(expected, rel=1e-4)
    # 2 of red and -2 of it are 1.23 apart in V, twice
    difference = 2 * np.array([0.299, 0.147141, 0.614975])
    expected = difference[0] + 0.5 * difference[1] ** 2 + (difference[2] - 0.5)
    assert float(cartoon.color(RED, -RED)[0]) == pytest.approx(expected, rel=1e-4)


def test_grey():
    np.testing.assert_allclose(np.ravel(cartoon.grey(RED)), [0.299] * 3, rtol=1e-4)


def test_edges_alone_are_smoothed():
    image = np.zeros((1, 9, 12, 3), np.float32)
    image[:, :, 6:] = 1.0
    smooth = np.asarray(cartoon.without_edges(image))
    np.testing.assert_array_equal(smooth[:, :, :3], image[:, :, :3])
    np.testing.assert_array_equal(smooth[:, :, 9:], image[:, :, 9:])
    np.testing.assert_allclose(smooth[0, 4, 4:8, 0], [1 / 9, 1 / 3, 2 / 3, 8 / 9], rtol=1e-5)
    np.testing.assert_array_equal(cartoon.without_edges(0.1 * image), 0.1 * image)  # too faint for an edge
