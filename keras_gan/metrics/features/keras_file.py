"""Any Keras model as an extractor, by its file: for data that you have a network of your own for.

It takes samples at the outer edge, of images float32 in [0, 1], and gives features, or a dict with `features` and
perhaps `logits`. It has no name among the extractors: its file is what `--features` is given.
"""

from pathlib import Path

import keras
import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.metrics.features.network import FeatureNetwork
from keras_gan.modalities.image import Image
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
    try:
        prepare, resize = (options.field or Image(None, None, 3)).for_extractor(network.input_shape)
    except ValueError as error:
        raise UserError(f"{path} {error}.") from None

    def look(values):
        seen = network(prepare(values), training=False)
        features, logits = (seen["features"], seen.get("logits")) if isinstance(seen, dict) else (seen, None)
        return tf.reshape(features, (len(values), -1)), logits

    return FeatureNetwork(path.name, hash_of_file(path), resize, look)
