"""The controller of ADA, by hand."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.training import ada


@pytest.mark.parametrize(
    ("probability", "overfitting", "expected"),
    [
        (0.2, 0.7, 0.201),  # 500 images of 500,000
        (0.2, 0.6, 0.2),
        (0.2, -1.0, 0.199),
        (0.0005, 0.1, 0.0),
        (0.7995, 0.9, 0.8),
    ],
)
def test_adapt_by_hand(probability, overfitting, expected):
    for cast in (float, tf.constant):
        result = ada.adapt(cast(probability), cast(overfitting), 500)
        assert result.dtype == tf.float32
        np.testing.assert_allclose(result, expected, rtol=1e-6, atol=1e-8)


def test_adapt_takes_its_options():
    np.testing.assert_allclose(ada.adapt(0.5, 0.3, tf.constant(64), target=0.2, kimg=1.0), 0.564, rtol=1e-6)
    np.testing.assert_allclose(ada.adapt(0.99, 1.0, 20_000, ceiling=1.0), 1.0)
