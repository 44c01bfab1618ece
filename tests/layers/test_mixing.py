"""Whitened principal components, turns by chance and mixtures, by NumPy."""

import keras
import numpy as np
import pytest

from keras_gan.layers.mixing import Mixture, Turn, Whitening, principal
from keras_gan.randomness import portable_latents

RNG = np.random.default_rng(0)
# Of unlike spreads, correlated, off centre: [500, 7]
FEATURES = (RNG.normal(size=(500, 4)) @ RNG.normal(size=(4, 7)) * np.arange(1, 8) + 5.0).astype(np.float32)


def test_components_are_whitened():
    mean, components, share = principal(FEATURES, 3)
    z = (FEATURES - mean) @ components
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(np.cov(z, rowvar=False, ddof=0), np.eye(3), atol=1e-3)
    values = np.linalg.svd(FEATURES - FEATURES.mean(axis=0), compute_uv=False) ** 2
    assert share == pytest.approx(values[:3].sum() / values.sum(), rel=1e-4)


def test_what_does_not_vary_is_zero():
    mean, components, share = principal(FEATURES, 6)  # they have rank 4
    assert share == pytest.approx(1.0, rel=1e-5)
    z = (FEATURES - mean) @ components
    np.testing.assert_allclose(z.std(axis=0), [1, 1, 1, 1, 0, 0], atol=1e-3)
    _, components, _ = principal(FEATURES[:, :2], 4)  # fewer features than components
    assert components.shape == (2, 4)


def test_signs_are_the_same_everywhere():
    _, components, _ = principal(FEATURES, 4)
    largest = components[np.abs(components).argmax(axis=0), np.arange(4)]
    assert (largest > 0).all()


def test_the_layer_does_it_and_is_kept():
    layer = Whitening(3)
    layer.build((None, 7))
    share = layer.fit(FEATURES)
    mean, components, expected = principal(FEATURES, 3)
    assert share == expected
    np.testing.assert_allclose(layer(FEATURES), (FEATURES - mean) @ components, rtol=1e-3, atol=1e-3)
    assert layer.trainable_weights == []


def matrix(chance, length):
    """The rotation that some numbers mean, by the definition of a reflection."""
    product = np.eye(length)
    for v in np.asarray(chance, np.float64).reshape(-1, length):
        product = (np.eye(length) - 2.0 * np.outer(v, v) / (v @ v)) @ product
    return product


def test_turns_are_rotations_of_their_seed():
    z = RNG.normal(size=(3, 5)).astype(np.float32)
    chance = portable_latents(np.array([1, 2, -7]), 4 * 5)
    turned = np.asarray(Turn()(z, chance))
    for vector, made, numbers in zip(z, turned, chance, strict=True):
        rotation = matrix(numbers, 5)
        np.testing.assert_allclose(made, rotation @ vector, atol=1e-5)
        np.testing.assert_allclose(rotation.T @ rotation, np.eye(5), atol=1e-9)
        assert np.linalg.det(rotation) == pytest.approx(1.0)


def test_mixtures_keep_the_variance():
    first, second = RNG.normal(size=(2, 20_000, 3)).astype(np.float32)
    for alpha in (0.0, 0.25, 0.5, 1.0):
        mixed = np.asarray(Mixture()(first, second, np.full(20_000, alpha, np.float32)))
        expected = np.cos(alpha * np.pi / 2) * first + np.sin(alpha * np.pi / 2) * second
        np.testing.assert_allclose(mixed, expected, atol=1e-6)
        np.testing.assert_allclose(mixed.var(axis=0), 1.0, atol=0.03)
    assert (0.5 * first + 0.5 * second).var() < 0.55  # what a straight line would leave


@pytest.mark.parametrize("layer", [Whitening(3), Turn(), Mixture()])
def test_saved_and_restored(layer):
    assert keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer)).get_config()
