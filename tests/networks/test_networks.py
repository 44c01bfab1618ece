"""Networks of image-to-image GANs against NumPy, the papers' numbers, and everything that is done with a network."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keras_gan.exporters import inference
from keras_gan.layers.dropout import StepDropout
from keras_gan.layers.spectral import SpectralConv2D
from keras_gan.networks import conventions, convolutional, patchgan, resnet, srresnet, unet
from keras_gan.networks.conventions import instance_norm
from keras_gan.randomness.noise import StepNoise
from tests.layers.conversion import converted
from tests.networks.references import (
    convolution,
    leaky_relu,
    padded,
    relu,
    transposed_convolution,
)
from tests.networks.references import (
    instance_norm as normalized,
)

NETWORKS = {
    "unet": lambda: unet.generator(2, 3, levels=3, channels=4, max_channels=8),
    "unet-instance": lambda: unet.generator(3, 1, levels=2, channels=4, norm=instance_norm),
    "unet-plain": lambda: unet.generator(3, 1, levels=2, channels=4, norm=None),
    "restorer": lambda: srresnet.restorer(3, width=4, blocks=1),
    "resnet": lambda: resnet.generator(2, 3, channels=4, blocks=2),
    "resnet-skip": lambda: resnet.generator(2, 3, channels=4, blocks=2, skip=True),
    "patchgan": lambda: patchgan.discriminator(3, {"source": 2, "mask": 1}, channels=4, layers=2),
    "patchgan-instance": lambda: patchgan.discriminator(3, channels=4, layers=1, norm=instance_norm),
    "patchgan-spectral": lambda: patchgan.discriminator(3, channels=4, layers=1, norm=None, conv=SpectralConv2D),
}
GENERATORS = [name for name in NETWORKS if not name.startswith("patchgan")]


def made(name, seed=0):
    """A network of random weights, biases and running statistics, too."""
    network = NETWORKS[name]()
    rng = np.random.default_rng(seed)
    for weight in network.weights:
        ranges = (0.5, 2.0) if "variance" in weight.path or "gamma" in weight.path else (-0.3, 0.3)
        weight.assign(rng.uniform(*ranges, weight.shape))
    return network


def pictures(network, batch=2, height=16, width=24, seed=1):
    """What the network takes: an array, or a list of several."""
    rng = np.random.default_rng(seed)
    shapes = [(batch, height, width, tensor.shape[-1]) for tensor in network.inputs]
    arrays = [rng.uniform(-1, 1, shape).astype(np.float32) for shape in shapes]
    return arrays if len(arrays) > 1 else arrays[0]


def weights_of(network):
    """Kernels, each with its bias or 0, in the order of the layers."""
    for layer in network.layers:
        if isinstance(layer, (layers.Conv2D, layers.Conv2DTranspose)):
            yield np.array(layer.kernel, np.float64), np.array(layer.bias, np.float64) if layer.use_bias else 0.0


def trainable_count(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


@pytest.fixture
def no_random_numbers(monkeypatch):
    """Networks of the papers' sizes, whose random weights would take seconds."""
    for module in (unet, patchgan, resnet):
        monkeypatch.setattr(module, "normal", lambda: "zeros")


# --- Values ------------------------------------------------------------------------------------------------------


def test_unet_by_hand():
    network = made("unet-instance")
    x = pictures(network)
    (k1, b1), (k2, b2), (k3, b3), (k4, b4) = weights_of(network)
    outer = leaky_relu(convolution(padded(x, 1), k1, b1, 2))
    inner = leaky_relu(convolution(padded(outer, 1), k2, b2, 2))
    y = relu(normalized(transposed_convolution(inner, k3, b3, 1, 1)))
    y = transposed_convolution(np.concatenate([y, outer], -1), k4, b4, 1, 1)
    np.testing.assert_allclose(network(x), np.tanh(y), atol=1e-4)


