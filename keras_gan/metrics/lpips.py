"""Perceptual distance between images, from what a classification network sees in them."""

import numpy as np

from keras_gan.metrics.pairs import of_pairs
from keras_gan.registry import Score

SCORE = Score(
    "lpips",
    about="perceptual distance of pairs of samples; near that of real pairs is better, below it is collapse",
    needs=("perceptual",),
    of=("image",),
    least=2,
)


def measure(subject):
    """Yields `lpips` of pairs of samples of a `Subject`, with the standard deviation over pairs."""
    distance = subject.perceptual()
    yield of_pairs(subject, f"lpips[{distance.name}]", distance, **distance.protocol)


def lpips(activations_a, activations_b, weights):
    """Learned perceptual distance (Zhang et al. 2018, arXiv 1801.03924, equation 1), of each pair of images.

    At every place of every layer the two activations are scaled to length 1; the squared differences are weighted by
    channel, summed over channels and layers, and averaged over places.

    Args:
        activations_a, activations_b: per layer, `[N, h, w, C]`.
        weights: per layer, `[C]`, at least 0.

    Returns:
        float64 `[N]`, 0 for equal images.
    """
    return sum(
        ((_unit(a) - _unit(b)) ** 2 @ np.asarray(w, np.float64)).mean(axis=(1, 2))
        for a, b, w in zip(activations_a, activations_b, weights, strict=True)
    )


def _unit(activations, epsilon=1e-10):
    activations = np.asarray(activations, np.float64)
    return activations / (np.sqrt((activations**2).sum(axis=-1, keepdims=True)) + epsilon)
