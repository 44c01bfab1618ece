"""The benchmark's count of operations, against numbers worked out by hand."""

import keras
import pytest
from keras import layers

from benchmarks.speed import flops


def generator():
    """Latents of 3 to 4x4x2, then to 8x8x5."""
    inputs = keras.Input((3,))
    x = layers.Reshape((4, 4, 2))(layers.Dense(32, use_bias=False)(inputs))
    x = layers.BatchNormalization()(x)
    return keras.Model(inputs, layers.Conv2DTranspose(5, 4, strides=2, padding="same")(x))


def discriminator():
    """8x8x5 to 4x4x6, then to one score."""
    inputs = keras.Input((8, 8, 5))
    x = layers.LeakyReLU()(layers.Conv2D(6, 3, strides=2, padding="same")(inputs))
    return keras.Model(inputs, layers.Dense(1)(layers.Flatten()(x)))


# Multiply-adds of one forward pass:
DENSE = 3 * 32
UP = 4 * 4 * (4 * 4) * 2 * 5  # each of 4x4 pixels stamps a 4x4 kernel, 2 channels to 5
DOWN = 4 * 4 * (3 * 3) * 5 * 6  # each of 4x4 pixels reads a 3x3 window, 5 channels to 6
SCORE = 4 * 4 * 6


def test_multiply_adds_of_each_layer():
    assert [flops.multiply_adds(layer) for layer in generator().layers] == [0, DENSE, 0, 0, UP]
    assert [flops.multiply_adds(layer) for layer in discriminator().layers] == [0, DOWN, 0, 0, SCORE]
    assert (DENSE, UP, DOWN, SCORE) == (96, 2560, 4320, 96)


def test_passes_count_only_the_gradients_that_are_wanted():
    forward, between = DOWN + SCORE, SCORE
    assert flops.passes(discriminator(), weights=True, inputs=False) == 2 * (2 * forward + between)
    assert flops.passes(discriminator(), weights=False, inputs=True) == 2 * (2 * forward)


def test_discriminator_first_step():
    # Generator 2656 + 2656 + 2560; discriminator for its weights 4416 + 4416 + 96, twice; for the fakes 4416 + 4416.
    assert flops.discriminator_first_step(generator(), discriminator()) == 2 * (7872 + 2 * 8928 + 8832)


def test_grouped_convolution_and_dense_over_places():
    grouped = layers.Conv2D(6, 3, groups=2, padding="same")
    grouped(keras.Input((8, 8, 4)))
    assert flops.multiply_adds(grouped) == 8 * 8 * 9 * (4 // 2) * 6
    dense = layers.Dense(7)
    dense(keras.Input((5, 3)))
    assert flops.multiply_adds(dense) == 5 * 3 * 7


def test_unknown_layers_are_refused():
    layer = layers.Embedding(10, 4)
    layer(keras.Input((5,), dtype="int32"))
    with pytest.raises(TypeError, match="Embedding"):
        flops.multiply_adds(layer)
