"""Networks of one dimension, from latents to waveforms and from waveforms to scores."""

import math

import keras
from keras import layers, ops

from keras_gan.layers import enlarging, shortening
from keras_gan.layers.phase_shuffle import PhaseShuffle

STRIDE = 4
FIRST = 8  # places of the smallest map, at least


def depth_of(samples):
    """How often a waveform of so many samples is divided by four; less than 8 places are not divided."""
    depth = max(0, math.floor(math.log(samples / FIRST, STRIDE) + 1e-9))
    while samples % STRIDE**depth:
        depth -= 1
    return depth


def _widths(depth, channels, most):
    return [min(channels * 2**number, most) for number in range(depth)]


def generator(samples, config, num_classes=0):
    """Latents `[B, latent_dim]`, and labels int32 `[B]` where there are classes, to waveforms `[B, samples]`, float32.

    Dense to the smallest map, then maps four times as long each, ReLU between them and a tanh behind.

    Args:
        samples: of a waveform.
        config: with `latent_dim`, `generator_channels`, `max_channels`, `kernel_size` and `enlarging`.
        num_classes: 0 for a generator without labels.
    """
    depth = depth_of(samples)
    first, *rest = reversed(_widths(depth, config.generator_channels, config.max_channels))
    inputs = x = keras.Input((config.latent_dim,), name="latents")
    if num_classes:
        labels = keras.Input((), dtype="int32", name="labels")
        inputs = [x, labels]
        x = layers.Concatenate()([x, ops.one_hot(labels, num_classes)])
    x = layers.Dense(samples // STRIDE**depth * first, kernel_initializer=_he())(x)
    x = layers.ReLU()(layers.Reshape((-1, first))(x))
    for width in rest:
        x = layers.ReLU()(_enlarged(x, width, config))
    x = layers.Activation("tanh", dtype="float32")(_enlarged(x, 1, config))
    return keras.Model(inputs, layers.Reshape((samples,), dtype="float32", name="waveforms")(x), name="generator")


def _enlarged(x, width, config):
    if config.enlarging == "transposed":
        return layers.Conv1DTranspose(
            width, config.kernel_size, strides=STRIDE, padding="same", kernel_initializer=_he()
        )(x)
    return enlarging.Conv1D(width, config.kernel_size, STRIDE, kernel_initializer=_he())(x)


def discriminator(samples, config, num_classes=0):
    """Waveforms, and labels int32 `[B]` where there are classes, to scores `[B, 1]`, float32.

    Strided convolutions, each but the last followed by a phase shuffle; classes by projection.
    """
    depth = depth_of(samples)
    inputs = waveforms = keras.Input((samples,), name="waveforms")
    x = layers.Reshape((samples, 1))(waveforms)
    for number, width in enumerate(_widths(depth, config.discriminator_channels, config.max_channels)):
        conv = shortening.Conv1D(width, config.discriminator_kernel_size, STRIDE, kernel_initializer=_he())
        x = layers.LeakyReLU(0.2)(conv(x))
        if number < depth - 1:
            x = PhaseShuffle(config.phase_shuffle, name=f"phase_{number}")(x)
    x = layers.Flatten(dtype="float32")(x)
    # A bias would cancel in the loss of WGAN-GP.
    scores = layers.Dense(1, use_bias=False, kernel_initializer=_he(), dtype="float32", name="scores")(x)
    if num_classes:
        labels = keras.Input((), dtype="int32", name="labels")
        inputs = [waveforms, labels]
        scores = scores + projected(x, labels, num_classes)
    return keras.Model(inputs, scores, name="discriminator")


def projected(features, labels, num_classes):
    """What features `[B, n]` say of a class, `[B, 1]`: a product with a vector for each (arXiv 1802.05637)."""
    # A product and not an embedding: the gradient of a lookup is sparse, and slower than this is.
    vectors = layers.Dense(features.shape[-1], use_bias=False, dtype="float32", name="classes")
    wanted = vectors(ops.one_hot(labels, num_classes))
    return ops.sum(wanted * features, axis=-1, keepdims=True) / math.sqrt(features.shape[-1])


def _he():
    return keras.initializers.HeNormal()
