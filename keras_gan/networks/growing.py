"""Networks that grow: a generator and a discriminator of which every size is a block, and its way to or from images.

Whole networks give and take images of the full size, whatever their level (see `layers.growth`): smaller ones are
enlarged by nearest neighbours, larger ones shrunk by means over 2x2. `generated` and `scored` compute no more than a
level needs.
"""

import math

import keras
from keras import layers, ops

from keras_gan.layers.blur import repeated
from keras_gan.layers.bounded import FUNCTIONS
from keras_gan.layers.equalized import EqualizedConv2D, EqualizedDense
from keras_gan.layers.growth import Growth, faded, share_of
from keras_gan.layers.minibatch_stddev import MinibatchStddev

RELU_GAIN = math.sqrt(2.0)  # before a LeakyReLU, which halves the power


def sizes_of(first, last):
    """The edges of images from the first to the last, each twice the one before."""
    return [2**power for power in range(first.bit_length() - 1, last.bit_length())]


def widths(sizes, config):
    """`{edge: channels}` of maps of these sizes."""
    return {size: max(1, min(config.channel_base // size, config.max_channels)) for size in sizes}


def unit_length(x):
    """Vectors `[…, n]` divided by the root of their mean square: pixel norm."""
    return x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + 1e-8)


def shrunk(images):
    """Images of half the size: means over 2x2."""
    return ops.average_pool(images, 2, strides=2)


# --- The generator ----------------------------------------------------------------------------------------------------


def generator(inputs, first, blocks, channels, steered=False, output="linear", name="generator"):
    """The whole network of blocks, each a Keras model called `block_SIZE`.

    Args:
        inputs: what it is given, a Keras tensor.
        first: function of it that gives what the first block takes.
        blocks: `{size: block}` from the smallest on; each takes what the one before gives.
        channels: of images.
        steered: whether each block is given `inputs`, too.
        output: what images are of the sum, a name in `layers.bounded.FUNCTIONS`.
    """
    growth = Growth(len(blocks) - 1.0, name="growth")(inputs)
    x, images = first(inputs), None
    for number, (size, block) in enumerate(blocks.items()):
        x = block([x, inputs] if steered else x)
        own = EqualizedConv2D(channels, 1, dtype="float32", name=f"image_{size}")(x)
        part = own * share_of(growth, number)
        images = part if images is None else repeated(images) + part
    return keras.Model(inputs, layers.Activation(FUNCTIONS[output], dtype="float32", name="images")(images), name=name)


def generated(network, x, size, share=None, steering=None, **options):
    """Images `[B, size, size, C]` that the blocks up to a size make, float32.

    Args:
        network: of `generator`.
        x: what its first block takes.
        share: of that size in the images, the rest being of the size before, enlarged; default: all.
        steering: what each block is given besides, if it is steered.
        **options: of the blocks, such as `training`.
    """
    sizes = sizes_in(network)
    for each in sizes[: sizes.index(size) + 1]:
        given = x if steering is None else [x, steering]
        before, x = x, network.get_layer(f"block_{each}")(given, **options)
    images = network.get_layer(f"image_{size}")(x)
    if share is not None:
        images = faded(repeated(network.get_layer(f"image_{size // 2}")(before)), images, share)
    return network.get_layer("images")(images)


# --- The discriminator ------------------------------------------------------------------------------------------------


def scores(given, features, num_classes=0):
    """What a discriminator is given and gives: scores `[B, 1]` of features `[B, n]`, and of classes, if there are some.

    Projection (Miyato and Koyama 2018, arXiv 1802.05637) on a vector for each class, as in StyleGAN2-ADA.
    """
    if not num_classes:
        return given, EqualizedDense(1, dtype="float32", name="scores")(features)
    length, labels = features.shape[1], keras.Input((), dtype="int32", name="labels")
    features = EqualizedDense(length, dtype="float32")(features)
    wanted = unit_length(EqualizedDense(length, dtype="float32")(ops.one_hot(labels, num_classes)))
    return [given, labels], ops.sum(features * wanted, axis=-1, keepdims=True) / math.sqrt(length)


def discriminator(image_shape, first, config, num_classes=0):
    """Images, and perhaps labels, to scores `[B, 1]`, float32.

    Args:
        image_shape: `(size, size, C)`.
        first: the smallest size.
        config: with `channel_base`, `max_channels` and `minibatch_group`.
        num_classes: 0 without labels.
    """
    sizes, channels = sizes_of(first, image_shape[0]), widths(sizes_of(4, image_shape[0]), config)
    images = keras.Input(image_shape, name="images")
    growth = Growth(len(sizes) - 1.0, name="growth")(images)
    x, seen = None, images
    for number, size in reversed(list(enumerate(sizes))):
        own = layers.LeakyReLU(0.2)(EqualizedConv2D(channels[size], 1, gain=RELU_GAIN, name=f"from_image_{size}")(seen))
        # What comes from larger sizes counts as far as the network has grown beyond this one.
        x = own if x is None else faded(own, x, ops.clip(growth - number, 0.0, 1.0))
        if size == first:
            break
        x, seen = _halving(size, channels)(x), shrunk(seen)
    head = _head(first, channels, config, num_classes)
    if not num_classes:
        return keras.Model(images, head(x), name="discriminator")
    labels = keras.Input((), dtype="int32", name="labels")
    return keras.Model([images, labels], head([x, labels]), name="discriminator")


def scored(network, images, size, share=None, labels=None, **options):
    """Scores of images `[B, size, size, C]` by the blocks from a size on; arguments as of `generated`."""

    def seen(size, images):
        return ops.leaky_relu(network.get_layer(f"from_image_{size}")(images), 0.2)

    x, sizes = seen(size, images), sizes_in(network)
    for each in reversed(sizes[1 : sizes.index(size) + 1]):
        x = network.get_layer(f"block_{each}")(x, **options)
        if share is not None and each == size:
            x = faded(seen(size // 2, shrunk(images)), x, share)
    return network.get_layer("head")(x if labels is None else [x, labels], **options)


def _halving(size, channels):
    maps = x = keras.Input((size, size, channels[size]))
    for width in (channels[size], channels[size // 2]):
        x = layers.LeakyReLU(0.2)(EqualizedConv2D(width, 3, gain=RELU_GAIN)(x))
    return keras.Model(maps, layers.AveragePooling2D(2)(x), name=f"block_{size}")


def _head(first, channels, config, num_classes):
    maps = x = keras.Input((first, first, channels[first]))
    for size in sorted((size for size in channels if 4 < size <= first), reverse=True):
        x = _halving(size, channels)(x)
    x = MinibatchStddev(config.minibatch_group)(x)
    x = layers.LeakyReLU(0.2)(EqualizedConv2D(channels[4], 3, gain=RELU_GAIN)(x))
    x = layers.LeakyReLU(0.2)(EqualizedDense(channels[4], gain=RELU_GAIN)(layers.Flatten()(x)))
    inputs, given = scores(maps, x, num_classes)
    return keras.Model(inputs, given, name="head")


def sizes_in(network):
    """The edges of the images that such a network knows, from the smallest on."""
    prefix = "image_"
    return sorted(int(layer.name.rpartition(prefix)[2]) for layer in network.layers if prefix in layer.name)
