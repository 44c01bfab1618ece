"""Precision and recall, density and coverage: scores by nearest neighbours."""

from dataclasses import dataclass

import numpy as np

from keras_gan.metrics.neighbours import Points
from keras_gan.metrics.statistics import equal_numbers
from keras_gan.registry import Score

SCORE = Score(
    "prdc",
    about="precision, recall, density, coverage (Kynkäänniemi et al. 2019, Naeem et al. 2020); higher is better",
    lower_is_better=False,
    decides="coverage",
    needs=("features",),
    least=6,
    usual=("samples",),
)

NEIGHBOURS = 5


def measure(subject):
    """Yields `precision`, `recall`, `density` and `coverage` of a `Subject`, of as many samples as real examples."""
    features, real = equal_numbers(subject.extracted.features, subject.real_features(SCORE.name), subject.seed)
    result = prdc(real, features, NEIGHBOURS)
    counts = {"samples": len(features), "reference_samples": len(real)}
    for name in ("precision", "recall", "density", "coverage"):
        yield subject.by_features(name, getattr(result, name), neighbours=NEIGHBOURS, **counts)


@dataclass(frozen=True)
class Prdc:
    """Precision, recall and coverage in [0, 1], density of at least 0, for `neighbours` nearest neighbours."""

    precision: float
    recall: float
    density: float
    coverage: float
    neighbours: int


def prdc(real, fake, neighbours=5):
    """Precision, recall (arXiv 1904.06991, equations 1 and 2), density and coverage (2002.09797, equations 5 and 6).

    Around every sample of a set lies the ball that just reaches its k-th nearest neighbour in that set. Precision is
    the share of fakes in any real ball; recall that of real samples in any fake ball; density counts in how many real
    balls a fake lies, in units of k; coverage is the share of real balls that hold a fake. A point on the edge of a
    ball is inside for precision and recall, as in Kynkäänniemi et al. 2019, and outside for density and coverage, as
    in Naeem et al. 2020: that matters for copies alone.

    Args:
        real, fake: features `[N, D]` and `[M, D]`, N and M above `neighbours`.
        neighbours: k; Naeem et al. recommend 5, Kynkäänniemi et al. 3.

    Returns:
        `Prdc`. Memory is that of the features in float64 and of `BLOCK` rows of distances.
    """
    if min(len(real), len(fake)) <= neighbours:
        raise ValueError(
            f"{neighbours} nearest neighbours need more samples than that, got {len(real)} and {len(fake)}"
        )
    real, fake = Points(real), Points(fake)
    real_radii, fake_radii = real.radii(neighbours), fake.radii(neighbours)
    in_real_ball, balls = np.zeros(len(fake), bool), np.zeros(len(fake), np.int64)
    recalled, covered = [], []
    for rows, distances in fake.distances_from(real):  # rows of real, columns of fake
        radii = real_radii[rows, None]
        in_real_ball |= (distances <= radii).any(axis=0)
        inside = distances < radii
        balls += inside.sum(axis=0)
        covered.append(inside.any(axis=1))
        recalled.append((distances <= fake_radii).any(axis=1))
    return Prdc(
        precision=float(in_real_ball.mean()),
        recall=float(np.concatenate(recalled).mean()),
        density=float(balls.mean() / neighbours),
        coverage=float(np.concatenate(covered).mean()),
        neighbours=neighbours,
    )
