"""Kernel distance of two sets of features."""

from dataclasses import dataclass

import numpy as np

from keras_gan.registry import Score

SCORE = Score(
    "kid",
    about="kernel distance, unbiased for few samples too (Bińkowski et al. 2018); lower is better",
    lower_is_better=True,
    decides="kid",
    needs=("features",),
    least=2,
    usual=("samples", "outputs"),
)


def measure(subject):
    """Yields `kid` of a `Subject`, with the standard deviation over subsets."""
    result = kid(subject.real_features(SCORE.name), subject.extracted.features)
    subsets = {"subsets": result.subsets, "subset_size": result.subset_size}
    yield subject.by_features("kid", result.mean, result.std, **subsets)


@dataclass(frozen=True)
class Kid:
    """Mean and standard deviation over subsets of the squared maximum mean discrepancy, and what they were.

    The deviation is that of a subset, not of the mean; None where all subsets are the same.
    """

    mean: float
    std: float | None
    subsets: int
    subset_size: int


def kid(real, fake, subsets=100, subset_size=1000, seed=2020):
    """Kernel Inception Distance (Bińkowski et al. 2018, arXiv 1801.01401, section 4), whatever the features are.

    The unbiased estimate of the squared maximum mean discrepancy under k(x, y) = (x · y / D + 1)^3. Unlike FID it is
    right on average for any number of samples, and so can be slightly negative.

    Args:
        real, fake: features `[N, D]` and `[M, D]`.
        subsets: how many pairs of subsets to average over, each drawn anew.
        subset_size: samples in a subset. If there are no more on the smaller side, it is half of these: subsets of all
            would be the same again and again, and not deviate.
        seed: decides the subsets, in the order of torch-fidelity: a subset of the fakes first, then one of the real.

    Returns:
        `Kid`.
    """
    there = min(len(real), len(fake))
    if there < 2:
        raise ValueError(f"KID needs at least 2 samples on each side, got {len(real)} and {len(fake)}")
    size = subset_size if subset_size < there else max(2, there // 2)
    rng = np.random.RandomState(seed)
    values = []
    for _ in range(subsets):
        some_fake = fake[rng.choice(len(fake), size, replace=False)]
        some_real = real[rng.choice(len(real), size, replace=False)]
        values.append(squared_mmd(some_real, some_fake))
    deviation = float(np.std(values)) if max(len(real), len(fake)) > size else None  # there was but one subset
    return Kid(float(np.mean(values)), deviation, subsets, size)


def squared_mmd(real, fake):
    """Unbiased squared maximum mean discrepancy of features `[N, D]` and `[M, D]`, cubic kernel."""
    real, fake = np.asarray(real, np.float64), np.asarray(fake, np.float64)
    return (
        _mean_without_diagonal(_kernel(real, real))
        + _mean_without_diagonal(_kernel(fake, fake))
        - 2.0 * (_kernel(real, fake).mean())
    )


def _kernel(a, b):
    base = a @ b.T
    base /= a.shape[1]
    base += 1.0
    cube = base * base  # several times faster than a power
    cube *= base
    return cube


def _mean_without_diagonal(kernel):
    count = len(kernel)
    return (kernel.sum() - np.trace(kernel)) / (count * (count - 1))
