"""Networks as exported files hold them: the same numbers."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_gan.exporters import inference, tflite
from keras_gan.exporters.deliverables import Deliverables
from keras_gan.layers.batch_norm import FusedBatchNormalization
from keras_gan.layers.instance_norm import InstanceNormalization
from keras_gan.layers.smooth_transpose import SmoothConv2DTranspose
from keras_gan.training import building
from tests.conftest import networks_of


def network(*convolutions, shape=(5, 7, 3)):
    inputs = outputs = keras.Input(shape)
    for layer in convolutions:
        outputs = layer(outputs)
    return keras.Model(inputs, outputs)


@pytest.mark.parametrize("size", range(2, 8))
def test_the_same_pixels_for_every_kernel(size):
    options = {
        "strides": 2,
        "padding": "same",
        "activation": "relu",
        "bias_initializer": keras.initializers.RandomNormal(seed=1),
    }
    original = network(layers.Conv2DTranspose(4, size, **options), layers.Conv2DTranspose(2, size, **options))
    copy = inference.fused(original, odd_kernels=True)
    assert [type(layer) for layer in copy.layers[1:]] == [inference.SubpixelConv2DTranspose] * 2
    images = np.random.RandomState(size).normal(size=(2, 5, 7, 3)).astype(np.float32)
    np.testing.assert_allclose(copy(images), original(images), atol=1e-6)
    assert np.ptp(original(images)) > 0.01


@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_same_pixels_of_smooth_kernels(size):
    layer = SmoothConv2DTranspose(4, size, activation="relu", bias_initializer=keras.initializers.RandomNormal(seed=1))
    original = network(layer, SmoothConv2DTranspose(3, size, use_bias=False), FusedBatchNormalization())
    rng = np.random.RandomState(size)
    original.set_weights([rng.uniform(-1.0, 2.0, weight.shape) ** 2 for weight in original.get_weights()])
    images = rng.normal(size=(2, 5, 7, 3)).astype(np.float32)
    for odd, kind in ((True, inference.SubpixelConv2DTranspose), (False, layers.Conv2DTranspose)):
        copy = inference.fused(original, odd_kernels=odd)
        expected = inference.SubpixelConv2DTranspose if size % 2 else kind
        assert [type(layer) for layer in copy.layers[1:]] == [expected, expected]
        np.testing.assert_allclose(copy(images), original(images, training=False), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2DTranspose(4, 3, strides=1, padding="same"),
        layers.Conv2DTranspose(4, 3, strides=2, padding="valid"),
        layers.Conv2DTranspose(4, (3, 4), strides=2, padding="same"),
        layers.Conv2DTranspose(4, 3, strides=2, padding="same", output_padding=1),
        layers.Conv2D(4, 3, strides=2, padding="same"),
    ],
)
def test_others_stay_as_they_are(layer):
    assert type(inference.fused(network(layer), odd_kernels=True).layers[1]) is type(layer)


def test_odd_kernels_can_stay():
    options = {"strides": 2, "padding": "same"}
    copy = inference.fused(
        network(layers.Conv2DTranspose(4, 3, **options), layers.Conv2DTranspose(2, 4, **options)), False
    )
    assert [type(layer) for layer in copy.layers[1:]] == [layers.Conv2DTranspose, inference.SubpixelConv2DTranspose]


@pytest.mark.parametrize("norm", [layers.BatchNormalization, FusedBatchNormalization])
def test_normalization_becomes_part_of_the_convolution_before_it(norm):
    original = network(
        layers.Conv2DTranspose(4, 3, strides=2, padding="same", use_bias=False),
        norm(),
        layers.ReLU(),
        layers.Conv2D(6, 3, bias_initializer=keras.initializers.RandomNormal(seed=1)),
        norm(scale=False, epsilon=0.1),
        layers.Conv2D(2, 3, activation="relu"),
        norm(center=False),  # not of what the convolution before it computes
    )
    rng = np.random.RandomState(0)
    original.set_weights([rng.uniform(0.2, 2.0, weight.shape) for weight in original.get_weights()])
    copy = inference.fused(original, odd_kernels=True)
    assert [layer.name for layer in copy.layers if isinstance(layer, layers.BatchNormalization)] == [
        original.layers[-1].name
    ]
    images = rng.normal(size=(2, 5, 7, 3)).astype(np.float32)
    np.testing.assert_allclose(copy(images), original(images, training=False), rtol=1e-4)


def test_normalization_of_what_others_need_too_stays():
    inputs = keras.Input((5, 7, 3))
    x = layers.Conv2D(3, 1)(inputs)
    both = keras.Model(inputs, layers.Add()([x, layers.BatchNormalization()(x)]))
    assert any(type(layer) is layers.BatchNormalization for layer in inference.fused(both, True).layers)


@pytest.mark.parametrize("options", [{}, {"fused_batch_norm": True, "smooth_layers": 2}])
def test_tflite_has_no_transposed_convolutions(options, tmp_path):
    from ai_edge_litert.interpreter import Interpreter

    model = building.create("dcgan", (16, 16, 3), generator_channels=4, discriminator_channels=4, **options)
    tflite.write(networks_of(model), tmp_path, Deliverables())
    interpreter = Interpreter(model_path=str(tmp_path / "generator.tflite"))
    operations = {operation["op_name"] for operation in interpreter._get_ops_details()}
    assert "CONV_2D" in operations
    assert "TRANSPOSE_CONV" not in operations


@pytest.mark.parametrize("size", range(2, 8))
def test_the_same_pixels_of_any_size(size):
    options = {"strides": 2, "padding": "same", "bias_initializer": keras.initializers.RandomNormal(seed=1)}
    original = network(
        layers.Conv2DTranspose(4, size, **options), layers.Conv2DTranspose(2, size, **options), shape=(None, None, 3)
    )
    copy = inference.fused(original, odd_kernels=True)
    assert [type(layer) for layer in copy.layers[1:]] == [inference.SubpixelConv2DTranspose] * 2
    for shape in ((5, 7), (2, 1)):
        images = np.random.RandomState(size).normal(size=(2, *shape, 3)).astype(np.float32)
        np.testing.assert_allclose(copy(images), original(images), atol=1e-6)


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "nearest"])
def test_interpolation_of_any_size(interpolation):
    import tensorflow as tf

    original = network(layers.UpSampling2D((2, 3), interpolation=interpolation), shape=(None, None, 3))
    copy = tf.function(inference.fused(original, True), input_signature=[tf.TensorSpec((None, None, None, 3))])
    images = np.random.RandomState(0).normal(size=(2, 4, 5, 3)).astype(np.float32)
    assert copy(images).shape == (2, 8, 15, 3)
    np.testing.assert_allclose(copy(images), original(images), atol=1e-6)


def test_unknown_layers_stay_as_they_are():
    original = network(
        layers.Conv2D(4, 3, use_bias=False), layers.BatchNormalization(), InstanceNormalization(), shape=(None, None, 3)
    )
    rng = np.random.RandomState(0)
    original.set_weights([rng.uniform(0.2, 2.0, weight.shape) for weight in original.get_weights()])
    copy = inference.fused(original, odd_kernels=True)
    assert type(copy.layers[-1]) is InstanceNormalization
    images = rng.normal(size=(2, 8, 6, 3)).astype(np.float32)
    np.testing.assert_allclose(copy(images), original(images, training=False), atol=1e-4)
