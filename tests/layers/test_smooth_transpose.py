"""Smooth transposed convolutions: nearest neighbours and a convolution, and no checkerboard."""

import keras
import numpy as np
import pytest

from keras_gan.layers.smooth_transpose import SmoothConv2DTranspose


@pytest.mark.parametrize("size", [2, 3, 4])
def test_it_is_nearest_neighbours_and_a_convolution(size):
    images = np.random.RandomState(size).normal(size=(2, 5, 7, 3)).astype("float32")
    layer = SmoothConv2DTranspose(4, size, bias_initializer="random_normal")
    ours = np.asarray(layer(images))
    # A transposed convolution lays its kernel out where a convolution gathers: the kernel is turned.
    turned = np.asarray(layer.kernel)[::-1, ::-1].transpose(0, 1, 3, 2)
    doubled = images.repeat(2, axis=1).repeat(2, axis=2)
    before, after = (size - 1) - (size - 1) // 2, (size - 1) // 2
    padded = np.pad(doubled, [(0, 0), (before, after), (before, after), (0, 0)])
    expected = np.asarray(keras.ops.conv(padded, turned, padding="valid")) + np.asarray(layer.bias)
    np.testing.assert_allclose(ours, expected, atol=1e-5)


def test_an_even_surface_stays_even():
    surface = np.ones((1, 8, 8, 5), "float32")
    kinds = {SmoothConv2DTranspose: 3, keras.layers.Conv2DTranspose: 4}
    inner = [
        np.asarray(kind(2, size, strides=2, padding="same")(surface))[0, 4:-4, 4:-4] for kind, size in kinds.items()
    ]
    smooth, free = (np.ptp(pixels, axis=(0, 1)).max() for pixels in inner)
    assert smooth < 1e-6
    assert free > 0.01


def test_it_doubles():
    with pytest.raises(ValueError, match="doubles"):
        SmoothConv2DTranspose(4, 3, strides=1)
    assert SmoothConv2DTranspose(4, 3).compute_output_shape((1, 5, 7, 2)) == [1, 10, 14, 4]
