"""The network that FID is measured with: InceptionV3 as TensorFlow published it on 2015-12-05, in Keras layers.

It differs from the InceptionV3 of `keras.applications`: average pooling leaves the padding out of the mean, the last
block pools by the maximum, and there are 1,008 classes. The weights are those of the PyTorch port that pytorch-fid
and torch-fidelity distribute, whose names the layers bear.
"""

import keras
import numpy as np
from keras import layers

IMAGE_SIZE = 299
FEATURES = 2048
CLASSES = 1008
WEIGHTS_NAME = "pt_inception-2015-12-05-6726825d.pth"
WEIGHTS_URL = f"https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/{WEIGHTS_NAME}"
WEIGHTS_SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"


def network():
    """Images `[B, 299, 299, 3]`, scaled as (pixels - 128) / 128, to a dict of what the scores read.

    `features` `[B, 2048]`, the pooled last block; `logits` `[B, 1008]`; `logits_unbiased`, the same without the last
    layer's bias, which Inception Scores are taken from.
    """
    images = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 3), name="images", dtype="float32")
    x = _conv(images, "Conv2d_1a_3x3", 32, 3, strides=2, padding="valid")
    x = _conv(x, "Conv2d_2a_3x3", 32, 3, padding="valid")
    x = _conv(x, "Conv2d_2b_3x3", 64, 3)
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = _conv(x, "Conv2d_3b_1x1", 80, 1)
    x = _conv(x, "Conv2d_4a_3x3", 192, 3, padding="valid")
    x = layers.MaxPooling2D(3, strides=2)(x)
    for name, pooled in (("Mixed_5b", 32), ("Mixed_5c", 64), ("Mixed_5d", 64)):
        x = _block_a(x, name, pooled)
    x = _block_b(x, "Mixed_6a")
    for name, width in (("Mixed_6b", 128), ("Mixed_6c", 160), ("Mixed_6d", 160), ("Mixed_6e", 192)):
        x = _block_c(x, name, width)
    x = _block_d(x, "Mixed_7a")
    x = _block_e(x, "Mixed_7b", layers.AveragePooling2D)
    x = _block_e(x, "Mixed_7c", layers.MaxPooling2D)
    features = layers.GlobalAveragePooling2D(name="features")(x)
    unbiased = layers.Dense(CLASSES, use_bias=False, name="fc")(features)
    logits = _Bias(name="fc_bias")(unbiased)
    return keras.Model(
        images, {"features": features, "logits": logits, "logits_unbiased": unbiased}, name="inception_2015_12_05"
    )


def load_state(model, state):
    """Sets the weights of `network()` from a PyTorch state dict of NumPy arrays.

    Raises:
        KeyError: naming a weight that is missing.
        ValueError: for one of another shape.
    """
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            layer.set_weights([state[f"{layer.name}.weight"].transpose(2, 3, 1, 0)])
        elif isinstance(layer, layers.BatchNormalization):
            parts = ("weight", "bias", "running_mean", "running_var")
            layer.set_weights([state[f"{layer.name}.{part}"] for part in parts])
        elif isinstance(layer, layers.Dense):
            layer.set_weights([state["fc.weight"].T])
        elif isinstance(layer, _Bias):
            layer.set_weights([state["fc.bias"]])


def scale(images):
    """Images in [0, 255] as the network takes them."""
    return (np.asarray(images, np.float32) - 128.0) / 128.0


class _Bias(layers.Layer):
    """Adds a bias, so that the sum can be had with it and without."""

    def build(self, input_shape):
        self.bias = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="bias")

    def call(self, inputs):
        return inputs + self.bias


def _conv(x, name, width, size, strides=1, padding="same"):
    x = layers.Conv2D(width, size, strides, padding, use_bias=False, name=f"{name}.conv")(x)
    return layers.ReLU()(layers.BatchNormalization(epsilon=0.001, name=f"{name}.bn")(x))


def _chain(x, name, *steps):
    """Convolutions one after the other; each step is `(name, width, size)`."""
    for step, width, size in steps:
        x = _conv(x, f"{name}.{step}", width, size)
    return x


def _pooled(x, name, width, pooling=layers.AveragePooling2D):
    return _conv(pooling(3, strides=1, padding="same")(x), f"{name}.branch_pool", width, 1)


def _block_a(x, name, pooled):
    return layers.Concatenate()(
        [
            _chain(x, name, ("branch1x1", 64, 1)),
            _chain(x, name, ("branch5x5_1", 48, 1), ("branch5x5_2", 64, 5)),
            _chain(x, name, ("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3), ("branch3x3dbl_3", 96, 3)),
            _pooled(x, name, pooled),
        ]
    )


def _block_b(x, name):
    double = _chain(x, name, ("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3))
    return layers.Concatenate()(
        [
            _conv(x, f"{name}.branch3x3", 384, 3, strides=2, padding="valid"),
            _conv(double, f"{name}.branch3x3dbl_3", 96, 3, strides=2, padding="valid"),
            layers.MaxPooling2D(3, strides=2)(x),
        ]
    )


def _block_c(x, name, width):
    row, column = (1, 7), (7, 1)
    double = [
        *(("branch7x7dbl_1", width, 1), ("branch7x7dbl_2", width, column), ("branch7x7dbl_3", width, row)),
        *(("branch7x7dbl_4", width, column), ("branch7x7dbl_5", 192, row)),
    ]
    return layers.Concatenate()(
        [
            _chain(x, name, ("branch1x1", 192, 1)),
            _chain(x, name, ("branch7x7_1", width, 1), ("branch7x7_2", width, row), ("branch7x7_3", 192, column)),
            _chain(x, name, *double),
            _pooled(x, name, 192),
        ]
    )


def _block_d(x, name):
    small = _chain(x, name, ("branch3x3_1", 192, 1))
    large = _chain(x, name, ("branch7x7x3_1", 192, 1), ("branch7x7x3_2", 192, (1, 7)), ("branch7x7x3_3", 192, (7, 1)))
    return layers.Concatenate()(
        [
            _conv(small, f"{name}.branch3x3_2", 320, 3, strides=2, padding="valid"),
            _conv(large, f"{name}.branch7x7x3_4", 192, 3, strides=2, padding="valid"),
            layers.MaxPooling2D(3, strides=2)(x),
        ]
    )


def _block_e(x, name, pooling):
    def fork(y, branch):
        return [_chain(y, name, (f"{branch}a", 384, (1, 3))), _chain(y, name, (f"{branch}b", 384, (3, 1)))]

    single = _chain(x, name, ("branch3x3_1", 384, 1))
    double = _chain(x, name, ("branch3x3dbl_1", 448, 1), ("branch3x3dbl_2", 384, 3))
    return layers.Concatenate()(
        [
            _chain(x, name, ("branch1x1", 320, 1)),
            *fork(single, "branch3x3_2"),
            *fork(double, "branch3x3dbl_3"),
            _pooled(x, name, 192, pooling),
        ]
    )
