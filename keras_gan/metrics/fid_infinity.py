"""Fréchet distance extrapolated to infinitely many samples."""

from dataclasses import dataclass

import numpy as np

from keras_gan.metrics.fid import fid
from keras_gan.metrics.statistics import Gaussian, gaussian
from keras_gan.randomness import seeded
from keras_gan.registry import Score

SCORE = Score(
    "fid-infinity",
    about="FID extrapolated to infinitely many samples (Chong and Forsyth 2020); lower is better",
    lower_is_better=True,
    decides="fid_infinity",
    needs=("features",),
    least=20,
)

# Of equal normal distributions in 64 dimensions the limit is off by half of their FID at 4 samples for each of them, by
# a tenth at 16.
PER_DIMENSION = 20


def measure(subject):
    """Yields `fid_infinity` of a `Subject`."""
    limit = fid_infinity(subject.reference.gaussian, subject.extracted.features, seed=subject.seed)
    yield subject.by_features("fid_infinity", limit.value, sizes=[limit.sizes[0], limit.sizes[-1]])


def warnings(subject):
    """Yields what is to be known of an extrapolation from so few samples, if they are few."""
    count, dimensions = subject.extracted.features.shape
    if count < PER_DIMENSION * dimensions:
        yield (
            f"FID-infinity of {count:,} samples in {dimensions:,} dimensions can be far off, also below 0: it needs "
            f"{PER_DIMENSION * dimensions:,}, so that its smallest subset has twice as many samples as dimensions."
        )


@dataclass(frozen=True)
class _Extrapolation:
    """A FID for infinitely many samples: `value`, and `sizes` and `distances`, the points of the line behind it."""

    value: float
    sizes: tuple[int, ...]
    distances: tuple[float, ...]


def fid_infinity(real, fake, least=None, points=15, seed=0):
    """FID for infinitely many generated samples, by a line through FID over 1 / N at N = 0 (arXiv 1911.07023).

    The bias of FID is of the order 1 / N with a factor that differs between generators (Chong and Forsyth 2020,
    section 3.1), so that even equal N do not make two of them comparable; the limit does.

    Args:
        real: features `[N, D]` or a `Gaussian`.
        fake: features `[M, D]`.
        least: number of samples of the smallest subset; default: a tenth of M, at least 2.
        points: number of subsets, of equally spaced sizes up to M, each drawn anew without replacement.
        seed: decides the subsets.

    Returns:
        `_Extrapolation`; its value can be slightly below 0.
    """
    real = real if isinstance(real, Gaussian) else gaussian(real)
    rng = seeded(seed)
    sizes = np.linspace(least or max(2, len(fake) // 10), len(fake), points).astype(int)
    distances = [fid(real, gaussian(fake[np.sort(rng.permutation(len(fake))[:size])])) for size in sizes]
    limit = np.polynomial.Polynomial.fit(1.0 / sizes, distances, 1)(0.0)
    return _Extrapolation(float(limit), tuple(map(int, sizes)), tuple(distances))
