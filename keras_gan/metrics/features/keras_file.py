"""Any Keras model as an extractor, by its file: for data that you have a network of your own for.

It takes samples at the outer edge, of images float32 in [0, 1], and gives features, or a dict with `features` and
perhaps `logits`. It has no name among the extractors: its file is what `--features` is given.
"""

from pathlib import Path

import keras
import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.metrics.features.network import FeatureNetwork
from keras_gan.modalities.image.resizing import resize_smooth, with_channels
from keras_gan.networks.weights import hash_of_file, reason


def load(path, options):
    """The `FeatureNetwork` of the Keras model in a file, for values of `options.field`.

    Raises:
        UserError: if there is none that can be loaded, or it does not take such values.
    """
    path = Path(path)
    try:
        network = keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # of any library that may read it
        raise UserError(f"{path} cannot be loaded as a Keras model: {reason(error)}.") from None
    of_images = options.field is None or options.field.kind == "image"
    prepare, resize = _of_images(path, network) if of_images else (options.field.to_edge, "none")

    def look(values):
        seen = network(prepare(values), training=False)
        features, logits = (seen["features"], seen.get("logits")) if isinstance(seen, dict) else (seen, None)
        return tf.reshape(features, (len(values), -1)), logits

    return FeatureNetwork(path.name, hash_of_file(path), resize, look)


def _of_images(path, network):
    """`(function from uint8 images to what the network takes, what it does to their size, in words)`."""
    size, channels = network.input_shape[1:3], network.input_shape[-1]
    if len(network.input_shape) != 4 or channels not in (1, 3):
        raise UserError(f"{path} must take images [B, height, width, 1 or 3], but takes {network.input_shape}.")
    fixed = None not in size

    def prepare(images):
        images = with_channels(images, channels)
        return (resize_smooth(images, size) if fixed else tf.cast(images, tf.float32)) / 255.0

    return prepare, f"to {size[1]}x{size[0]} px, bilinear with antialiasing" if fixed else "none"
