"""Layers of two style-based generators in one."""

import numpy as np
import pytest

from keras_gan.errors import UserError
from keras_gan.runs import blending
from tests.conftest import tiny


def weights_by_size(model):
    layers = [layer for layer in model.ema_generator.get_layer("synthesis").layers if layer.weights]
    return [(layer.output.shape[1], [np.array(weight) for weight in layer.get_weights()]) for layer in layers]


def test_fine_layers_are_the_second_one_s():
    first, second = tiny("stylegan2", seed=1), tiny("stylegan2", seed=2)
    before, others = weights_by_size(first), weights_by_size(second)
    mapping = first.ema_generator.get_layer("mapping").get_weights()
    assert sum(blending.swap(first, second, 8)) == len(before)
    for (size, now), (_, own), (_, other) in zip(weights_by_size(first), before, others, strict=True):
        for a, b in zip(now, other if size >= 8 else own, strict=True):
            np.testing.assert_array_equal(a, b)
    for a, b in zip(first.ema_generator.get_layer("mapping").get_weights(), mapping, strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_cannot_be_blended():
    first = tiny("stylegan2")
    with pytest.raises(UserError, match="leaves nothing of one run: layers have 4 to 16 px"):
        blending.swap(first, first, 4)
    with pytest.raises(UserError, match="leaves nothing of one run"):
        blending.swap(first, first, 32)
    with pytest.raises(UserError, match="networks of the same shapes"):
        blending.swap(first, tiny("stylegan2", image_shape=(32, 32, 3)), 8)
    with pytest.raises(UserError, match="for style-based runs"):
        blending.swap(tiny("dcgan"), first, 8)
