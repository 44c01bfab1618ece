"""Convolutions of enlarged maps, and strided ones, beside the layers that they stand for."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keras_gan.layers import enlarging, shortening


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


def of_enlarged(taps, factor, **options):
    conv = layers.Conv1D(3, taps, padding="same", **options)
    return lambda x: conv(layers.UpSampling1D(factor)(x)), enlarging.Conv1D(3, taps, factor, **options)


def in_two_dimensions(size, **options):
    conv = layers.Conv2D(3, size, padding="same", **options)
    return lambda x: conv(layers.UpSampling2D()(x)), enlarging.Conv2D(3, size, **options)


def of_strides(taps, stride, **options):
    options = {"strides": stride, **options}
    return layers.Conv1D(3, taps, padding="same", **options), shortening.Conv1D(3, taps, **options)


CASES = [
    *(
        pytest.param(*of_enlarged(taps, factor), (7, 2), id=f"{taps} taps, {factor}x")
        for taps in (1, 2, 8, 9)
        for factor in (2, 4)
    ),
    *(pytest.param(*in_two_dimensions(size), (4, 5, 2), id=f"edge {size}") for size in (1, 3, 5)),
    pytest.param(*in_two_dimensions(3, activation="elu", use_bias=False), (3, 2, 1), id="in two dimensions, no bias"),
    pytest.param(*of_enlarged(25, 4, activation="relu"), (5, 2), id="more taps than places"),
    pytest.param(*of_enlarged(9, 4, use_bias=False), (6, 1), id="enlarging without a bias"),
    *(
        pytest.param(*of_strides(taps, stride), (stride * 5, 2), id=f"{taps} taps, every {stride}.")
        for taps, stride in ((1, 4), (3, 4), (4, 4), (5, 4), (8, 4), (17, 4), (25, 4), (2, 2), (3, 2), (7, 3))
    ),
    pytest.param(*of_strides(17, 4, activation="relu"), (4, 1), id="one place left"),
    pytest.param(*of_strides(17, 4, use_bias=False), (12, 3), id="shortening without a bias"),
]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("old", "new", "shape"), CASES)
def test_values_and_derivatives(old, new, shape, training):
    """Outputs, gradients, and gradients of a gradient's norm, which penalties take."""
    models, inputs = beside(old, new, shape)
    found = [derivatives(model, inputs, training) for model in models]
    for theirs, ours in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4 * np.abs(theirs).max())
    assert models[1].output_shape == models[0].output_shape


def derivatives(model, inputs, training):
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(inputs)
            outputs = model(inputs, training=training)
            loss = tf.reduce_mean(outputs**3)
        steepness = inner.gradient(loss, inputs)
        penalty = tf.reduce_sum(steepness**2)
    weights = [weight.value for weight in model.trainable_weights]
    gradients = outer.gradient(penalty, weights[:1])
    return [outputs.numpy(), steepness.numpy(), *(gradient.numpy() for gradient in gradients)]


def test_spread_by_hand():
    """Three taps around places 0 to 1 of what is doubled: the outer one meets the neighbour."""
    left, middle, right = enlarging.spread_taps(3, 2)
    assert left.tolist() == [[1, 0, 0], [0, 0, 0]]
    assert middle.tolist() == [[0, 1, 1], [1, 1, 0]]
    assert right.tolist() == [[0, 0, 0], [0, 0, 1]]


def test_what_cannot_be_shortened():
    with pytest.raises(ValueError, match="shortening Conv1D wants 10 places"):
        shortening.Conv1D(2, 17, 4)(keras.Input((10, 1)))


@pytest.mark.parametrize("size", [4, (3, 5)])
def test_edges_that_cannot_be(size):
    with pytest.raises(ValueError, match="odd"):
        enlarging.Conv2D(2, size)


@pytest.mark.parametrize("layer", [enlarging.Conv1D(2, 9, 4), shortening.Conv1D(2, 17, 4), enlarging.Conv2D(2, 3)])
def test_config(layer):
    again, shape = type(layer).from_config(layer.get_config()), (8, 4, 3)[-layer.rank - 1 :]
    assert again(keras.Input(shape)).shape == layer(keras.Input(shape)).shape


def test_mixed_precision():
    layer = enlarging.Conv1D(2, 9, 4, dtype="mixed_bfloat16")
    assert layer(tf.ones((1, 4, 3))).dtype == tf.bfloat16
    layer = enlarging.Conv2D(2, 3, dtype="mixed_bfloat16")
    assert layer(tf.ones((1, 4, 4, 3)), training=True).dtype == tf.bfloat16
    layer = shortening.Conv1D(2, 17, 4, dtype="mixed_bfloat16")
    assert layer(tf.ones((1, 8, 3))).dtype == tf.bfloat16
