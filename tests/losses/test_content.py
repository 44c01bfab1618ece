"""Terms of content, by hand."""

import numpy as np
import pytest

from keras_gan.losses import content

IMAGES = np.array([[[[1.0, 2.0]], [[3.0, -4.0]]], [[[0.0, 0.0]], [[0.5, 0.0]]]], np.float32)  # [2, 2, 1, 2]
TARGETS = np.zeros_like(IMAGES)


def test_means_of_differences():
    np.testing.assert_allclose(content.l1(IMAGES, TARGETS), [10 / 4, 0.5 / 4], rtol=1e-6)


def test_weights_say_what_counts():
    weights = np.array([[[[0.0]], [[1.0]]], [[[0.0]], [[0.0]]]], np.float32)
    np.testing.assert_allclose(content.l1(IMAGES, TARGETS, weights), [7 / 2, 0.0], rtol=1e-6)


def test_features_are_compared_by_direction():
    one = np.array([3.0, 4.0], np.float32).reshape(1, 1, 1, 2)
    other = np.array([0.0, 5.0], np.float32).reshape(1, 1, 1, 2)
    # Of length 1 they are (0.6, 0.8) and (0, 1).
    assert float(content.of_features([one, one], [10 * one, other])[0]) == pytest.approx(0.36 + 0.04, rel=1e-5)
