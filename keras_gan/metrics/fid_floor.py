"""The floor of FID: the distance of real examples to others of them, below which nothing is to be had."""

import numpy as np

from keras_gan.metrics.fid import fid
from keras_gan.randomness import random_rows
from keras_gan.registry import Score

SCORE = Score(
    "fid-floor",
    about="FID of one half of the real examples to the other; what a FID of as few can be at best",
    needs=("features",),
    least=2,
)


def measure(subject):
    """Yields `fid_floor` of a `Subject`."""
    real = subject.real_features(SCORE.name)
    one, other = np.array_split(real[random_rows(len(real), len(real))], 2)
    yield subject.by_features("fid_floor", fid(one, other), halves=[len(one), len(other)])