@pytest.mark.parametrize("name", ["resnet", "resnet-skip"])
def test_resnet_by_hand(name):
    network = made(name)
    x = pictures(network)
    weights = weights_of(network)

    def reflected(x, size):
        return convolution(padded(x, size // 2, mode="reflect"), *next(weights))

    y = first = relu(normalized(reflected(x, 7)))
    for _ in range(2):
        y = relu(normalized(convolution(padded(y, 0, 1, mode="reflect"), *next(weights), 2)))
    for _ in range(2):
        y = y + normalized(reflected(relu(normalized(reflected(y, 3))), 3))
    for _ in range(2):
        y = relu(normalized(reflected(y.repeat(2, axis=1).repeat(2, axis=2), 3)))
    if name == "resnet-skip":
        y = np.concatenate([first, y], -1)
    np.testing.assert_allclose(network(x), np.tanh(reflected(y, 7)), atol=1e-3)


def test_patchgan_by_hand():
    network = made("patchgan-instance")
    x = pictures(network)
    (k1, b1), (k2, b2), (k3, b3) = weights_of(network)
    y = leaky_relu(convolution(padded(x, 1), k1, b1, 2))
    y = leaky_relu(normalized(convolution(padded(y, 1), k2, b2)))
    np.testing.assert_allclose(network(x), convolution(padded(y, 1), k3, b3), atol=1e-4)


def test_restorer_by_hand():
    network = made("restorer")
    x = pictures(network)
    head, first, second, bridge, up, last = weights_of(network)
    slopes = iter([layer.alpha.numpy() for layer in of_type(network, layers.PReLU)])

    def prelu(y):
        return np.where(y > 0, y, next(slopes) * y)

    y0 = prelu(convolution(padded(x, 1), *head, 2))
    y = y0 + convolution(padded(prelu(convolution(padded(y0, 1), *first)), 1), *second)
    y = y0 + convolution(padded(y, 1), *bridge)
    y = convolution(padded(y, 1), *up)
    y = prelu(y.reshape(*y.shape[:3], 2, 2, 2).transpose(0, 1, 3, 2, 4, 5).reshape(2, 16, 24, 2))
    np.testing.assert_allclose(network(x), x + convolution(padded(y, 1), *last), atol=1e-4)


# --- The papers' numbers -----------------------------------------------------------------------------------------


def test_unet_of_the_paper(no_random_numbers):
    network = unet.generator(3, 3, levels=8)
    encoder = [layer for layer in network.layers if type(layer) is layers.Conv2D]
    decoder = [layer for layer in network.layers if type(layer) is layers.Conv2DTranspose]
    assert [layer.filters for layer in encoder] == [64, 128, 256, 512, 512, 512, 512, 512]
    assert [layer.filters for layer in decoder] == [512, 512, 512, 512, 256, 128, 64, 3]
    assert [layer.input.shape[-1] for layer in decoder] == [512, 1024, 1024, 1024, 1024, 512, 256, 128]
    assert {(layer.kernel_size, layer.strides) for layer in encoder + decoder} == {((4, 4), (2, 2))}
    assert len(of_type(network, layers.BatchNormalization)) == 13
    # The reference implementation has 54.414 M and no biases in the first and in the innermost convolution.
    assert trainable_count(network) == 54_413_955 + 64 + 512


@pytest.mark.parametrize(("levels", "count"), [(8, 3), (7, 3), (6, 2), (5, 1), (4, 0)])
def test_dropout_is_where_the_full_width_is(levels, count):
    network = unet.generator(1, 1, levels=levels, channels=1, max_channels=8)
    found = of_type(network, StepDropout)
    assert [layer.name for layer in found] == [f"dropout_{place + 1}" for place in range(count)]
    assert {layer.rate for layer in found} <= {0.5}
    assert all(layer.output.shape[-1] == 8 for layer in found)
    assert not of_type(unet.generator(1, 1, levels=levels, channels=1, max_channels=8, dropout=0), StepDropout)


@pytest.mark.parametrize(
    ("size", "levels"), [((256, 256), 8), ((512, 512), 8), ((64, 64), 6), ((96, 64), 5), ((48, 80), 4), ((7, 8), 0)]
)
def test_levels_follow_the_size(size, levels):
    assert unet.levels_for(*size) == levels


@pytest.mark.parametrize(("blocks", "millions"), [(9, 11.4), (6, 7.8)])
def test_resnet_of_the_paper(blocks, millions, no_random_numbers):
    network = resnet.generator(3, 3, blocks=blocks)
    convolutions = of_type(network, (layers.Conv2D, layers.Conv2DTranspose))
    assert [layer.filters for layer in convolutions] == [64, 128, 256] + 2 * blocks * [256] + [128, 64, 3]
    assert len(of_type(network, layers.Add)) == blocks
    assert round(trainable_count(network) / 1e6, 1) == millions
    if blocks == 9:  # 11.378 M in the reference implementation, whose biases before normalisations have no effect
        assert trainable_count(network) == 11_378_179 - (64 + 128 + 256 + 18 * 256 + 128 + 64)


def test_patchgan_of_the_paper(no_random_numbers):
    network = patchgan.discriminator(3, {"source": 3})
    convolutions = of_type(network, layers.Conv2D)
    assert [layer.filters for layer in convolutions] == [64, 128, 256, 512, 1]
    assert [layer.strides[0] for layer in convolutions] == [2, 2, 2, 1, 1]
    assert len(of_type(network, layers.BatchNormalization)) == 3
    assert trainable_count(network) == 2_768_705  # 2.769 M in the reference implementation
    assert network.compute_output_shape([(1, 256, 256, 3)] * 2) == (1, 30, 30, 1)


@pytest.mark.parametrize(("strided", "side"), [(1, 16), (2, 34), (3, 70)])
def test_receptive_field(strided, side):
    network = patchgan.discriminator(2, channels=1, layers=strided, norm=None)
    reach = jump = 1
    for layer in of_type(network, layers.Conv2D):
        reach += (layer.kernel_size[0] - 1) * jump
        jump *= layer.strides[0]
    assert patchgan.receptive_field(strided) == reach == side
    images = tf.constant(np.random.default_rng(0).normal(size=(1, 128, 128, 2)).astype(np.float32))
    with tf.GradientTape() as tape:
        tape.watch(images)
        score = network(images)[0, 6, 5, 0]
    rows, columns = np.nonzero(np.abs(tape.gradient(score, images)[0]).sum(-1))
    assert np.ptp(rows) + 1 == np.ptp(columns) + 1 == side
    if strided == 3:  # one pixel of padding in every layer: 8 * 6 - 23
        assert (rows.min(), columns.min()) == (25, 17)


@pytest.mark.parametrize(("size", "strided"), [(8, 1), (16, 1), (32, 1), (64, 2), (128, 3), (256, 3)])
def test_patches_are_smaller_than_the_image(size, strided):
    assert patchgan.layers_for(size) == strided
    assert patchgan.layers_for(patchgan.receptive_field(strided)) == strided
    network = patchgan.discriminator(1, {"mask": 1}, channels=1, layers=strided)
    side = size // 2**strided - 2
    assert network(pictures(network, 1, size, size)).shape == (1, side, side, 1)


def of_type(network, types):
    return [layer for layer in network.layers if isinstance(layer, types)]


# --- Training ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("norm", [conventions.batch_norm, conventions.instance_norm])
def test_the_innermost_pixel_counts(norm):
    """Normalised, a map of one pixel would be zero whatever the picture."""
    network = unet.generator(1, 1, levels=3, channels=4, norm=norm)
    with tf.GradientTape() as tape:
        outputs = tf.reduce_sum(network(pictures(network, 1, 8, 8), training=True) ** 2)
    gradients = tape.gradient(outputs, [weight.value for weight in network.trainable_weights])
    for weight, gradient in zip(network.trainable_weights, gradients, strict=True):
        assert np.abs(gradient).max() > 0, weight.path


def test_unet_drops_in_training_alone():
    network = made("unet")
    x = pictures(network)
    outputs = []
    for step in (0, 0, 1):
        with StepNoise(1, tf.constant(step, tf.int64)).current():
            outputs.append(network(x, training=True).numpy())
            np.testing.assert_array_equal(network(x, training=False), network(x))
    np.testing.assert_array_equal(outputs[0], outputs[1])
    assert np.abs(outputs[0] - outputs[2]).max() > 0.01
    with pytest.raises(RuntimeError, match="there is no step"):
        network(x, training=True)


def test_the_restorer_starts_as_the_identity():
    network = NETWORKS["restorer"]()
    x = 1.5 * pictures(network)  # beyond [-1, 1]: nothing is clipped
    with tf.GradientTape() as tape:
        outputs = network(x)
        loss = tf.reduce_sum(outputs**2)
    np.testing.assert_array_equal(outputs, x)
    gradients = tape.gradient(loss, [weight.value for weight in network.trainable_weights[-2:]])
    assert all(np.abs(gradient).max() > 0.1 for gradient in gradients)


# --- What is done with every network -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_take_any_size(name):
    network = made(name)
    inputs, outputs = [tensor.name for tensor in network.inputs], network.output
    if name in GENERATORS:
        assert (inputs, network.name, network.layers[-1].name) == (["source"], "generator", "images")
    else:
        expected = ["images", "source", "mask"] if name == "patchgan" else ["images"]
        assert (inputs, network.name, network.layers[-1].name) == (expected, "discriminator", "scores")
    assert outputs.shape[:3] == (None, None, None)
    for height, width in ((16, 24), (32, 16)):
        result = network(pictures(network, 2, height, width))
        assert result.dtype == "float32"
        if name in GENERATORS:
            assert result.shape == (2, height, width, outputs.shape[-1])
        else:
            halvings = 2 if name == "patchgan" else 1
            assert result.shape == (2, height // 2**halvings - 2, width // 2**halvings - 2, 1)


@pytest.mark.parametrize("name", NETWORKS)
def test_copies_compute_the_same(name, tmp_path):
    network = made(name)
    x = pictures(network)
    clone = keras.models.clone_model(network)
    clone.set_weights(network.get_weights())
    np.testing.assert_array_equal(clone(x), network(x))
    assert [tensor.name for tensor in clone.inputs] == [tensor.name for tensor in network.inputs]
    if "spectral" not in name:
        network.save(tmp_path / "network.keras")
        np.testing.assert_array_equal(keras.models.load_model(tmp_path / "network.keras")(x), network(x))


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("name", NETWORKS)
def test_half_precision_ends_in_float32(name, precision):
    keras.mixed_precision.set_dtype_policy(precision)
    try:
        network = made(name)
    finally:
        keras.mixed_precision.set_dtype_policy("float32")
    x = pictures(network)
    outputs = network(x)
    assert outputs.dtype == "float32"
    assert {weight.dtype for weight in network.weights} == {"float32"}
    copy = inference.float32_copy(network)
    assert {layer.compute_dtype for layer in copy.layers} == {"float32"}
    np.testing.assert_array_equal(copy(x), made(name)(x))
    assert 0 < np.abs(outputs - copy(x)).mean() < 0.02 * np.abs(copy(x)).max()


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_become_builtin_operations(name, tmp_path):
    network = made(name)
    x = pictures(network, 1)
    arrays = x if isinstance(x, list) else [x]
    run, operations = converted(network, tmp_path, *(array.shape[1:] for array in arrays))
    np.testing.assert_allclose(run(*arrays), network(x), rtol=1e-3, atol=1e-4)
    assert "CONV_2D" in operations


@pytest.mark.parametrize("name", GENERATORS)
def test_networks_with_less_work_compute_the_same(name):
    network = made(name)
    x = pictures(network)
    copy = inference.fused(network, odd_kernels=True)
    np.testing.assert_allclose(copy(x), network(x), rtol=1e-3, atol=1e-4)
    assert copy.count_params() <= network.count_params()


def test_names_that_moved_are_still_there():
    assert convolutional.normal is conventions.normal
    assert convolutional.batch_norm is conventions.batch_norm
