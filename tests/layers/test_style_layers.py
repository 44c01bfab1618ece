"""Layers of style-based and progressive generators: by hand, on asymmetric inputs, and beside other formulas."""

import contextlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.layers import noise_maps, small_files
from keras_gan.layers.blur import TAPS, Blur2D, Enlarge2D, enlarged_and_convolved, spread
from keras_gan.layers.equalized import EqualizedConv2D, EqualizedDense
from keras_gan.layers.image_noise import ImageNoise
from keras_gan.layers.minibatch_stddev import MinibatchStddev
from keras_gan.layers.modulated import ModulatedConv2D
from keras_gan.layers.truncation import Truncation
from keras_gan.randomness.noise import StepNoise
from tests.layers.conversion import content_of, opened

FILTER = np.array(TAPS, float) / sum(TAPS)


def normal(*shape, seed=0):
    return np.random.RandomState(seed).normal(size=shape).astype("float32")


# --- Equalised layers -------------------------------------------------------------------------------------------------


def test_equalized_dense_by_hand():
    layer = EqualizedDense(2, gain=3.0, rate=0.01, bias=1.0)
    layer.build((None, 4))
    assert np.asarray(layer.bias) == pytest.approx([100.0, 100.0])
    assert np.asarray(layer.kernel).std() == pytest.approx(100.0, rel=0.6)
    layer.set_weights([np.arange(8, dtype="float32").reshape(4, 2), np.array([10.0, 20.0], "float32")])
    # inputs @ kernel * gain * rate / sqrt(4) + bias * gain * rate
    expected = [[(0 + 4 + 12) * 3 * 0.01 / 2 + 10 * 3 * 0.01, (1 + 6 + 15) * 3 * 0.01 / 2 + 20 * 3 * 0.01]]
    np.testing.assert_allclose(layer(np.array([[1.0, 2.0, 3.0, 0.0]], "float32")), expected, rtol=1e-6)


@pytest.mark.parametrize(("strides", "padding"), [(1, "same"), (1, "valid"), (2, "valid")])
def test_equalized_convolution_is_keras_s_with_scaled_weights(strides, padding):
    images = normal(2, 7, 9, 3)
    layer = EqualizedConv2D(5, 3, strides=strides, padding=padding, gain=1.5, bias=0.25)
    plain = keras.layers.Conv2D(5, 3, strides=strides, padding=padding)
    plain.build(images.shape)
    ours = layer(images)
    plain.set_weights([np.asarray(layer.kernel) * 1.5 / np.sqrt(27), np.asarray(layer.bias) * 1.5])
    np.testing.assert_allclose(ours, plain(images), atol=1e-5)
    assert tuple(layer.compute_output_shape(images.shape)) == ours.shape


@pytest.mark.parametrize("training", [True, False])
def test_equalized_convolution_of_repeated_maps(training):
    images = normal(2, 7, 9, 3)
    layer, plain = (EqualizedConv2D(5, 3, gain=1.5, bias=0.25, enlarge=enlarge) for enlarge in ("nearest", None))
    ours = layer(images, training=training)
    plain.build((2, 14, 18, 3))
    plain.set_weights(layer.get_weights())
    np.testing.assert_allclose(ours, plain(images.repeat(2, axis=1).repeat(2, axis=2)), atol=1e-5)
    assert tuple(layer.compute_output_shape(images.shape)) == ours.shape


def test_variance_is_kept():
    inputs = normal(2000, 400)
    assert np.std(EqualizedDense(300)(inputs)) == pytest.approx(1.0, abs=0.05)


# --- Filters ----------------------------------------------------------------------------------------------------------


def filtered(rows):
    """`[1, 3, 3, 1] / 8` along a list of numbers, where it fits."""
    return np.convolve(rows, FILTER, mode="valid")


def test_blur_by_hand():
    image = normal(1, 6, 8, 1)
    rows = np.apply_along_axis(filtered, 1, np.pad(image[0, ..., 0], 2))
    both = np.apply_along_axis(filtered, 0, rows)
    np.testing.assert_allclose(Blur2D(2)(image)[0, ..., 0], both, atol=1e-6)
    np.testing.assert_allclose(Blur2D(1, strides=2)(image)[0, ..., 0], both[1:-1:2, 1:-1:2], atol=1e-6)
    for layer in (Blur2D(2), Blur2D(1, strides=2)):
        assert tuple(layer.compute_output_shape(image.shape)) == layer(image).shape


def test_enlarging_is_bilinear_inside():
    images = normal(2, 5, 7, 3)
    ours = np.asarray(Enlarge2D()(images))
    bilinear = tf.image.resize(images, (10, 14)).numpy()
    np.testing.assert_allclose(ours[:, 1:-1, 1:-1], bilinear[:, 1:-1, 1:-1], atol=1e-6)
    assert ours.shape == tuple(Enlarge2D().compute_output_shape(images.shape))


