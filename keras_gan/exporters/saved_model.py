"""SavedModel with named, batch-safe signatures."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan.exporters import deployed, warmup
from keras_gan.randomness import portable_labels, portable_latents
from keras_gan.training.adversarial import to_unit_range

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


def specs(network, num_classes=0, batch=None):
    """What a generator takes: `latents` float32 [batch, latent_dim], and `labels` int32 [batch] if it has classes."""
    latents = tf.TensorSpec([batch, latent_dim(network)], tf.float32, name="latents")
    return [latents, *([tf.TensorSpec([batch], tf.int32, name="labels")] if num_classes else [])]


def images(network, latents, labels=None):
    """What every signature returns: `{"images": float32 [N, height, width, C] in [0, 1]}`."""
    return {"images": to_unit_range(network(latents if labels is None else [latents, labels], training=False))}


def write(network, directory, num_classes=0):
    """Writes a SavedModel of a generator into `directory`, with requests that warm up a server; see `signatures`."""
    network = deployed.deployed(network, odd_kernels=False)
    found = signatures(network, num_classes)
    save(network, directory, found)
    warmup.write(directory, {name: inputs for name, (_, inputs) in found.items()})


def save(network, directory, found):
    """Writes functions that call `network`, `{name: (function, input specs)}`, as a SavedModel with its weights once.

    Keras's own `ExportArchive` writes every weight twice (Keras 3.15). `network` may be a list of several.
    """
    networks = network if isinstance(network, list) else [network]
    module = tf.Module()
    module.weights = [getattr(weight, "value", weight) for each in networks for weight in each.weights]
    functions = {
        name: tf.function(function, input_signature=inputs, autograph=False)
        for name, (function, inputs) in found.items()
    }
    tf.saved_model.save(module, str(directory), signatures=functions)


def signatures(network, num_classes=0):
    """What the SavedModel of a generator can be asked: `{name: (function, input specs)}`.

    One signature per set of inputs, because none of them can be optional. A generator with `num_classes` takes
    `labels` int32 [N] in [0, num_classes), too, except in `from_seeds`; beside seeds, -1 is the seed's own class. Each
    row depends on its own inputs alone; that of any other label is NaN, and black in a PNG file.

        serving_default(latents float32 [N, latent_dim]) -> {images float32 [N, H, W, C] in [0, 1]}
        from_seeds(seeds int64 [N]) -> {images}; the class of a seed is `seed mod num_classes`
        from_seeds_and_labels(seeds, labels) -> {images}; only with classes
        from_seeds_truncated(seeds, truncation float32 [N] that latents are multiplied by) -> {images}
        png(seeds) -> {image_bytes string [N]}, a PNG file each
    """
    length = latent_dim(network)

    def of_latents(latents, labels=None):
        if labels is None:
            return images(network, latents)
        # A label that is none must be seen in its own row, and not fail those of others in the same batch.
        known = (labels >= 0) & (labels < num_classes)
        drawn = images(network, latents, tf.where(known, labels, 0))["images"]
        return {"images": tf.where(known[:, None, None, None], drawn, np.nan)}

    def of_seeds(seeds, labels=None, truncation=None):
        latents = portable_latents(seeds, length)
        if truncation is not None:
            latents = truncation[:, None] * latents
        if num_classes:
            own = portable_labels(seeds, num_classes)
            labels = own if labels is None else tf.where(labels == -1, own, labels)
        return of_latents(latents, labels)

    def truncated(seeds, truncation, labels=None):
        return of_seeds(seeds, labels, truncation)

    def png(seeds, labels=None):
        drawn = of_seeds(seeds, labels)["images"]
        pixels = tf.cast(tf.round(255.0 * tf.where(tf.math.is_nan(drawn), 0.0, drawn)), tf.uint8)
        # A name that ends in _bytes travels as base64 in TensorFlow Serving's JSON.
        return {"image_bytes": tf.map_fn(tf.io.encode_png, pixels, fn_output_signature=tf.string)}

    latents, *labels = specs(network, num_classes)
    seeds = tf.TensorSpec([None], tf.int64, name="seeds")
    truncation = tf.TensorSpec([None], tf.float32, name="truncation")
    found = {
        "serving_default": (of_latents, [latents, *labels]),
        "from_seeds": (lambda seeds: of_seeds(seeds), [seeds]),
        "from_seeds_truncated": (truncated, [seeds, truncation, *labels]),
        "png": (png, [seeds, *labels]),
    }
    if num_classes:
        found["from_seeds_and_labels"] = (lambda seeds, labels: of_seeds(seeds, labels), [seeds, *labels])
    return found
