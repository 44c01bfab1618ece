"""Layers of our own against linear algebra."""

import keras
import numpy as np
import pytest
import scipy.special
import tensorflow as tf

from keras_gan.layers.spectral import SpectralConv2D, SpectralDense, SpectralEmbedding
from keras_gan.layers.uniform import NormalToUniform
from keras_gan.networks.basis import Basis


def built(layer, input_shape, seed=0):
    keras.utils.set_random_seed(seed)
    layer.build(input_shape)
    layer.trainable_variables[0].assign(3.0 * layer.trainable_variables[0].value)
    return layer


LAYERS = {
    "conv": lambda: built(SpectralConv2D(5, 3, padding="same"), (None, 4, 4, 2)),
    "dense": lambda: built(SpectralDense(5), (None, 7)),
    "embedding": lambda: built(SpectralEmbedding(6, 5), (None,)),
}


def matrix(layer):
    kernel = np.array(layer.trainable_variables[0])
    return kernel.reshape(-1, kernel.shape[-1])


@pytest.mark.parametrize("name", LAYERS)
def test_power_iteration_finds_the_largest_singular_value(name):
    layer = LAYERS[name]()
    for _ in range(200):
        layer.after_update()
    exact = np.linalg.svd(matrix(layer), compute_uv=False)[0]
    assert float(layer.spectral_norm()) == pytest.approx(exact, rel=1e-5)
    assert np.linalg.norm(layer.direction) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("name", LAYERS)
def test_one_iteration_by_hand(name):
    layer = LAYERS[name]()
    u, w = np.array(layer.direction), matrix(layer)
    assert float(layer.spectral_norm()) == pytest.approx(np.linalg.norm(w @ u), rel=1e-5)
    layer.after_update()
    expected = w.T @ (w @ u)
    np.testing.assert_allclose(layer.direction, expected / np.linalg.norm(expected), atol=1e-5)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_calls_change_nothing_and_divide_by_the_norm(name, training):
    layer = LAYERS[name]()
    plain = {"conv": keras.layers.Conv2D, "dense": keras.layers.Dense, "embedding": keras.layers.Embedding}[name]
    reference = plain.from_config({k: v for k, v in layer.get_config().items() if k != "name"})
    rng = np.random.default_rng(0)
    inputs = {"conv": rng.normal(size=(2, 4, 4, 2)), "dense": rng.normal(size=(2, 7)), "embedding": np.array([4, 1])}
    x = tf.constant(inputs[name], "int32" if name == "embedding" else "float32")
    reference.build(x.shape)
    if name != "embedding":
        layer.bias.assign([1.0, 2.0, 3.0, 4.0, 5.0])  # not divided
        reference.bias.assign(layer.bias)
    reference.trainable_variables[0].assign(layer.trainable_variables[0].value / layer.spectral_norm())
    before = [np.array(weight) for weight in layer.weights]
    np.testing.assert_allclose(
        layer(x, training=training) if name != "embedding" else layer(x), reference(x), atol=1e-5
    )
    for weight, old in zip(layer.weights, before, strict=True):
        np.testing.assert_array_equal(weight, old)


def test_gradient_of_the_norm_is_that_of_the_first_singular_pair():
    layer = LAYERS["dense"]()
    for _ in range(200):
        layer.after_update()
    with tf.GradientTape() as tape:
        norm = layer.spectral_norm()
    left, _, right = np.linalg.svd(matrix(layer))
    gradient = tape.gradient(norm, layer.trainable_variables[0].value)
    np.testing.assert_allclose(gradient, np.outer(left[:, 0], right[0]), atol=1e-4)


def test_normal_to_uniform_is_the_distribution_function():
    x = np.linspace(-6, 6, 1001, dtype=np.float32)
    np.testing.assert_allclose(NormalToUniform()(x), scipy.special.erf(x / np.sqrt(2)), atol=5e-7)


def test_normal_to_uniform_makes_uniform_numbers():
    x = np.random.default_rng(0).normal(size=20_000)
    counts, _ = np.histogram(NormalToUniform()(x.astype(np.float32)), bins=10, range=(-1, 1))
    assert counts.sum() == 20_000
    assert np.abs(counts - 2000).max() < 200  # 4.7 standard deviations


def test_basis_scales_each_channel():
    layer = Basis((2, 1, 3))
    layer.build((None, 3))
    layer.picture.assign(np.arange(6.0).reshape(2, 1, 3))
    outputs = layer(np.array([[1.0, 10.0, 100.0], [0.0, -1.0, 2.0]], np.float32))
    np.testing.assert_allclose(outputs[0, :, 0], [[0, 10, 200], [3, 40, 500]])
    np.testing.assert_allclose(outputs[1, :, 0], [[0, -1, 4], [0, -4, 10]])


@pytest.mark.parametrize("name", LAYERS)
def test_spectral_layers_save_all_they_are(name):
    saved, loaded = LAYERS[name](), LAYERS[name]()
    saved.after_update()
    store = {}
    saved.save_own_variables(store)
    loaded.load_own_variables({key: np.array(value) for key, value in store.items()})
    np.testing.assert_array_equal(saved.direction, loaded.direction)
    for a, b in zip(saved.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(a, b, err_msg=a.path)
