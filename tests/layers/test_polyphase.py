"""Convolutions along time at the shorter length, beside the layers that they stand for."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keras_gan.layers.polyphase import EnlargingConv1D, ShorteningConv1D, spread_taps


def beside(old, new, shape, seed=3):
    """Two models of one input, with the same weights, and an input."""
    models = []
    for make in (old, new):
        inputs = keras.Input(shape)
        models.append(keras.Model(inputs, make(inputs)))
    generator = np.random.default_rng(seed)
    values = [generator.normal(size=weight.shape).astype("float32") for weight in models[0].weights]
    for model in models:
        model.set_weights(values)
    return models, tf.constant(generator.normal(size=(2, *shape)).astype("float32"))


def enlarging(taps, factor, **options):
    conv = layers.Conv1D(3, taps, padding="same", **options)
    return lambda x: conv(layers.UpSampling1D(factor)(x)), EnlargingConv1D(3, taps, factor, **options)


def shortening(taps, stride, **options):
    options = {"strides": stride, **options}
    return layers.Conv1D(3, taps, padding="same", **options), ShorteningConv1D(3, taps, **options)


CASES = [
    *(
        pytest.param(*enlarging(taps, factor), (7, 2), id=f"{taps} taps, {factor}x")
        for taps in (1, 2, 8, 9)
        for factor in (2, 4)
    ),
    pytest.param(*enlarging(25, 4, activation="relu"), (5, 2), id="more taps than places"),
    pytest.param(*enlarging(9, 4, use_bias=False), (6, 1), id="enlarging without a bias"),
    *(
        pytest.param(*shortening(taps, stride), (stride * 5, 2), id=f"{taps} taps, every {stride}.")
        for taps, stride in ((4, 4), (5, 4), (8, 4), (17, 4), (25, 4), (2, 2), (3, 2), (7, 3))
    ),
    pytest.param(*shortening(17, 4, activation="relu"), (4, 1), id="one place left"),
    pytest.param(*shortening(17, 4, use_bias=False), (12, 3), id="shortening without a bias"),
]


@pytest.mark.parametrize(("old", "new", "shape"), CASES)
def test_values_and_derivatives(old, new, shape):
    """Outputs, gradients, and gradients of a gradient's norm, which penalties take."""
    models, inputs = beside(old, new, shape)
    found = [derivatives(model, inputs) for model in models]
    for theirs, ours in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4 * np.abs(theirs).max())
    assert models[1].output_shape == models[0].output_shape


def derivatives(model, inputs):
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(inputs)
            outputs = model(inputs)
            loss = tf.reduce_mean(outputs**3)
        steepness = inner.gradient(loss, inputs)
        penalty = tf.reduce_sum(steepness**2)
    weights = [weight.value for weight in model.trainable_weights]
    gradients = outer.gradient(penalty, weights[:1])
    return [outputs.numpy(), steepness.numpy(), *(gradient.numpy() for gradient in gradients)]


def test_spread_by_hand():
    """Three taps around places 0 to 1 of what is doubled: the outer one meets the neighbour."""
    left, middle, right = spread_taps(3, 2)
    assert left.tolist() == [[1, 0, 0], [0, 0, 0]]
    assert middle.tolist() == [[0, 1, 1], [1, 1, 0]]
    assert right.tolist() == [[0, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize(("length", "taps"), [(10, 17), (12, 3)])
def test_what_cannot_be_shortened(length, taps):
    with pytest.raises(ValueError, match="ShorteningConv1D wants"):
        ShorteningConv1D(2, taps, 4)(keras.Input((length, 1)))


@pytest.mark.parametrize("layer", [EnlargingConv1D(2, 9, 4), ShorteningConv1D(2, 17, 4)])
def test_config(layer):
    again = type(layer).from_config(layer.get_config())
    assert again(keras.Input((8, 3))).shape == layer(keras.Input((8, 3))).shape


def test_mixed_precision():
    layer = EnlargingConv1D(2, 9, 4, dtype="mixed_bfloat16")
    assert layer(tf.ones((1, 4, 3))).dtype == tf.bfloat16
    layer = ShorteningConv1D(2, 17, 4, dtype="mixed_bfloat16")
    assert layer(tf.ones((1, 8, 3))).dtype == tf.bfloat16
