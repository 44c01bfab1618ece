"""Steepness: how far curves climb from point to point, beside real ones."""

import numpy as np

from keras_gan.metrics.subject import Measurement
from keras_gan.registry import Score

SCORE = Score(
    "steepness",
    about="difference of the mean climb of samples and of real curves; lower is better",
    lower_is_better=True,
    decides="steepness",
    needs=("real",),
    of=("curve",),
)


def measure(subject):
    """Yields `steepness` of a `Subject`, with that of the real curves."""
    real = steepness(subject.real["real"])
    protocol = {**subject.protocol, "samples": len(subject.samples)}
    yield Measurement("steepness", abs(steepness(subject.samples) - real), real=real, protocol=protocol)


def steepness(curves):
    """Mean absolute difference of neighbours of curves `[N, points]`, a float of at least 0."""
    return float(np.abs(np.diff(curves, axis=1)).mean())
