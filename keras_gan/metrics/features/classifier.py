"""The classifier: a small network trained on the data's own classes, for data far from ImageNet."""

import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.metrics.features.network import FeatureNetwork
from keras_gan.modalities.image.resizing import with_channels
from keras_gan.networks import classifier
from keras_gan.networks.weights import hash_of_network
from keras_gan.registry import Extractor

EXTRACTOR = Extractor(
    "classifier", about="trained on the reference's own classes, once", of=("image",), for_classes=True
)


def load(options):
    """The extractor trained on `options.training`, or from the cache; `UserError` if there is nothing to train on."""
    if options.training is None:
        raise UserError("--features classifier needs labelled reference images: choose random or inception.")
    images, labels, test, *steps = options.training()
    network, facts = classifier.load(images, labels, test, *steps)
    run = tf.function(lambda images: network(images, training=False), autograph=False)
    channels = images.shape[-1]

    def look(images):
        seen = run(classifier.unit_range(with_channels(images, channels)))
        return seen["features"], seen["logits"]

    return FeatureNetwork(EXTRACTOR.name, hash_of_network(network), "none", look, facts, is_classifier=True)
