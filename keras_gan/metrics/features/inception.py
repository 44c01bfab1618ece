"""Inception: the network that FID is defined by, TensorFlow's InceptionV3 of 2015-12-05."""

from pathlib import Path

import keras
import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.metrics.features.network import FeatureNetwork
from keras_gan.modalities.image.resizing import resize_clean, resize_legacy, with_channels
from keras_gan.networks import inception, torch_weights
from keras_gan.networks.weights import hash_of_file, reason
from keras_gan.registry import Extractor
from keras_gan.storage import cache, fetching

EXTRACTOR = Extractor("inception", about="for figures to compare with published ones", of=("image",))

# As TensorFlow 1 did (bilinear, without smoothing, corners off by half a pixel), which published FIDs are measured
# with, or as clean-fid does (Pillow's bicubic with antialiasing, arXiv 2104.11222).
RESIZES = {"legacy": resize_legacy, "clean": resize_clean}


def load(options):
    """The extractor with the weights of `options.inception_weights`, from the cache or from the internet.

    Raises:
        UserError: if they cannot be had, or are of something else.
    """
    path = Path(options.inception_weights) if options.inception_weights else _fetch()
    network = inception.network()
    try:
        inception.load_state(network, torch_weights.read(path))
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{path} does not hold the weights of the FID Inception network: {reason(error)}.") from None
    resize = RESIZES[options.resize]
    run = tf.function(lambda images: network(images, training=False), autograph=False)

    def look(images):
        seen = run(inception.scale(resize(with_channels(images, 3), inception.IMAGE_SIZE)))
        return seen["features"], seen["logits_unbiased"]

    how = f"to {inception.IMAGE_SIZE} px, {options.resize}"
    return FeatureNetwork(EXTRACTOR.name, hash_of_file(path), how, look, {"weights_file": str(path)})


def _fetch():
    """The file of the weights in the cache, where it is fetched to if it is missing."""
    folder = cache.directory()
    try:
        with fetching.impatient():
            return Path(
                keras.utils.get_file(
                    inception.WEIGHTS_NAME, inception.WEIGHTS_URL, file_hash=inception.WEIGHTS_SHA256, cache_dir=folder
                )
            )
    except Exception as error:  # whatever the network came up with
        raise UserError(
            f"the Inception weights are neither in {folder / 'datasets'} nor to be fetched ({reason(error)}): give "
            f"{inception.WEIGHTS_NAME} with --inception-weights FILE, or choose --features classifier or random."
        ) from None
