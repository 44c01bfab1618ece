"""Layers of image-to-image networks against NumPy."""

import keras
import numpy as np
import pytest
import scipy.special
import tensorflow as tf

from keras_gan.layers.gated import Gate
from keras_gan.layers.instance_norm import InstanceNormalization
from keras_gan.layers.reflection_pad import ReflectionPadding2D
from keras_gan.networks.pixel_shuffle import PixelShuffle
from tests.layers.conversion import converted


def maps(*shape, seed=0):
    """Maps whose images, channels, rows and columns all differ in mean and spread."""
    rng = np.random.default_rng(seed)
    spread = rng.uniform(0.2, 3.0, (shape[0], 1, 1, shape[-1]))
    return (rng.normal(size=shape) * spread + rng.normal(0, 2, spread.shape)).astype(np.float32)


def normalized(x, gamma=1.0, beta=0.0):
    x = x.astype(np.float64)
    return gamma * (x - x.mean((1, 2), keepdims=True)) / np.sqrt(x.var((1, 2), keepdims=True) + 1e-5) + beta


@pytest.mark.parametrize("training", [False, True])
def test_instance_normalization_is_that_of_numpy(training):
    x = maps(3, 5, 7, 4)
    layer = InstanceNormalization()
    layer.build(x.shape)
    np.testing.assert_allclose(layer(x, training=training), normalized(x), atol=1e-5)
    gamma, beta = np.array([1.5, -0.5, 2.0, 0.25], np.float32), np.array([0.0, 1.0, -3.0, 0.5], np.float32)
    layer.set_weights([gamma, beta])
    np.testing.assert_allclose(layer(x, training=training), normalized(x, gamma, beta), atol=1e-5)


@pytest.mark.parametrize(("options", "names"), [({"center": False}, ["gamma"]), ({"scale": False}, ["beta"])])
def test_instance_normalization_leaves_out_what_is_not_wanted(options, names):
    layer = InstanceNormalization(**options)
    x = maps(2, 3, 4, 2)
    layer.build(x.shape)
    assert [weight.name for weight in layer.weights] == names
    layer.weights[0].assign([2.0, 3.0])
    np.testing.assert_allclose(layer(x), normalized(x, **{names[0]: np.array([2.0, 3.0])}), atol=1e-5)


