"""Conditional instance normalisation, by NumPy."""

import keras
import numpy as np
import pytest

from keras_gan.layers.styled_norm import Moments, StyledNorm, between

MAPS = np.random.default_rng(0).normal(2.0, 3.0, (2, 4, 5, 3)).astype(np.float32)


def test_moments():
    found = np.asarray(Moments()(MAPS))
    np.testing.assert_allclose(found[:, :3], MAPS.mean(axis=(1, 2)), rtol=1e-5)
    np.testing.assert_allclose(found[:, 3:], MAPS.var(axis=(1, 2)), rtol=1e-5)


def test_styles_and_what_is_between():
    np.testing.assert_allclose(
        between(np.array([0.0, 1.25, 2.0], np.float32), 3), [[1, 0, 0], [0, 0.75, 0.25], [0, 0, 1]]
    )


def test_each_style_has_a_scale_and_a_shift():
    layer = StyledNorm(styles=2)
    moments = Moments()(MAPS)
    layer.build(MAPS.shape, moments.shape, (2,))
    layer.gamma.assign([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]])
    layer.beta.assign([[0.0, 1.0, 0.0], [0.5, 0.5, 0.5]])
    made = np.asarray(layer(MAPS, moments, np.array([0.0, 0.5], np.float32)))
    normal = (MAPS - MAPS.mean(axis=(1, 2), keepdims=True)) / MAPS.std(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(made[0], normal[0] * [1, 2, 3] + [0, 1, 0], atol=1e-4)
    np.testing.assert_allclose(made[1], normal[1] * [3, 3.5, 4] + [0.25, 0.75, 0.25], atol=1e-4)


def test_moments_of_another_picture():
    layer = StyledNorm()
    other = np.array([[1.0, 0.0, -1.0, 4.0, 9.0, 0.25]] * 2, np.float32)
    made = np.asarray(layer(MAPS, other))
    np.testing.assert_allclose(made, (MAPS - [1, 0, -1]) / [2, 3, 0.5], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("layer", [Moments(), StyledNorm(styles=3)])
def test_saved_and_restored(layer):
    assert keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer)).get_config()
