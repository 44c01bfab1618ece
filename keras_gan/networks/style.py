"""What style-based generators have in common, and the discriminator of StyleGAN2."""

import math

import keras
from keras import layers, ops

from keras_gan.layers.blur import Blur2D
from keras_gan.layers.equalized import EqualizedConv2D, EqualizedDense
from keras_gan.layers.minibatch_stddev import MinibatchStddev
from keras_gan.layers.truncation import Truncation
from keras_gan.networks import growing

_MAPPING_RATE = 0.01  # of the learning rate, in the mapping network


def style_count(image_size):
    """How many layers of a generator take a style: one at 4 px and two at each size above, and the last image."""
    return 2 * (image_size.bit_length() - 2)


def mapping(config, num_classes=0, name="mapping"):
    """Latents `[B, latent_dim]`, and labels int32 `[B]` where there are classes, to styles `[B, style_dim]`."""
    inputs = latents = keras.Input((config.latent_dim,), name="latents")
    x = growing.unit_length(latents)
    if num_classes:
        labels = keras.Input((), dtype="int32", name="labels")
        inputs = [latents, labels]
        embedded = EqualizedDense(config.latent_dim)(ops.one_hot(labels, num_classes))
        x = ops.concatenate([x, growing.unit_length(embedded)], axis=-1)
    for _ in range(config.mapping_layers):
        x = layers.LeakyReLU(0.2)(EqualizedDense(config.style_dim, gain=growing.RELU_GAIN, rate=_MAPPING_RATE)(x))
    # float32 whatever the precision of the layers before: differences to the average are small.
    return keras.Model(inputs, layers.Activation("linear", dtype="float32")(x), name=name)


def generator(mapping_network, synthesis):
    """Latents, perhaps labels, and a truncation `[B]` to images, by a mapping and a synthesis network.

    Its layers `mapping`, `towards_mean` and `synthesis` are these and the `Truncation` between.
    """
    given = [keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name) for tensor in mapping_network.inputs]
    truncation = keras.Input((), name="truncation")
    styles = mapping_network(given if len(given) > 1 else given[0])
    styles = Truncation(name="towards_mean", dtype="float32")(styles, truncation)
    (_, count, _) = synthesis.inputs[0].shape
    images = synthesis(layers.RepeatVector(count)(styles))
    return keras.Model([*given, truncation], images, name="generator")


def discriminator(image_shape, largest, config, num_classes=0):
    """Images, and perhaps labels, to scores `[B, 1]`, float32: residual, with statistics of the batch.

    Args:
        largest: edge of the largest maps, that of an image; or half of it, and nothing is filtered before it is halved.
    """
    channels = growing.widths(growing.sizes_of(4, largest), config)
    images = keras.Input(image_shape, name="images")
    lean = largest < image_shape[0]
    edge = {"kernel_size": 4, "strides": 2} if lean else {"kernel_size": 1}
    x = _activated(EqualizedConv2D(channels[largest], **edge, gain=growing.RELU_GAIN), images)
    for size in sorted(channels, reverse=True)[:-1]:
        x = (_halved if lean else _filtered_and_halved)(x, channels[size], channels[size // 2])
    x = _activated(EqualizedConv2D(channels[4], 3, gain=growing.RELU_GAIN), MinibatchStddev(config.minibatch_group)(x))
    x = _activated(EqualizedDense(channels[4], gain=growing.RELU_GAIN), layers.Flatten()(x))
    inputs, scores = growing.scores(images, x, num_classes)
    return keras.Model(inputs, scores, name="discriminator")


def _activated(layer, x):
    return layers.LeakyReLU(0.2)(layer(x))


# A residual block of half the size: both paths are scaled by sqrt(1/2), so that their sum has unit variance.
_STRAIGHT = {"kernel_size": 1, "use_bias": False, "gain": math.sqrt(0.5)}
_BRANCH = {"strides": 2, "gain": growing.RELU_GAIN * math.sqrt(0.5)}


def _filtered_and_halved(x, width, wider):
    straight = EqualizedConv2D(wider, **_STRAIGHT)(Blur2D(1, strides=2)(x))
    x = _activated(EqualizedConv2D(width, 3, gain=growing.RELU_GAIN), x)
    return straight + _activated(EqualizedConv2D(wider, 3, padding="valid", **_BRANCH), Blur2D(2)(x))


def _halved(x, width, wider):
    straight = EqualizedConv2D(wider, **_STRAIGHT)(layers.AveragePooling2D(2)(x))
    x = _activated(EqualizedConv2D(width, 3, gain=growing.RELU_GAIN), x)
    return straight + _activated(EqualizedConv2D(wider, 4, **_BRANCH), x)
