"""SqueezeNet 1.1, trained on ImageNet: a light stand-in for Inception."""

from pathlib import Path

import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.metrics.features import FeatureNetwork
from keras_gan.metrics.features.resizing import enlarged, with_channels
from keras_gan.metrics.features.weights import hash_of_file, reason
from keras_gan.networks import squeezenet
from keras_gan.registry import Extractor
from keras_gan.storage import cache

EXTRACTOR = Extractor("squeezenet", about="a light stand-in for inception", of=("image",))

FILE = "squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5"


def load(options):
    """The extractor with the weights of `options.squeezenet_weights`, or from the cache; `UserError` if none are."""
    network, weights = load_network(options.squeezenet_weights)
    run = tf.function(lambda images: tf.reduce_mean(network(images, training=False)[-1], axis=(1, 2)), autograph=False)

    def look(images):
        return run(squeezenet.scale(enlarged(with_channels(images, 3), squeezenet.LEAST_SIZE))), None

    return FeatureNetwork(EXTRACTOR.name, weights, f"to at least {squeezenet.LEAST_SIZE} px", look)


def load_network(path=None):
    """`(network, first digits of the sha256)` of SqueezeNet, from a file or from the cache folder.

    Raises:
        UserError: if its weights are missing or are of something else.
    """
    path = Path(path or cache.directory() / FILE)
    network = squeezenet.network()
    try:
        squeezenet.load_weights(network, path)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            f"{path} does not hold the weights of SqueezeNet 1.1 ({reason(error)}): give the file {FILE} with "
            "--squeezenet-weights FILE."
        ) from None
    return network, hash_of_file(path)
