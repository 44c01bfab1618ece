"""What scores look at images with: networks that turn uint8 images into features, each known by name and weights."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from keras_gan.errors import UserError, why
from keras_gan.metrics import classifier, inception, torch_weights
from keras_gan.networks import squeezenet
from keras_gan.storage import cache, files

NAMES = ("inception", "classifier", "squeezenet", "random")
SQUEEZENET_FILE = "squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5"
BATCH_SIZE = 64
RANDOM_SIZE = 64  # px

Resize = Literal["legacy", "clean"]


@dataclass(frozen=True)
class Sources:
    """Where extractors take what they need from; each reads its own part alone.

    Attributes:
        inception_weights: the `.pth` file of the Inception network; default: the cache, then the internet.
        squeezenet_weights: the `.h5` file of SqueezeNet; default: the cache.
        resize: how Inception's 299 px are reached: `legacy` as TensorFlow 1 did (bilinear, without smoothing, corners
            off by half a pixel), which published FIDs are measured with; `clean` as clean-fid does (Pillow's bicubic
            with antialiasing, arXiv 2104.11222).
        training: function that returns the arguments of `classifier.load`.
    """

    inception_weights: str | None = None
    squeezenet_weights: str | None = None
    resize: Resize = "legacy"
    training: Callable | None = None


@dataclass(frozen=True)
class Seen:
    """What an extractor saw in N images: `features` float32 `[N, D]`, and `logits` `[N, classes]` or None."""

    features: np.ndarray
    logits: np.ndarray | None = None


@dataclass(frozen=True)
class Extractor:
    """A feature extractor.

    Attributes:
        name: what is printed beside every score.
        weights: the first digits of the sha256 of its weights.
        resize: what is done to the size of images, in words.
        facts: what else there is to know, JSON-able.
        is_classifier: whether its logits are of the classes of the data set itself.
    """

    name: str
    weights: str
    resize: str
    look: Callable = field(repr=False)
    facts: dict = field(default_factory=dict)
    is_classifier: bool = False

    def __call__(self, images, progress=None):
        """`Seen` of uint8 images `[N, height, width, 1 or 3]`; they are looked at in batches of 64."""
        starts = range(0, len(images), BATCH_SIZE)
        parts = [self.look(images[i : i + BATCH_SIZE]) for i in (progress(starts) if progress else starts)]
        features = np.concatenate([np.asarray(features, np.float32) for features, _ in parts])
        logits = None if parts[0][1] is None else np.concatenate([np.asarray(logits) for _, logits in parts])
        return Seen(features, logits)

    @property
    def protocol(self):
        """The part of a score's protocol that is the extractor's."""
        return {"features": self.name, "weights": self.weights, "resize": self.resize}


def load(name, sources=None):
    """The extractor of a name in `NAMES`, or that of a Keras model file by path.

    Raises:
        UserError: if its weights are missing, damaged or of something else.
    """
    sources = sources or Sources()
    makers = {"inception": _inception, "classifier": _classifier, "squeezenet": _squeezenet, "random": _random}
    return makers[name](sources) if name in makers else _keras_file(name)


# --- The extractors ---------------------------------------------------------------------------------------------------


def _inception(sources):
    path = Path(sources.inception_weights) if sources.inception_weights else _fetch_inception()
    network = inception.network()
    try:
        inception.load_state(network, torch_weights.read(path))
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{path} does not hold the weights of the FID Inception network: {_said(error)}.") from None
    resize = {"legacy": resize_legacy, "clean": resize_clean}[sources.resize]
    run = tf.function(lambda images: network(images, training=False), autograph=False)

    def look(images):
        seen = run(inception.scale(resize(_as_rgb(images), inception.IMAGE_SIZE)))
        return seen["features"], seen["logits_unbiased"]

    return Extractor(
        "inception",
        _file_hash(path),
        f"to {inception.IMAGE_SIZE} px, {sources.resize}",
        look,
        {"weights_file": str(path)},
    )


def _fetch_inception():
    folder = cache.directory()
    try:
        return Path(
            keras.utils.get_file(
                inception.WEIGHTS_NAME, inception.WEIGHTS_URL, file_hash=inception.WEIGHTS_SHA256, cache_dir=folder
            )
        )
    except Exception as error:  # whatever the network came up with
        raise UserError(
            f"the Inception weights are neither in {folder / 'datasets'} nor to be fetched ({_said(error)}): give "
            f"{inception.WEIGHTS_NAME} with --inception-weights FILE, or choose --features classifier or random."
        ) from None


def _classifier(sources):
    if sources.training is None:
        raise UserError("--features classifier needs labelled reference images: choose random or inception.")
    images, *rest = sources.training()
    network, facts = classifier.load(images, *rest)
    run = tf.function(lambda images: network(images, training=False), autograph=False)
    channels = images.shape[-1]

    def look(images):
        seen = run(classifier.unit_range(_with_channels(images, channels)))
        return seen["features"], seen["logits"]

    return Extractor("classifier", _weights_hash(network), "none", look, facts, is_classifier=True)


def _squeezenet(sources):
    network, weights = squeezenet_network(sources.squeezenet_weights)
    run = tf.function(lambda images: tf.reduce_mean(network(images, training=False)[-1], axis=(1, 2)), autograph=False)

    def look(images):
        return run(squeezenet.scale(enlarged(_as_rgb(images), squeezenet.LEAST_SIZE))), None

    return Extractor("squeezenet", weights, f"to at least {squeezenet.LEAST_SIZE} px", look)


def squeezenet_network(path=None):
    """`(network, first digits of the sha256)` of SqueezeNet, from a file or from the cache folder."""
    path = Path(path or cache.directory() / SQUEEZENET_FILE)
    network = squeezenet.network()
    try:
        squeezenet.load_weights(network, path)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            f"{path} does not hold the weights of SqueezeNet 1.1 ({_said(error)}): give the file {SQUEEZENET_FILE} "
            "with --squeezenet-weights FILE."
        ) from None
    return network, _file_hash(path)


def _random(_sources):
    """Random convolutions, for smoke tests, and for data far from ImageNet (Naeem et al. 2020, section 4.3)."""
    network, rng = keras.Sequential([keras.Input((RANDOM_SIZE, RANDOM_SIZE, 3))]), np.random.RandomState(0)
    for width in (32, 64, 128):
        network.add(keras.layers.Conv2D(width, 3, strides=2, padding="same", activation="leaky_relu"))
    network.add(keras.layers.AveragePooling2D(4))
    network.add(keras.layers.Flatten())
    for weight in network.trainable_weights:
        spread = np.sqrt(2.0 / np.prod(weight.shape[:-1])) if len(weight.shape) == 4 else 0.1
        weight.assign(rng.normal(0.0, spread, weight.shape))

    @tf.function(autograph=False)
    def run(images):
        return network(resize_smooth(images, RANDOM_SIZE) / 127.5 - 1.0, training=False)

    return Extractor(
        "random",
        _weights_hash(network),
        f"to {RANDOM_SIZE} px, bilinear with antialiasing",
        lambda images: (run(_as_rgb(images)), None),
    )


def _keras_file(name):
    """A Keras model from images float32 in [0, 1] to features, or to a dict with `features` and perhaps `logits`."""
    path = Path(name)
    if not path.is_file():
        raise UserError(f"--features {name}: choose from {', '.join(NAMES)}, or give the file of a Keras model.")
    try:
        network = keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # of any library that may read it
        raise UserError(f"{path} cannot be loaded as a Keras model: {_said(error)}.") from None
    size, channels = network.input_shape[1:3], network.input_shape[-1]
    if len(network.input_shape) != 4 or channels not in (1, 3):
        raise UserError(f"{path} must take images [B, height, width, 1 or 3], but takes {network.input_shape}.")
    fixed = None not in size

    def look(images):
        images = _with_channels(images, channels)
        images = (resize_smooth(images, size) if fixed else tf.cast(images, tf.float32)) / 255.0
        seen = network(images, training=False)
        features, logits = (seen["features"], seen.get("logits")) if isinstance(seen, dict) else (seen, None)
        return tf.reshape(features, (len(images), -1)), logits

    resize = f"to {size[1]}x{size[0]} px, bilinear with antialiasing" if fixed else "none"
    return Extractor(path.name, _file_hash(path), resize, look)


# --- Sizes and channels -----------------------------------------------------------------------------------------------


def resize_legacy(images, size):
    """Images to `size` px as TensorFlow 1's `resize_bilinear` did, float32 in [0, 255]: the same kernel, in fact."""
    return tf.raw_ops.ResizeBilinear(images=images, size=(size, size), align_corners=False, half_pixel_centers=False)


