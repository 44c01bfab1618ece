"""Random convolutions, for smoke tests, and for images far from ImageNet (Naeem et al. 2020, section 4.3)."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan.metrics.features.network import FeatureNetwork
from keras_gan.modalities.image.resizing import resize_smooth, with_channels
from keras_gan.networks.weights import hash_of_network
from keras_gan.registry import Extractor

EXTRACTOR = Extractor("random", about="convolutions with fixed random weights, for any images", of=("image",))

SIZE = 64  # px


def load(_options):
    """The extractor; its weights are the same everywhere and for ever."""
    network = _network()

    @tf.function(autograph=False)
    def run(images):
        return network(resize_smooth(images, SIZE) / 127.5 - 1.0, training=False)

    return FeatureNetwork(
        EXTRACTOR.name,
        hash_of_network(network),
        f"to {SIZE} px, bilinear with antialiasing",
        lambda images: (run(with_channels(images, 3)), None),
    )


def _network():
    network, rng = keras.Sequential([keras.Input((SIZE, SIZE, 3))]), np.random.RandomState(0)
    for width in (32, 64, 128):
        network.add(keras.layers.Conv2D(width, 3, strides=2, padding="same", activation="leaky_relu"))
    network.add(keras.layers.AveragePooling2D(4))
    network.add(keras.layers.Flatten())
    for weight in network.trainable_weights:
        spread = np.sqrt(2.0 / np.prod(weight.shape[:-1])) if len(weight.shape) == 4 else 0.1
        weight.assign(rng.normal(0.0, spread, weight.shape))
    return network