def test_spread_by_hand():
    kernel = np.array([[1.0, 2.0], [3.0, 5.0]], "float32").reshape(2, 2, 1, 1)
    expected = [[1, 3, 2], [4, 11, 7], [3, 8, 5]]
    np.testing.assert_array_equal(np.asarray(spread(kernel, (1, 1)))[..., 0, 0], expected)


def test_small_kernels_compute_the_same():
    images, kernel = normal(2, 5, 7, 3), normal(3, 3, 3, 4, seed=1)
    usual = np.asarray(enlarged_and_convolved(images, kernel))
    with small_files.wanted():
        graph = tf.function(enlarged_and_convolved).get_concrete_function(images, kernel)
    np.testing.assert_allclose(graph(images, kernel), usual, atol=1e-5)
    shapes = [node.inputs[1].shape for node in graph.graph.get_operations() if node.type == "Conv2DBackpropInput"]
    assert [tuple(shape) for shape in shapes] == [(3, 3, 4, 3)]
    np.testing.assert_array_equal(enlarged_and_convolved(images, kernel), usual)


def test_a_small_file_holds_noise_for_one_channel(tmp_path):
    inputs = keras.Input((16, 16, 8))
    layer = ImageNoise(per_channel=True, name="noise_16")
    bias = normal(8, seed=2)
    network = keras.Model(inputs, layer(inputs + bias))
    layer.strength.assign(normal(8, seed=1))
    images = normal(1, 16, 16, 8)
    sizes = {}
    for name, context in (("usual", contextlib.nullcontext()), ("small", small_files.wanted())):
        with context:
            content = content_of(network, tmp_path / name, (16, 16, 8))
        run, _ = opened(network, content)
        np.testing.assert_allclose(run(images), network(images), atol=1e-5)
        sizes[name] = len(content)
    assert sizes["small"] < sizes["usual"] - 4 * 16 * 16 * 5  # of 7 more channels, less what more operations need


def test_noise_that_is_given_takes_the_place_of_the_constant():
    layer = ImageNoise(gain=2.0, name="noise_4")
    maps, given = normal(2, 3, 4, 5), normal(2, 3, 4, 1, seed=1)
    constant = np.asarray(layer(maps))
    layer.strength.assign(0.5)
    assert np.abs(np.asarray(layer(maps)) - constant).max() > 0.1
    with noise_maps.given({"noise_4": given, "noise_8": None}):
        np.testing.assert_allclose(layer(maps), maps + given, rtol=1e-6)
    with noise_maps.given({"noise_8": given}):
        np.testing.assert_allclose(layer(maps), maps + np.asarray(layer.constant), rtol=1e-6)