def resize_clean(images, size):
    """Images to `size` px as clean-fid does: each channel in float32 by Pillow's antialiased bicubic filter."""

    def resize(channel):
        plane = Image.fromarray(np.asarray(channel, np.float32), mode=None)
        return np.asarray(plane.resize((size, size), Image.Resampling.BICUBIC)).clip(0.0, 255.0)

    return np.stack([np.stack([resize(image[..., c]) for c in range(image.shape[-1])], -1) for image in images])


def resize_smooth(images, size):
    """Images to `size`, an edge or `(height, width)` in px, bilinear with antialiasing; float32 in [0, 255]."""
    size = (size, size) if isinstance(size, int) else size
    return tf.image.resize(tf.cast(images, tf.float32), size, antialias=True)


def enlarged(images, least):
    """Images whose shorter side has at least so many pixels, float32 in [0, 255]; larger ones stay as they are."""
    height, width = images.shape[1:3]
    scale = max(1.0, least / min(height, width))
    return np.asarray(resize_smooth(images, (round(height * scale), round(width * scale))))


def _as_rgb(images):
    return _with_channels(images, 3)


def _with_channels(images, channels):
    """Grey images as RGB or, by Pillow's weights of the colours, RGB images as grey."""
    if images.shape[-1] == channels:
        return images
    if images.shape[-1] == 1:
        return np.repeat(images, 3, axis=-1)
    if images.shape[-1] == 3 and channels == 1:
        return np.rint(images @ np.array([[0.299], [0.587], [0.114]])).astype(np.uint8)
    raise UserError(f"scores look at grey or RGB images, but these have {images.shape[-1]} channels.")


def _weights_hash(network):
    digest = hashlib.sha256()
    for weight in network.get_weights():
        digest.update(np.ascontiguousarray(weight))
    return digest.hexdigest()[:12]


def _file_hash(path):
    return files.sha256(path)[:12]


def _said(error):
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    text = why(error) if isinstance(error, OSError) else str(error)
    return (text.splitlines() or [type(error).__name__])[0].rstrip(".")
