"""Fréchet distance of two sets of features, and its limit for infinitely many samples."""

from dataclasses import dataclass

import numpy as np

from keras_gan.metrics.statistics import Gaussian, gaussian

BIASED_BELOW = 2048


def fid(real, fake):
    """Fréchet Inception Distance (Heusel et al. 2017, arXiv 1706.08500, equation 6), whatever the features are.

    |m_r - m_f|^2 + tr(C_r + C_f - 2 (C_r C_f)^(1/2)). The trace of the root is the sum of the roots of the
    eigenvalues of R C_f R, with R the root of C_r: that matrix is symmetric and positive, so that nothing can become
    complex or NaN, however few samples there are. Symmetric in its arguments.

    Args:
        real, fake: features `[N, D]`, N at least 2 and not necessarily equal, or a `Gaussian`.

    Returns:
        A float of at least 0, in squared units of the features. Its expectation over few samples is too high.
    """
    real, fake = (side if isinstance(side, Gaussian) else gaussian(side) for side in (real, fake))
    root = _root(real.covariance)
    product = root @ fake.covariance @ root
    root_trace = np.sqrt(np.maximum(np.linalg.eigvalsh((product + product.T) / 2), 0.0)).sum()
    distance = ((real.mean - fake.mean) ** 2).sum() + np.trace(real.covariance) + np.trace(fake.covariance)
    return float(max(distance - 2.0 * root_trace, 0.0))


def _root(covariance):
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T


def fid_warning(count):
    """What to know of a FID from `count` samples on its smaller side, or None."""
    if count >= BIASED_BELOW:
        return None
    return (
        f"FID of {count:,} samples is biased upwards (below {BIASED_BELOW:,} strongly so): compare it only with a FID "
        "of as many samples, or use KID."
    )


@dataclass(frozen=True)
class Extrapolation:
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
        `Extrapolation`; its value can be slightly below 0.
    """
    real = real if isinstance(real, Gaussian) else gaussian(real)
    rng = np.random.RandomState(seed)
    sizes = np.linspace(least or max(2, len(fake) // 10), len(fake), points).astype(int)
    distances = [fid(real, gaussian(fake[np.sort(rng.permutation(len(fake))[:size])])) for size in sizes]
    limit = np.polynomial.Polynomial.fit(1.0 / sizes, distances, 1)(0.0)
    return Extrapolation(float(limit), tuple(map(int, sizes)), tuple(distances))
