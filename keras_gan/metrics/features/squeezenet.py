"""SqueezeNet 1.1, trained on ImageNet: a light stand-in for Inception."""

import tensorflow as tf

from keras_gan.metrics.features.network import FeatureNetwork
from keras_gan.modalities.image.resizing import enlarged, with_channels
from keras_gan.networks import squeezenet
from keras_gan.registry import Extractor

EXTRACTOR = Extractor("squeezenet", about="a light stand-in for inception", of=("image",))


def load(options):
    """The extractor with the weights of `options.squeezenet_weights`, or from the cache; `UserError` if none are."""
    network, weights = squeezenet.load(options.squeezenet_weights)
    run = tf.function(lambda images: tf.reduce_mean(network(images, training=False)[-1], axis=(1, 2)), autograph=False)

    def look(images):
        return run(squeezenet.scale(enlarged(with_channels(images, 3), squeezenet.LEAST_SIZE))), None

    return FeatureNetwork(EXTRACTOR.name, weights, f"to at least {squeezenet.LEAST_SIZE} px", look)
