"""Networks for movement: convolutions along time, conditional on a class and on where to begin."""

import keras
from keras import layers, ops

from keras_gan.layers.minibatch_stddev import MinibatchStddev

COARSEST = 8  # frames that one place of the shortest sequence stands for
SCALES = 3  # times that sequences are halved


def _scaled(x, kernel_size=3, strides=1, width=None, **options):
    initializer = keras.initializers.HeNormal()
    width = width or x.shape[-1]
    return layers.Conv1D(width, kernel_size, strides, "same", kernel_initializer=initializer, **options)(x)


def generator(frames, numbers, num_classes, options):
    """`[latents, labels, start, given]` to sequences `[B, frames, numbers]`, float32.

    Args:
        frames: a multiple of 8.
        numbers: of one frame.
        num_classes: number of classes.
        options: has `latent_dim`, `generator_channels` and `memory`.

    `start`, `[B, 2, numbers]`, is where to go on from, its last frame being the first of the sequence; `given`, `[B]`,
    is 1 where it counts and 0 where a sequence may begin anyhow.
    """
    latents = keras.Input((options.latent_dim,), name="latents")
    labels = keras.Input((), dtype="int32", name="labels")
    start = keras.Input((2, numbers), name="start")
    given = keras.Input((), name="given")
    counts = ops.reshape(given, (-1, 1))
    begin = start[:, 1]
    width = options.generator_channels
    known = layers.Concatenate()([latents, ops.one_hot(labels, num_classes), begin * counts, counts])
    style = layers.LeakyReLU(0.2)(layers.Dense(width, kernel_initializer="he_normal")(known))
    style = layers.LeakyReLU(0.2)(layers.Dense(width, kernel_initializer="he_normal")(style))
    x = layers.Dense(frames // COARSEST * width, kernel_initializer="he_normal")(style)
    x = layers.Reshape((frames // COARSEST, width))(x)
    x = _styled(x, style)
    for _ in range(SCALES):
        x = layers.AveragePooling1D(2, strides=1, padding="same")(layers.UpSampling1D(2)(x))
        for _ in range(2):
            x = _styled(_scaled(x), style)
    made = layers.Conv1D(numbers, 5, padding="same", dtype="float32", name="sequences")(x)
    # What begins elsewhere than it should is brought there, and what follows it less and less.
    fading = ops.convert_to_tensor([max(0.0, 1 - frame / options.memory) ** 2 for frame in range(frames)])
    missed = ops.reshape(counts, (-1, 1, 1)) * (begin[:, None] - made[:, :1])
    return keras.Model(
        [latents, labels, start, given], made + ops.reshape(fading, (1, -1, 1)) * missed, name="generator"
    )


def _styled(x, style):
    """A sequence normalised at each place, and then steered by a style: `[B, T, C]`."""
    x = x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + 1e-6)
    scale = layers.Dense(x.shape[-1], kernel_initializer=keras.initializers.RandomNormal(stddev=0.05))(style)
    shift = layers.Dense(x.shape[-1], kernel_initializer=keras.initializers.RandomNormal(stddev=0.05))(style)
    return layers.LeakyReLU(0.2)(x * (1.0 + scale[:, None]) + shift[:, None])


def beginning_anyhow(core):
    """The generator from `[latents, labels]`, without a place to begin at."""
    latents, labels, *_ = _inputs(core)
    nothing = 0.0 * latents[:, :1]
    start = ops.repeat(ops.repeat(nothing[:, None], 2, axis=1), core.input_shape[2][-1], axis=2)
    made = core([latents, labels, start, nothing[:, 0]])
    return keras.Model([latents, labels], made, name="generator")


def going_on(core):
    """The generator from `[latents, labels, start]`."""
    latents, labels, start = _inputs(core)[:3]
    return keras.Model(
        [latents, labels, start], core([latents, labels, start, 0.0 * latents[:, 0] + 1.0]), name="continuation"
    )


def _inputs(core):
    return [keras.Input(each.shape[1:], dtype=each.dtype, name=each.name) for each in core.inputs]


def discriminator(frames, numbers, num_classes, options):
    """`[sequences, labels]` to scores `[B, 1]`, float32.

    Args:
        frames: a multiple of 8.
        numbers: of one frame.
        num_classes: number of classes.
        options: has `discriminator_channels`.
    """
    sequences = keras.Input((frames, numbers), name="sequences")
    labels = keras.Input((), dtype="int32", name="labels")
    x = sequences
    width = options.discriminator_channels
    x = layers.LeakyReLU(0.2)(_scaled(x, width=width))
    for scale in range(SCALES):
        x = layers.LeakyReLU(0.2)(_scaled(x, 4, 2, width=width * (2 if scale else 1)))
    x = MinibatchStddev(4)(x[:, :, None])[:, :, 0]
    x = layers.LeakyReLU(0.2)(layers.Dense(2 * width, kernel_initializer="he_normal")(layers.Flatten()(x)))
    # Projection (Miyato and Koyama 2018, arXiv 1802.05637): how well it fits its class is added to how real it is.
    of_class = layers.Dense(2 * width, use_bias=False, name="classes")(ops.one_hot(labels, num_classes))
    fits = ops.sum(ops.cast(x, "float32") * ops.cast(of_class, "float32"), axis=-1, keepdims=True)
    scores = layers.Dense(1, dtype="float32", name="scores")(x) + fits / width**0.5
    return keras.Model([sequences, labels], scores, name="discriminator")
