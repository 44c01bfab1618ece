"""Fréchet distance of two sets of features."""

import numpy as np

from keras_gan.metrics.statistics import Gaussian, gaussian
from keras_gan.registry import Score

SCORE = Score(
    "fid",
    about="Fréchet distance of the features (Heusel et al. 2017); lower is better",
    lower_is_better=True,
    decides="fid",
    needs=("features",),
    least=2,
    usual=("samples",),
)

BIASED_BELOW = 2048


def measure(subject):
    """Yields `fid` of a `Subject`."""
    yield subject.by_features("fid", fid(subject.reference.gaussian, subject.extracted.features))


def warnings(subject):
    """Yields what is to be known of a FID of so few samples, if it is few."""
    count = min(len(subject.samples), subject.reference.gaussian.count or len(subject.samples))
    if count < BIASED_BELOW:
        yield fid_warning(count)


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
