"""Networks for lines of text: the generator, and discriminators of rows that are one-hot or soft."""

import keras
from keras import layers, ops

from keras_gan.layers.line_noise import KEY
from keras_gan.layers.line_writer import LineWriter

WRITER = "writer"  # the name of the layer in a generator
_CONVOLUTIONS = (1, 2, 3, 4, 5)  # words that one looks at


def generator(field, config):
    """`[latents, temperature, prefix]` to lines, int32 `[B, length]`.

    Args:
        field: a `Tokens`.
        config: with `latent_dim`, `units` and `embedding`.
    """
    latents = keras.Input((config.latent_dim + KEY,), name="latents")
    temperature = keras.Input((), name="temperature")
    prefix = keras.Input((field.length,), dtype="int32", name="prefix")
    writer = LineWriter(field.length, field.size, config.units, config.embedding, name=WRITER)
    inputs = [latents, temperature, prefix]
    return keras.Model(inputs, writer(inputs), name="generator")


def word_vectors(rows, width):
    """Rows `[B, length, size]`, one-hot or soft, to vectors of words `[B, length, width]`, at first of variance 1.

    A dense layer's usual weights allow for as many inputs as there are words, where a row has one: words would be so
    close to one another that a discriminator needs thousands of steps to tell any two lines apart.
    """
    spread = keras.initializers.RandomNormal(stddev=1.0)
    return layers.Dense(width, use_bias=False, kernel_initializer=spread, name="embedding")(rows)


def convolutional_discriminator(field, config):
    """Rows `[B, length, size]` to scores `[B, representations]`.

    As RelGAN's (Nie et al. 2019, ICLR): words are embedded several times, each time in few numbers; each of these
    representations is looked at by the same convolutions, and has a score of its own.
    """
    rows = keras.Input((field.length, field.size), name="lines")
    count, width, filters = config.representations, config.representation_width, config.discriminator_units
    x = word_vectors(rows, count * width)
    x = ops.transpose(ops.reshape(x, (-1, field.length, count, width)), (0, 2, 1, 3))
    x = ops.reshape(x, (-1, field.length, width))  # each representation a line of its own
    found = [
        layers.Conv1D(filters, size, padding="same", activation="relu", name=f"words_{size}")(x)
        for size in _CONVOLUTIONS
    ]
    # Means, not maxima: how often something is found tells lines that were made from real ones sooner than where.
    x = ops.concatenate([ops.mean(each, axis=1) for each in found], axis=-1)
    x = layers.Dense(filters, activation="leaky_relu", name="hidden")(x)
    # A number that is added to all scores is nothing to relativistic and Wasserstein objectives.
    scores = layers.Dense(1, use_bias=False, dtype="float32", name="scores")(x)
    return keras.Model(rows, ops.reshape(scores, (-1, count)), name="discriminator")


def recurrent_discriminator(field, config):
    """Rows `[B, length, size]` to scores `[B, 1]`: an LSTM and dense layers."""
    rows = keras.Input((field.length, field.size), name="lines")
    x = word_vectors(rows, config.embedding)
    # The kernel of GPUs has no second derivative, which a gradient penalty needs.
    x = layers.LSTM(2 * config.discriminator_units, use_cudnn=False, name="reader")(x)
    x = layers.Dense(config.discriminator_units, activation="leaky_relu", name="hidden")(x)
    scores = layers.Dense(1, use_bias=False, dtype="float32", name="scores")(x)
    return keras.Model(rows, scores, name="discriminator")
