"""LPIPS as a function of images: SqueezeNet's activations, and the published weights of its channels."""

import hashlib
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.metrics.lpips import lpips
from keras_gan.modalities.image.resizing import enlarged
from keras_gan.networks import squeezenet
from keras_gan.storage import cache

LPIPS_FILE = "lpips_lin_squeeze.npz"
BATCH_SIZE = 64


@dataclass(frozen=True)
class Perceptual:
    """A perceptual distance between images; `protocol` says which."""

    network: object
    weights: list
    protocol: dict

    @property
    def name(self):
        """What it sees with."""
        return self.protocol["distance"].removeprefix("lpips-")

    def __call__(self, a, b):
        """Distances float64 `[N]` of pairs of images `[N, height, width, 1 or 3]` in [0, 255], uint8 or float."""
        parts = [
            lpips(self._see(a[i : i + BATCH_SIZE]), self._see(b[i : i + BATCH_SIZE]), self.weights)
            for i in range(0, len(a), BATCH_SIZE)
        ]
        return np.concatenate(parts)

    def seen(self, images):
        """What it compares of images, a tensor `[N, height, width, 1 or 3]` in [0, 255]; can be differentiated.

        Returns:
            A list of tensors `[N, h, w, C]`, for `between`.
        """
        images = tf.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images
        least = squeezenet.LEAST_SIZE
        if min(images.shape[1:3]) < least:
            images = tf.image.resize(images, [max(least, size) for size in images.shape[1:3]])
        taps = self.network(squeezenet.centred(images), training=False)
        lengths = (tf.sqrt(tf.reduce_sum(tap**2, axis=-1, keepdims=True) + 1e-20) + 1e-10 for tap in taps)
        return [tap / length for tap, length in zip(taps, lengths, strict=True)]

    def between(self, seen, others):
        """Distances, a tensor `[N]`, of what `seen` returned of two sets of images."""
        parts = [
            tf.reduce_mean(tf.linalg.matvec((a - b) ** 2, tf.constant(weights, tf.float32)), axis=(1, 2))
            for a, b, weights in zip(seen, others, self.weights, strict=True)
        ]
        return tf.add_n(parts)

    def _see(self, images):
        images = np.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images
        images = enlarged(images, squeezenet.LEAST_SIZE)
        return [np.asarray(tap) for tap in self.network(squeezenet.scale(images), training=False)]


def load(squeezenet_weights=None, lpips_weights=None):
    """The distance, from files or from the cache folder.

    It is LPIPS in all but the network's weights: those of LPIPS are torchvision's SqueezeNet, these are the original
    ones, so that values come near to published ones and do not equal them.

    Raises:
        UserError: if a file is missing or something else.
    """
    network, identity = squeezenet.load(squeezenet_weights)
    path = lpips_weights or cache.directory() / LPIPS_FILE
    try:
        with np.load(path, allow_pickle=False) as file:
            weights = [file[f"lin{layer}.model.1.weight"].ravel() for layer in range(len(network.outputs))]
        if any(len(w) != tap.shape[-1] for w, tap in zip(weights, network.outputs, strict=True)):
            raise ValueError("other shapes")
    except (OSError, ValueError, KeyError):
        raise UserError(
            f"{path} does not hold the weights of LPIPS for SqueezeNet: give {LPIPS_FILE} with --lpips-weights FILE."
        ) from None
    digest = hashlib.sha256(b"".join(w.tobytes() for w in weights)).hexdigest()[:12]
    return Perceptual(network, weights, {"distance": "lpips-squeezenet", "distance_weights": f"{identity}-{digest}"})
