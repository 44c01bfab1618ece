"""The convolutional generator and discriminator of DCGAN, sized from the image."""

import math

import keras
from keras import layers


def _initializer():
    # Every weight starts from a zero-centred normal with standard deviation 0.02 (Radford et al. 2016, section 4).
    return keras.initializers.RandomNormal(stddev=0.02)


def _batch_norm():
    # Synchronized: two replicas with half a batch each take the statistics of the whole batch.
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, synchronized=True)


def _doublings(image_shape):
    """How many times 4x4 features double until they have the image's size."""
    return int(math.log2(image_shape[0])) - 2


def generator(image_shape, latent_dim, channels, max_channels, kernel_size, image_kernel_size):
    """Latents `[B, latent_dim]` to images `[B, height, width, C]` in [-1, 1], float32.

    Dense to 4x4, then strided transposed convolutions that double the size, each with BatchNorm and ReLU.

    Args:
        image_shape: `(size, size, C)`, size a power of two, 16 or more.
        latent_dim: length of a latent vector.
        channels: width of the last hidden layer; each earlier one has twice as many, up to `max_channels`.
        max_channels: the widest layer.
        kernel_size: edge of the hidden transposed convolutions' kernels, in pixels.
        image_kernel_size: edge of the last one's kernels. A multiple of the stride 2 gives every pixel the same number
            of taps, which avoids checkerboards (Odena et al. 2016, "Deconvolution and Checkerboard Artifacts").
    """
    doublings = _doublings(image_shape)
    widths = [min(channels * 2**i, max_channels) for i in reversed(range(doublings))]
    x = inputs = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(4 * 4 * widths[0], use_bias=False, kernel_initializer=_initializer())(x)
    x = layers.Reshape((4, 4, widths[0]))(x)
    x = layers.ReLU()(_batch_norm()(x))
    for width in widths[1:]:
        x = layers.Conv2DTranspose(
            width, kernel_size, strides=2, padding="same", use_bias=False, kernel_initializer=_initializer()
        )(x)
        x = layers.ReLU()(_batch_norm()(x))
    x = layers.Conv2DTranspose(
        image_shape[2], image_kernel_size, strides=2, padding="same", kernel_initializer=_initializer()
    )(x)
    # float32 whatever the precision of the layers before: losses and images are not rounded to 8 bits.
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(inputs, images, name="generator")


def discriminator(image_shape, channels, max_channels, kernel_size):
    """Images `[B, height, width, C]` in [-1, 1] to scores `[B, 1]`, float32 logits.

    Strided convolutions that halve the size down to 4x4, LeakyReLU 0.2, BatchNorm on all but the first.

    Args:
        image_shape: `(size, size, C)`, size a power of two, 16 or more.
        channels: width of the first layer; each later one has twice as many, up to `max_channels`.
        max_channels: the widest layer.
        kernel_size: edge of the convolutions' kernels, in pixels.
    """
    widths = [min(channels * 2**i, max_channels) for i in range(_doublings(image_shape))]
    x = inputs = keras.Input(image_shape, name="images")
    for i, width in enumerate(widths):
        x = layers.Conv2D(
            width, kernel_size, strides=2, padding="same", use_bias=i == 0, kernel_initializer=_initializer()
        )(x)
        if i > 0:
            x = _batch_norm()(x)
        x = layers.LeakyReLU(0.2)(x)
    scores = layers.Dense(1, kernel_initializer=_initializer(), dtype="float32", name="scores")(layers.Flatten()(x))
    return keras.Model(inputs, scores, name="discriminator")
