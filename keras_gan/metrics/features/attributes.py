"""Attributes: a network trained to read those of avatars, for pictures that are to look like these."""

import functools

import tensorflow as tf

from keras_gan.data import avatars
from keras_gan.data.avatars import traits
from keras_gan.errors import UserError
from keras_gan.metrics.features.network import FeatureNetwork
from keras_gan.networks import attributes
from keras_gan.networks.classifier import unit_range
from keras_gan.networks.weights import hash_of_network
from keras_gan.registry import Extractor

EXTRACTOR = Extractor("attributes", about="trained to read the attributes of avatars, once", of=("image",))


def load(options):
    """The extractor for pictures of the `options.field`; `UserError` for sizes that there are no avatars of."""
    if not can_read(options.field):
        sizes = ", ".join(f"{size}x{size}" for size in avatars.SIZES)
        raise UserError(f"--features attributes looks at colour pictures of {sizes} px.")
    network, facts = reader(options.field.shape[0])
    run = tf.function(lambda images: network(images, training=False)["features"], autograph=False)
    return FeatureNetwork(
        EXTRACTOR.name, hash_of_network(network), "none", lambda images: (run(unit_range(images)), None), facts
    )


def can_read(field):
    """Whether avatars are drawn in the shape of a `Field`."""
    shape = getattr(field, "shape", ())
    return len(shape) == 3 and shape[0] in avatars.SIZES and tuple(shape) == (shape[0], shape[0], 3)


@functools.cache
def reader(size):
    """`(network, facts)` of `networks.attributes` for avatars of a size in pixels."""
    return attributes.load(traits.ATTRIBUTES, lambda split: (avatars.pictures(size, split), traits.columns(split)))


def read(images):
    """What is to be seen in uint8 images `[N, size, size, 3]`, `{attribute: probabilities of its values [N, values]}`.

    The attributes are those of `data.avatars.traits`.
    """
    return attributes.read(reader(images.shape[1])[0], images)
