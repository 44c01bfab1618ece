"""SavedModel with named, batch-safe signatures."""

import keras
import tensorflow as tf

from keras_gan.model import to_unit_range
from keras_gan.randomness import portable_latents


def float32_copy(network):
    """The same network with the same weights, every layer computing in float32.

    A network trained under mixed precision would need operations that phones do not have.
    """

    def rebuild(layer):
        return layer.__class__.from_config({**layer.get_config(), "dtype": "float32"})

    copy = keras.models.clone_model(network, clone_function=rebuild)
    copy.set_weights(network.get_weights())
    return copy


def write(network, directory):
    """Writes a SavedModel of a generator into `directory`.

    Signatures:
        serving_default(latents float32 [N, latent_dim]) -> {images float32 [N, H, W, C] in [0, 1]}
        from_seeds(seeds int64 [N]) -> {images}; each row depends on its own seed alone.
    """
    latent_dim = network.input_shape[-1]

    def serving_default(latents):
        return {"images": to_unit_range(network(latents, training=False))}

    def from_seeds(seeds):
        return serving_default(portable_latents(seeds, latent_dim))

    archive = keras.export.ExportArchive()
    archive.track(network)
    latents = tf.TensorSpec([None, latent_dim], tf.float32, name="latents")
    archive.add_endpoint("serving_default", serving_default, input_signature=[latents])
    archive.add_endpoint("from_seeds", from_seeds, input_signature=[tf.TensorSpec([None], tf.int64, name="seeds")])
    archive.write_out(str(directory), verbose=False)
