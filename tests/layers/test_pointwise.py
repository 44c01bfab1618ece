"""Convolutions of 1x1 as products: the numbers of Keras's, in both directions and in the second derivative."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.layers.pointwise import PointwiseConv2D
from keras_gan.training import building


def test_values_by_hand():
    layer = PointwiseConv2D(2)
    layer.build((None, 1, 2, 3))
    layer.set_weights([np.array([[[[1, 2], [3, 4], [5, 6]]]], "float32"), np.array([0.5, -1.0], "float32")])
    images = np.array([[[[1, 0, 2], [0, 1, -1]]]], "float32")
    expected = [[[[11.5, 13.0], [-1.5, -3.0]]]]
    for training in (True, False):
        np.testing.assert_allclose(layer(images, training=training), expected)


@pytest.mark.parametrize("use_bias", [True, False])
def test_derivatives_are_keras_s(use_bias):
    images = tf.constant(np.random.RandomState(0).normal(size=(2, 3, 5, 4)), tf.float32)
    ours, keras_s = (make(6, 1, use_bias=use_bias) for make in (PointwiseConv2D, keras.layers.Conv2D))
    for layer in (ours, keras_s):
        layer.build(images.shape)
    keras_s.set_weights(ours.get_weights())
    for a, b in zip(derivatives(ours, images), derivatives(keras_s, images), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)


def derivatives(layer, images):
    """Gradients of a value and of its gradient's norm in the images, in both the weights."""
    weights = [variable.value for variable in layer.trainable_variables]
    with tf.GradientTape(persistent=True) as outer:
        with tf.GradientTape() as inner:
            inner.watch(images)
            value = tf.reduce_sum(tf.nn.leaky_relu(layer(images, training=True)) ** 2)
        gradient = inner.gradient(value, images)
        norm = tf.reduce_sum(gradient**2)
    return [gradient, *outer.gradient(value, weights), *outer.gradient(norm, weights)]


def test_what_is_no_pointwise_convolution():
    with pytest.raises(ValueError, match="1x1"):
        PointwiseConv2D(4, 3)
    with pytest.raises(ValueError, match="1x1"):
        PointwiseConv2D(4, strides=2)


def test_r3gan_trains_alike():
    sizes = {"latent_dim": 6, "generator_channels": 4, "discriminator_channels": 4, "max_channels": 8}
    batch = {"real": np.random.RandomState(1).uniform(-1, 1, (4, 16, 16, 2)).astype("float32")}
    found, shapes = [], []
    for pointwise in (False, True):
        model = building.create("r3gan", (16, 16, 2), seed=3, pointwise_products=pointwise, **sizes)
        kinds = [isinstance(layer, PointwiseConv2D) for layer in model.discriminator.layers + model.generator.layers]
        assert any(kinds) is pointwise
        model.compile()
        found.append({name: float(value) for name, value in model.train_step(batch).items()})
        shapes.append([weight.shape for weight in model.get_weights()])
    assert found[0] == pytest.approx(found[1], rel=1e-3)
    assert shapes[0] == shapes[1]  # either goes on from the other's checkpoints
