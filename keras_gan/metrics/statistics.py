"""Statistics of features: mean and covariance as they arrive in batches, and samples of equal number."""

from dataclasses import dataclass

import numpy as np

from keras_gan.randomness import random_rows


@dataclass(frozen=True)
class Gaussian:
    """The normal distribution that Fréchet distances compare.

    Attributes:
        mean: float64 `[D]`.
        covariance: float64 `[D, D]`, divided by the number of samples less one.
        count: how many samples it was taken from, 0 if that is not known.
    """

    mean: np.ndarray
    covariance: np.ndarray
    count: int = 0


class Moments:
    """Gathers batches `[N, D]` and gives their `Gaussian`; memory is that of one D x D matrix, whatever N.

    Batches are centred before they are squared and then merged (Chan, Golub and LeVeque 1983, equation 2.1), since
    the textbook difference of large sums loses the digits of features whose mean is far from zero.
    """

    def __init__(self):
        self.count, self._mean, self._scatter = 0, 0.0, 0.0

    def update(self, features):
        """Adds one batch; returns self."""
        features = np.asarray(features, np.float64)
        if not len(features):
            return self
        mean = features.mean(axis=0)
        centred = features - mean
        shift, count = mean - self._mean, self.count + len(features)
        self._scatter = (
            self._scatter + centred.T @ centred + np.outer(shift, shift) * (self.count * len(features) / count)
        )
        self._mean = self._mean + shift * (len(features) / count)
        self.count = count
        return self

    @property
    def gaussian(self):
        """The `Gaussian` of all samples so far, of which there must be two."""
        if self.count < 2:
            raise ValueError(f"a covariance needs at least 2 samples, got {self.count}")
        return Gaussian(self._mean, self._scatter / (self.count - 1), self.count)


def gaussian(features, block=4096):
    """The `Gaussian` of features `[N, D]`, N at least 2; they are converted to float64 block by block."""
    moments = Moments()
    for start in range(0, len(features), block):
        moments.update(features[start : start + block])
    return moments.gaussian


def equal_numbers(a, b, seed=0):
    """As many rows of both `[N, …]` and `[M, …]`, in random order: what scores compare that depend on the number."""
    count = min(len(a), len(b))
    return tuple(rows[random_rows(len(rows), count, seed)] for rows in (a, b))
