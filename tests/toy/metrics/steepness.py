"""Steepness: how far curves climb from point to point, beside real ones."""

import numpy as np

from keras_gan.registry import Score

SCORE = Score(
    "steepness",
    about="difference of the mean climb of samples and of real curves; lower is better",
    lower_is_better=True,
    decides="steepness",
    of=("curve",),
)


def steepness(curves):
    """Mean absolute difference of neighbours of curves `[N, points]`, a float of at least 0."""
    return float(np.abs(np.diff(curves, axis=1)).mean())
