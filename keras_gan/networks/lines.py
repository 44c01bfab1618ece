"""Networks for lines of text: the generator, and discriminators of rows that are one-hot or soft."""

import keras
from keras import layers, ops

from keras_gan.layers.line_noise import KEY
from keras_gan.layers.line_writer import LineWriter

WRITER = "writer"  # the name of the layer in a generator
_CONVOLUTIONS = (2, 3, 4, 5)  # words that one looks at


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


def convolutional_discriminator(field, config):
    """Rows `[B, length, size]` to scores `[B, representations]`.

    As RelGAN's (Nie et al. 2019, ICLR): words are embedded several times, each time in few numbers; each of these
    representations is looked at by the same convolutions, and has a score of its own.
    """
    rows = keras.Input((field.length, field.size), name="lines")
    count, width, filters = config.representations, config.representation_width, config.discriminator_units
    x = layers.Dense(count * width, use_bias=False, name="embedding")(rows)
    x = layers.Reshape((field.length, count, width))(x)
    found = [
        ops.max(layers.Conv2D(filters, (size, 1), activation="relu", name=f"words_{size}")(x), axis=1)
        for size in _CONVOLUTIONS
        if size <= field.length
    ]
    x = layers.Concatenate()(found) if len(found) > 1 else found[0]  # [B, count, convolutions * filters]
    x = layers.Dense(filters, activation="leaky_relu", name="hidden")(x)
    # A number that is added to all scores is nothing to relativistic and Wasserstein objectives.
    scores = layers.Dense(1, use_bias=False, dtype="float32", name="scores")(x)
    return keras.Model(rows, ops.squeeze(scores, axis=-1), name="discriminator")


def recurrent_discriminator(field, config):
    """Rows `[B, length, size]` to scores `[B, 1]`: an LSTM and dense layers."""
    rows = keras.Input((field.length, field.size), name="lines")
    x = layers.Dense(config.embedding, use_bias=False, name="embedding")(rows)
    # The kernel of GPUs has no second derivative, which a gradient penalty needs.
    x = layers.LSTM(2 * config.discriminator_units, use_cudnn=False, name="reader")(x)
    x = layers.Dense(config.discriminator_units, activation="leaky_relu", name="hidden")(x)
    scores = layers.Dense(1, use_bias=False, dtype="float32", name="scores")(x)
    return keras.Model(rows, scores, name="discriminator")
