"""Pairs of samples, for scores of how different samples are from one another."""

import numpy as np

from keras_gan.errors import UserError
from keras_gan.metrics.subject import Measurement
from keras_gan.randomness import seeded

MOST_PAIRS = 1000


def of_pairs(subject, name, function, **more):
    """The `Measurement` of a score of pairs of samples, with the same of pairs of real examples.

    Args:
        subject: a `Subject`.
        name: of the value.
        function: of stored values `[N, …]` and as many others, to `[N]`.
        more: what the protocol says besides.
    """
    values = function(*pairs(subject.samples, subject.labels, subject.seed))
    real = None
    if subject.real:
        labels = subject.real.get("label") if subject.labels is not None else None
        real = float(function(*pairs(subject.real["real"], labels, subject.seed)).mean())
    protocol = {**subject.protocol, "pairs": len(values), "within_class": subject.labels is not None, **more}
    return Measurement(name, float(values.mean()), float(values.std()), real, protocol=protocol)


def pairs(values, labels, seed):
    """Up to `MOST_PAIRS` disjoint random pairs, of one class each where there are labels (arXiv 1610.09585, 4.2).

    Args:
        values: `[N, …]`.
        labels: int `[N]` or None.
        seed: decides the pairs.

    Returns:
        The first of each pair and the second, two arrays.

    Raises:
        UserError: if there is no pair.
    """
    rng = seeded(seed)
    groups = [np.arange(len(values))] if labels is None else [np.flatnonzero(labels == c) for c in np.unique(labels)]
    chosen = [order[: len(order) // 2 * 2].reshape(-1, 2) for order in map(rng.permutation, groups)]
    chosen = np.concatenate(chosen)
    if not len(chosen):
        raise UserError("pairs of samples are compared, and there are not two of any class: ask for more --samples.")
    chosen = chosen[np.sort(rng.permutation(len(chosen))[:MOST_PAIRS])]
    return values[chosen[:, 0]], values[chosen[:, 1]]
