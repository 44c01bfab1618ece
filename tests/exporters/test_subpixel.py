"""Transposed convolutions computed as plain ones: the same numbers."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_gan.exporters import subpixel, tflite


def network(*convolutions, shape=(5, 7, 3)):
    return keras.Sequential([keras.Input(shape), *convolutions])


@pytest.mark.parametrize("size", range(2, 8))
def test_the_same_pixels_for_every_kernel(size):
    options = {
        "strides": 2,
        "padding": "same",
        "activation": "relu",
        "bias_initializer": keras.initializers.RandomNormal(seed=1),
    }
    original = network(layers.Conv2DTranspose(4, size, **options), layers.Conv2DTranspose(2, size, **options))
    copy = subpixel.rewritten(original)
    assert [type(layer) for layer in copy.layers] == [subpixel.SubpixelConv2DTranspose] * 2
    images = np.random.RandomState(size).normal(size=(2, 5, 7, 3)).astype(np.float32)
    np.testing.assert_allclose(copy(images), original(images), atol=1e-6)
    assert np.ptp(original(images)) > 0.01


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
    assert type(subpixel.rewritten(network(layer)).layers[0]) is type(layer)


def test_tflite_has_no_transposed_convolutions(make_model, tmp_path):
    from ai_edge_litert.interpreter import Interpreter

    tflite.write(make_model().exported()["generator"], tmp_path)
    interpreter = Interpreter(model_path=str(tmp_path / "generator.tflite"))
    operations = {operation["op_name"] for operation in interpreter._get_ops_details()}
    assert "CONV_2D" in operations
    assert "TRANSPOSE_CONV" not in operations