def test_instance_normalization_of_one_pixel_is_beta():
    layer = InstanceNormalization(scale=False)
    layer.build((2, 1, 1, 3))
    layer.beta.assign([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(layer(maps(2, 1, 1, 3))[1, 0, 0], [1.0, 2.0, 3.0])


def test_the_gradient_of_instance_normalization_ignores_brightness_and_contrast():
    x = tf.constant(maps(2, 4, 5, 3))
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(InstanceNormalization()(x) * maps(2, 4, 5, 3, seed=1))
    gradient = tape.gradient(loss, x).numpy()
    assert np.abs(gradient).max() > 0.1
    np.testing.assert_allclose(gradient.sum((1, 2)), 0, atol=1e-4)
    np.testing.assert_allclose((gradient * x.numpy()).sum((1, 2)), 0, atol=1e-2)  # not 0 because of epsilon


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_statistics_are_float32_in_half_precision(precision):
    # Squares of such numbers are infinite in float16.
    x = tf.cast(500.0 * maps(2, 6, 5, 3), precision.removeprefix("mixed_"))
    layer = InstanceNormalization(dtype=precision)
    outputs = layer(x)
    assert outputs.dtype == x.dtype
    assert {weight.dtype for weight in layer.weights} == {"float32"}
    np.testing.assert_allclose(tf.cast(outputs, tf.float32), normalized(tf.cast(x, tf.float32).numpy()), rtol=1e-2)


@pytest.mark.parametrize(("padding", "edges"), [(1, (1, 1)), (3, (3, 3)), ((0, 1), (0, 1)), ([2, 1], (2, 1))])
def test_reflection_is_that_of_numpy(padding, edges):
    x = maps(2, 4, 6, 3)
    expected = np.pad(x, ((0, 0), edges, edges, (0, 0)), mode="reflect")
    layer = ReflectionPadding2D(padding)
    np.testing.assert_array_equal(layer(x), expected)
    assert layer.compute_output_shape((None, 4, None, 3)) == (None, 4 + sum(edges), None, 3)
    assert ReflectionPadding2D.from_config(layer.get_config()).padding == edges


@pytest.mark.parametrize(("factor", "channels"), [(2, 3), (3, 2)])
def test_pixel_shuffle_is_its_definition(factor, channels):
    x = maps(2, 3, 5, channels * factor**2)
    expected = np.zeros((2, 3 * factor, 5 * factor, channels), np.float32)
    for row in range(3 * factor):
        for column in range(5 * factor):
            for c in range(channels):
                channel = channels * factor * (row % factor) + channels * (column % factor) + c
                expected[:, row, column, c] = x[:, row // factor, column // factor, channel]
    layer = PixelShuffle(factor)
    np.testing.assert_array_equal(layer(x), expected)
    assert layer.compute_output_shape((None, 3, None, x.shape[-1])) == (None, 3 * factor, None, channels)


def test_pixel_shuffle_refuses_channels_that_make_no_squares():
    with pytest.raises(ValueError, match="6 channels cannot become squares of 2 by 2"):
        PixelShuffle(2)(maps(1, 2, 2, 6))


ACTIVATIONS = {
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "relu": lambda x: np.maximum(x, 0),
    None: lambda x: x,
}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_gated_convolution_is_two_convolutions(activation):
    x = maps(2, 5, 4, 3)
    convolution = keras.layers.Conv2D(4, 3, padding="same", bias_initializer="random_normal")
    outputs = Gate(activation)(convolution(x))
    halves = []
    for half in (slice(0, 2), slice(2, 4)):
        part = keras.layers.Conv2D(2, 3, padding="same")
        part.build(x.shape)
        part.set_weights([weight[..., half] for weight in convolution.get_weights()])
        halves.append(part(x).numpy())
    expected = ACTIVATIONS[activation](halves[0]) * scipy.special.expit(halves[1])
    np.testing.assert_allclose(outputs, expected, atol=1e-5)
    assert np.ptp(expected) > 0.1


def test_a_gate_refuses_an_odd_number_of_channels():
    with pytest.raises(ValueError, match="but there are 3 channels"):
        Gate()(maps(1, 2, 2, 3))


@pytest.fixture
def network():
    """All of these layers, for maps of any size."""
    x = source = keras.Input((None, None, 4), name="source")
    for layer in (InstanceNormalization(), ReflectionPadding2D(2), PixelShuffle(2)):
        x = layer(x)
    x = keras.layers.Conv2D(6, 3, padding="same")(x)
    network = keras.Model(source, Gate("leaky_relu", name="images")(x))
    rng = np.random.default_rng(0)
    network.set_weights([rng.normal(size=weight.shape) for weight in network.weights])
    return network


def test_the_layers_take_maps_of_any_size(network):
    assert network.output_shape == (None, None, None, 3)
    compiled = tf.function(network, input_signature=[tf.TensorSpec((None, None, None, 4))])
    for height, width in ((3, 4), (7, 5)):
        x = maps(2, height, width, 4)
        np.testing.assert_allclose(compiled(x), network(x), atol=1e-4)
        assert network(x).shape == (2, 2 * (height + 4), 2 * (width + 4), 3)


def test_the_layers_are_saved_and_loaded(network, tmp_path):
    network.save(tmp_path / "network.keras")
    x = maps(2, 4, 5, 4)
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "network.keras")(x), network(x))


def test_the_layers_become_builtin_operations(network, tmp_path):
    run, operations = converted(network, tmp_path, (4, 6, 4))
    assert {"DEPTH_TO_SPACE", "MIRROR_PAD"} <= operations
    x = maps(1, 4, 6, 4)
    np.testing.assert_allclose(run(x), network(x), rtol=1e-4, atol=1e-4)
