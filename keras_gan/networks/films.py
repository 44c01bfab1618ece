"""Networks for films: content and movement apart, and judges of single frames and of how they follow one another."""

import keras
from keras import layers, ops

from keras_gan.layers import enlarging

SMALLEST = 4  # px of the edge of the smallest map


def _normal():
    return keras.initializers.HeNormal()


def _conv(x, width, kernel_size=3, strides=1):
    return layers.Conv2D(width, kernel_size, strides, "same", kernel_initializer=_normal())(x)


def generator(frames, image_shape, num_classes, options):
    """`[latents, labels, start, given]` to films `[B, frames, height, width, C]` in [-1, 1], float32.

    Latents are one vector of content, and for each frame one of movement, one after the other. Where `given`, `[B]`, is
    1, the content is that of `start`, a picture `[B, height, width, C]`; where it is 0, that of the latents.

    Args:
        frames: how many.
        image_shape: `(size, size, C)`, size a power of two, 16 or more.
        num_classes: number of classes.
        options: has `latent_dim`, `motion_dim`, `codes`, `generator_channels`.
    """
    latents = keras.Input((options.latent_dim + frames * options.motion_dim,), name="latents")
    labels = keras.Input((), dtype="int32", name="labels")
    start = keras.Input(image_shape, name="start")
    given = keras.Input((), name="given")
    classes = ops.one_hot(labels, num_classes)
    counts = ops.reshape(given, (-1, 1))
    content = counts * _content_of(start, options) + (1.0 - counts) * latents[:, : options.latent_dim]
    steps = ops.reshape(latents[:, options.latent_dim :], (-1, frames, options.motion_dim))
    steps = layers.Concatenate()([steps, ops.repeat(classes[:, None], frames, axis=1)])
    # As a chain of cells, since a penalty is taken through it, and cuDNN's kernel has no second derivative.
    moves = layers.GRU(options.codes, return_sequences=True, unroll=True, use_cudnn=False, name="moves")(steps)
    known = layers.Concatenate()([ops.repeat(content[:, None], frames, axis=1), moves])
    made = _frames_of(ops.reshape(known, (-1, known.shape[-1])), image_shape, options)
    return keras.Model([latents, labels, start, given], ops.reshape(made, (-1, frames, *image_shape)), name="generator")


def _content_of(pictures, options):
    """The content of pictures, `[B, latent_dim]`."""
    x, width = pictures, options.generator_channels // 2
    while x.shape[1] > SMALLEST:
        x = layers.LeakyReLU(0.2)(_conv(x, width, 4, 2))
        width = min(2 * width, 2 * options.generator_channels)
    return layers.Dense(options.latent_dim, kernel_initializer=_normal(), name="content")(layers.Flatten()(x))


def _frames_of(codes, image_shape, options):
    """Pictures `[N, height, width, C]` of codes `[N, n]`, each map normalised and then steered by them."""
    width = 4 * options.generator_channels
    x = layers.Dense(SMALLEST * SMALLEST * width, kernel_initializer=_normal())(codes)
    x = layers.Reshape((SMALLEST, SMALLEST, width))(x)
    while x.shape[1] < image_shape[0]:
        width = max(options.generator_channels, width // 2)
        x = _steered(enlarging.Conv2D(width, 3, kernel_initializer=_normal())(x), codes)
    x = layers.Conv2D(image_shape[-1], 3, padding="same", kernel_initializer=_normal())(x)
    return layers.Activation("tanh", dtype="float32", name="images")(x)


def _steered(x, codes):
    x = x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + 1e-6)
    scale, shift = (
        layers.Dense(x.shape[-1], kernel_initializer=keras.initializers.RandomNormal(stddev=0.05))(codes)
        for _ in range(2)
    )
    return layers.LeakyReLU(0.2)(x * (1.0 + scale[:, None, None]) + shift[:, None, None])


def beginning_anyhow(core):
    """The generator from `[latents, labels]`, of the content of latents."""
    latents, labels, start, _ = _inputs(core)
    nothing = 0.0 * latents[:, 0]
    blank = ops.reshape(nothing, (-1, 1, 1, 1)) * ops.ones((1, *start.shape[1:]))
    return keras.Model([latents, labels], core([latents, labels, blank, nothing]), name="generator")


def going_on(core):
    """The generator from `[latents, labels, start]`, of the content of a picture."""
    latents, labels, start, _ = _inputs(core)
    return keras.Model(
        [latents, labels, start], core([latents, labels, start, 0.0 * latents[:, 0] + 1.0]), name="continuation"
    )


def _inputs(core):
    return [keras.Input(each.shape[1:], dtype=each.dtype, name=each.name) for each in core.inputs]


def discriminator(frames, image_shape, num_classes, options):
    """`[films, labels, stills]` to scores `[B, 2]`, of how frames follow one another and of single frames, float32.

    Args:
        frames, image_shape, num_classes: as of `generator`.
        options: has `discriminator_channels`.
    """
    films = keras.Input((frames, *image_shape), name="films")
    labels = keras.Input((), dtype="int32", name="labels")
    stills = keras.Input((2, *image_shape), name="stills")
    pictures = ops.reshape(stills, (-1, *image_shape))
    of_stills = layers.Flatten()(_seen(pictures, options))
    real = layers.Dense(1, dtype="float32", name="still_scores")(of_stills)
    of_frames = ops.mean(ops.reshape(real, (-1, 2)), axis=1, keepdims=True)
    # Each frame, and what changes to the next one: movement is small beside what stays.
    changes = 4.0 * (films[:, 1:] - films[:, :-1])
    both = layers.Concatenate()([films[:, :-1], changes])
    x = _seen(ops.reshape(both, (-1, *image_shape[:2], 2 * image_shape[2])), options)
    width = 4 * options.discriminator_channels
    x = layers.Dense(width, kernel_initializer=_normal())(layers.Flatten()(x))
    x = ops.reshape(layers.LeakyReLU(0.2)(x), (-1, frames - 1, width))
    for strides in (1, 2, 2):
        x = layers.LeakyReLU(0.2)(layers.Conv1D(width, 4, strides, "same", kernel_initializer=_normal())(x))
    x = layers.LeakyReLU(0.2)(layers.Dense(width, kernel_initializer=_normal())(layers.Flatten()(x)))
    # Projection (Miyato and Koyama 2018, arXiv 1802.05637).
    of_class = layers.Dense(width, use_bias=False, name="classes")(ops.one_hot(labels, num_classes))
    fits = ops.sum(ops.cast(x, "float32") * ops.cast(of_class, "float32"), axis=-1, keepdims=True) / width**0.5
    follows = layers.Dense(1, dtype="float32", name="scores")(x) + fits
    scores = layers.Concatenate(dtype="float32")([follows, of_frames])
    return keras.Model([films, labels, stills], scores, name="discriminator")


def _seen(pictures, options):
    """Maps `[N, 4, 4, n]` of pictures."""
    x, width = pictures, options.discriminator_channels
    while x.shape[1] > SMALLEST:
        x = layers.LeakyReLU(0.2)(_conv(x, width, 4, 2))
        width = min(2 * width, 8 * options.discriminator_channels)
    return x
