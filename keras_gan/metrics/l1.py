"""L1: how far outputs are from their targets, pixel by pixel."""

import numpy as np

from keras_gan.metrics.fidelity import PEAK, each_pair, of_targets
from keras_gan.registry import Score

SCORE = Score(
    "l1",
    about="mean absolute difference of outputs from their targets; lower is better",
    lower_is_better=True,
    needs=("targets",),
    of=("image",),
    usual=("targets",),
)


def measure(subject):
    """Yields `l1` of a `Subject`, with the standard deviation over samples."""
    yield of_targets(subject, "l1", l1, data_range=1.0)


def l1(a, b):
    """Mean absolute difference of each pair of images, in units of the range [0, 1].

    Args:
        a, b: `[N, height, width, channels]` in [0, 255], uint8 or float.

    Returns:
        float64 `[N]` in [0, 1], 0 for equal images.
    """
    return each_pair(lambda x, y: np.abs(x - y).mean(), a, b) / PEAK
