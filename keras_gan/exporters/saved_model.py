"""SavedModel with named, batch-safe signatures."""

import keras
import tensorflow as tf

from keras_gan.model import to_unit_range
from keras_gan.randomness import portable_labels, portable_latents

_HALF = ("float16", "bfloat16")


def float32_copy(network):
    """The same network with the same weights, every layer computing in float32.

    A network trained under mixed precision would need operations that phones do not have.
    """

    def rebuild(layer):
        config = layer.get_config()
        # A graph may also hold operations of `keras.ops`, most of which have no dtype of their own.
        if isinstance(layer, keras.Layer) or config.get("dtype") in _HALF:
            config["dtype"] = "float32"
        return layer.__class__.from_config(config)

    copy = keras.models.clone_model(network, clone_function=rebuild)
    copy.set_weights(network.get_weights())
    return copy


def latent_dim(network):
    """Length of a generator's latent vectors; labels, if it takes any, are its second input."""
    return network.inputs[0].shape[-1]


def images(network, latents, labels=None):
    """What every signature returns: `{"images": float32 [N, height, width, C] in [0, 1]}`."""
    return {"images": to_unit_range(network(latents if labels is None else [latents, labels], training=False))}


def write(network, directory, num_classes=0):
    """Writes a SavedModel of a generator into `directory`.

    Signatures, of which a generator with `num_classes` has all three, each `labels` in [0, num_classes):
        serving_default(latents float32 [N, latent_dim], and labels int32 [N] if there are classes)
            -> {images float32 [N, H, W, C] in [0, 1]}
        from_seeds(seeds int64 [N]) -> {images}; each row depends on its own seed alone, also its class, which is
            `seed mod num_classes`.
        from_seeds_and_labels(seeds, labels) -> {images}
    """
    length = latent_dim(network)

    def serving_default(latents, labels=None):
        return images(network, latents, labels)

    def from_seeds_and_labels(seeds, labels):
        return images(network, portable_latents(seeds, length), labels)

    def from_seeds(seeds):
        return from_seeds_and_labels(seeds, portable_labels(seeds, num_classes) if num_classes else None)

    latents = tf.TensorSpec([None, length], tf.float32, name="latents")
    seeds = tf.TensorSpec([None], tf.int64, name="seeds")
    labels = [tf.TensorSpec([None], tf.int32, name="labels")] if num_classes else []
    archive = keras.export.ExportArchive()
    archive.track(network)
    # One signature per set of inputs, because none of them can be optional.
    archive.add_endpoint("serving_default", serving_default, input_signature=[latents, *labels])
    archive.add_endpoint("from_seeds", from_seeds, input_signature=[seeds])
    if num_classes:
        archive.add_endpoint("from_seeds_and_labels", from_seeds_and_labels, input_signature=[seeds, *labels])
    archive.write_out(str(directory), verbose=False)