@pytest.mark.parametrize("layer", [Enlarge2D(), Blur2D(1, strides=2), ModulatedConv2D(2, 3, enlarge=True)])
def test_second_derivatives_are_those_of_finite_differences(layer):
    """As those of bilinear interpolation are not, in TensorFlow."""
    inputs, styles = normal(2, 4, 6, 3), normal(2, 5, seed=1)
    given = (inputs, styles) if isinstance(layer, ModulatedConv2D) else (inputs,)
    layer(*given)

    def length(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = tf.reduce_sum(tf.sin(layer(x, *given[1:])))
        return tf.reduce_sum(tape.gradient(value, x) ** 2)

    x, way = tf.constant(inputs), tf.constant(normal(2, 4, 6, 3, seed=2))
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = length(x)
    slope = float(tf.reduce_sum(tape.gradient(value, x) * way))
    step = 1e-2
    difference = float(length(x + step * way) - length(x - step * way)) / (2 * step)
    assert slope == pytest.approx(difference, rel=1e-2, abs=5e-5)  # bilinear interpolation: 0.2


# --- Styles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("demodulate", [True, False])
@pytest.mark.parametrize("enlarge", [True, False])
def test_modulation_is_a_kernel_for_each_sample(demodulate, enlarge):
    images, styles = normal(3, 5, 7, 4), normal(3, 6, seed=1)
    layer = ModulatedConv2D(8, 3, demodulate=demodulate, enlarge=enlarge, gain=1.25)
    ours = np.asarray(layer(images, styles))
    kernel = np.asarray(layer.kernel) / np.sqrt(3 * 3 * 4)
    for number, scales in enumerate(np.asarray(layer.affine(styles))):
        own = kernel * scales[:, None]
        own = own / np.sqrt((own**2).sum(axis=(0, 1, 2)) + 1e-8) if demodulate else own
        image = images[number : number + 1]
        if enlarge:  # zeros between places, the filter, and only then the convolution
            wide = np.zeros((1, 10, 14, 4), "float32")
            wide[:, ::2, ::2] = image
            padded = np.pad(wide, [(0, 0), (2, 1), (2, 1), (0, 0)])
            for axis in (1, 2):
                padded = np.apply_along_axis(lambda row: np.convolve(row, 2 * FILTER, mode="valid"), axis, padded)
            image = padded
        expected = tf.nn.conv2d(image.astype("float32"), own.astype("float32"), 1, "SAME") * 1.25
        inner = slice(1, -1)  # at the edge there is a place more, once the filter comes last
        np.testing.assert_allclose(ours[number, inner, inner], expected[0, inner, inner], atol=2e-5)


def test_outputs_have_unit_variance():
    layer = ModulatedConv2D(64, 3)
    layer.build((None, 16, 16, 32), (None, 8))
    styles = 5.0 * normal(4, 8)
    ours = np.asarray(layer(normal(4, 16, 16, 32, seed=1), styles))[:, 1:-1, 1:-1]
    np.testing.assert_allclose(ours.std(axis=(1, 2)).mean(axis=1), 1.0, atol=0.1)
    # Biases of the affine layer are 1 at first: without a style, nothing is scaled.
    np.testing.assert_allclose(layer.affine(np.zeros((1, 8), "float32")), np.ones((1, 32)))


def test_noise_is_the_step_s_in_training_and_constant_otherwise():
    layer, maps = ImageNoise(gain=2.0, name="detail"), normal(3, 4, 6, 2)
    np.testing.assert_array_equal(layer(maps), maps)  # its strength begins at 0
    layer.strength.assign(0.5)
    constant = np.asarray(layer.constant)
    np.testing.assert_allclose(layer(maps), maps + constant, rtol=1e-6)
    with StepNoise(1, 7).current():
        first = np.asarray(layer(maps, training=True)) - maps
        again = np.asarray(layer(maps, training=True)) - maps
    np.testing.assert_array_equal(first, again)
    np.testing.assert_allclose(first[..., 0], first[..., 1], atol=1e-6)
    assert np.abs(first[0] - first[1]).max() > 0.1
    with StepNoise(1, 8).current():
        assert np.abs(np.asarray(layer(maps, training=True)) - maps - first).max() > 0.1
    wide = ImageNoise(per_channel=True, name="wide")
    wide(maps)
    wide.strength.assign([1.0, 3.0])
    found = np.asarray(wide(maps)) - maps
    np.testing.assert_allclose(found[..., 1], 3.0 * found[..., 0], atol=1e-5)


def test_truncation_by_hand():
    layer = Truncation(momentum=0.75)
    styles = np.array([[1.0, 2.0], [3.0, 6.0]], "float32")
    np.testing.assert_allclose(layer(styles, np.array([0.5, 1.0], "float32")), [[0.5, 1.0], [3.0, 6.0]])
    layer.follow(styles)
    np.testing.assert_allclose(layer.average, [0.5, 1.0])  # a quarter of the way to their mean
    truncated = layer(styles, np.array([0.0, 0.5], "float32"))
    np.testing.assert_allclose(truncated, [[0.5, 1.0], [1.75, 3.5]])


# --- Statistics of the batch ------------------------------------------------------------------------------------------


def test_minibatch_stddev_by_hand():
    maps = np.zeros((4, 1, 2, 1), "float32")
    maps[:, 0, :, 0] = [[1, 0], [3, 0], [10, 5], [10, 9]]
    ours = np.asarray(MinibatchStddev(2)(maps))
    # Deviations within (1, 3) and (0, 0), then within (10, 10) and (5, 9), averaged over both places.
    np.testing.assert_allclose(ours[:, 0, :, 1], [[0.5, 0.5]] * 2 + [[1.0, 1.0]] * 2, atol=1e-4)
    np.testing.assert_array_equal(ours[..., :1], maps)


@pytest.mark.parametrize(("rows", "size"), [(8, 4), (6, 3), (5, 1), (2, 2)])
def test_groups_divide_any_batch(rows, size):
    maps = normal(rows, 2, 3, 4)
    layer = MinibatchStddev(4)
    expected = np.repeat(maps.reshape(-1, size, 2, 3, 4).std(axis=1).mean(axis=(1, 2, 3)), size)
    dynamic = tf.function(layer, input_signature=[tf.TensorSpec([None, 2, 3, 4])])
    for call in (layer, dynamic):
        np.testing.assert_allclose(np.asarray(call(maps))[:, 1, 2, -1], expected, atol=2e-4)


@pytest.mark.parametrize(
    "layer",
    [
        *(EqualizedDense(3, gain=2.0, rate=0.1, bias=1.0), EqualizedConv2D(3, 3, strides=2, padding="valid")),
        *(Blur2D(1, strides=2), ModulatedConv2D(3, 1, demodulate=False, enlarge=True, gain=2.0), Truncation(0.5)),
        *(ImageNoise(2.0, True, name="noise"), MinibatchStddev(3)),
    ],
)
def test_configurations_come_back(layer):
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
