"""The convolutional generator and discriminator of DCGAN, sized from the image, in parts that other variants share."""

import math

import keras
from keras import layers, ops

from keras_gan.layers.smooth_transpose import SmoothConv2DTranspose
from keras_gan.networks.conventions import batch_norm, normal


def _widths(image_shape, channels, max_channels):
    """Widths of the strided layers between the image's size and 4x4, from the image's side on."""
    return [min(channels * 2**i, max_channels) for i in range(int(math.log2(image_shape[0])) - 2)]


def generator(image_shape, options, num_classes=0):
    """Latents `[B, latent_dim]` to images `[B, height, width, C]` in [-1, 1], float32.

    Dense to 4x4, then strided transposed convolutions that double the size, each with BatchNorm and ReLU. With
    `num_classes`, inputs are `[latents, labels]`, labels int32 `[B]`: the class's one-hot code is appended to the
    latents.

    Args:
        image_shape: `(height, width, C)`, height a power of two, 16 or more, width a multiple of a quarter of it.
        options: `ModelOptions` and `ConvolutionOptions` in one.
        num_classes: number of classes, 0 for a generator without labels.
    """
    *hidden, first = _widths(image_shape, options.generator_channels, options.max_channels)
    inputs = x = keras.Input((options.latent_dim,), name="latents")
    if num_classes:
        labels = keras.Input((), dtype="int32", name="labels")
        inputs = [x, labels]
        # Much shorter than a latent vector: were it as long, all pictures of a class would be the same for long.
        x = layers.Concatenate()([x, ops.one_hot(labels, num_classes)])
    columns = 4 * image_shape[1] // image_shape[0]
    x = layers.Dense(4 * columns * first, use_bias=False, kernel_initializer=normal())(x)
    x = layers.Reshape((4, columns, first))(x)
    x = layers.ReLU()(batch_norm(options.fused_batch_norm)(x))
    for layers_left, width in zip(range(len(hidden), 0, -1), reversed(hidden), strict=True):
        smooth = layers_left < options.smooth_layers
        x = _doubled(x, width, options.hidden_kernel_size, smooth, use_bias=False)
        x = layers.ReLU()(batch_norm(options.fused_batch_norm)(x))
    # The kernel is a multiple of the stride: every pixel has the same number of taps, which avoids checkerboards
    # (Odena et al. 2016, "Deconvolution and Checkerboard Artifacts").
    x = _doubled(x, image_shape[2], options.kernel_size, smooth=options.smooth_layers > 0)
    # float32 whatever the precision of the layers before: losses and images are not rounded to 8 bits.
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return keras.Model(inputs, images, name="generator")


def _doubled(x, width, kernel_size, smooth, **kwargs):
    if smooth:
        layer = SmoothConv2DTranspose(width, kernel_size - 1, kernel_initializer=normal(), **kwargs)
    else:
        layer = layers.Conv2DTranspose(
            width, kernel_size, strides=2, padding="same", kernel_initializer=normal(), **kwargs
        )
    return layer(x)


def features(images, options, conv=layers.Conv2D, norm=batch_norm, initializer=normal):
    """Images to feature maps `[B, 4, 4, channels]`: the discriminator without its last layer.

    Strided convolutions that halve the size down to 4x4, LeakyReLU 0.2, and a normalisation on all but the first.

    Args:
        images: Keras tensor `[B, size, size, C]`, size a power of two, 16 or more.
        options: `ConvolutionOptions`.
        conv: makes a convolution, with the arguments of `keras.layers.Conv2D`.
        norm: makes a normalisation layer, told whether it is to be fused; or None for none.
        initializer: makes an initializer of the kernels.
    """
    x = images
    for i, width in enumerate(_widths(images.shape[1:], options.discriminator_channels, options.max_channels)):
        normalized = norm is not None and i > 0
        x = conv(
            width,
            options.kernel_size,
            strides=2,
            padding="same",
            use_bias=not normalized,  # the normalisation would take a bias away again
            kernel_initializer=initializer(),
        )(x)
        x = layers.LeakyReLU(0.2)(norm(options.fused_batch_norm)(x) if normalized else x)
    return x


def discriminator(image_shape, options, conv=layers.Conv2D, norm=batch_norm, dense=layers.Dense, initializer=normal):
    """Images `[B, height, width, C]` in [-1, 1] to scores `[B, 1]`, float32 logits; arguments as for `features`."""
    images = keras.Input(image_shape, name="images")
    x = layers.Flatten()(features(images, options, conv, norm, initializer))
    return keras.Model(images, score(x, dense, initializer), name="discriminator")


def score(x, dense=layers.Dense, initializer=normal):
    """Features `[B, n]` to scores `[B, 1]`, float32."""
    return dense(1, kernel_initializer=initializer(), dtype="float32", name="scores")(x)


def label_map(labels, num_classes, image_shape):
    """Labels int32 `[B]` to one learned picture per class, `[B, height, width, 1]`, to go beside the images."""
    height, width, _ = image_shape
    # A product and not an embedding: the gradient of a lookup is sparse, and slower than this is.
    # As bright as the images from the start: what is faint would be overlooked for long.
    x = layers.Dense(height * width, use_bias=False, kernel_initializer=normal(1.0))(ops.one_hot(labels, num_classes))
    return ops.reshape(x, (-1, height, width, 1))
