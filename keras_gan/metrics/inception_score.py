"""Inception Score: how sure and how diverse a classifier's verdicts on the samples are."""

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax

from keras_gan.registry import Score

SCORE = Score(
    "is",
    about="Inception Score of the extractor's logits (Salimans et al. 2016); higher is better",
    lower_is_better=False,
    decides="inception_score",
    needs=("features",),
    least=10,
)


def measure(subject):
    """Yields `inception_score` of a `Subject`, with the standard deviation over splits.

    It grows with the number it is taken from, so that of real examples is of as many as there are samples, or None.
    """
    logits = subject.logits(SCORE.name)
    result = inception_score(logits)
    extracted = subject.reference.extracted if subject.reference else None
    there = extracted is not None and extracted.logits is not None and len(extracted.logits) >= len(logits)
    real = inception_score(extracted.logits[: len(logits)]).mean if there else None
    yield subject.by_features("inception_score", result.mean, result.std, real, splits=result.splits)


@dataclass(frozen=True)
class InceptionScore:
    """Mean and standard deviation of the score over `splits` parts of the samples."""

    mean: float
    std: float
    splits: int


def inception_score(logits, splits=10, seed=2020):
    """Inception Score (Salimans et al. 2016, arXiv 1606.03498, section 4), of any classifier.

    exp(E_x KL(p(y | x) || p(y))), p(y) being the mean over the samples of one split; between 1 and the number of
    classes. It never sees a real example, and says nothing of classifiers for other values than these.

    Args:
        logits: `[N, classes]`, N at least `splits`. The Inception network's are taken without its bias
            (`logits_unbiased`), as the original graph does.
        splits: parts that the samples are divided into after shuffling.
        seed: decides the order, or None to leave it.

    Returns:
        `InceptionScore`.
    """
    if len(logits) < splits:
        raise ValueError(f"an Inception Score of {splits} splits needs as many samples, got {len(logits)}")
    logits = np.asarray(logits, np.float64)
    if seed is not None:
        logits = logits[np.random.RandomState(seed).permutation(len(logits))]
    log_p = log_softmax(logits, axis=1)
    edges = np.arange(splits + 1) * len(logits) // splits
    scores = [_score(log_p[start:end]) for start, end in itertools.pairwise(edges)]
    return InceptionScore(float(np.mean(scores)), float(np.std(scores)), splits)


def _score(log_p):
    p = np.exp(log_p)
    mean = p.mean(axis=0)
    # A class of probability 0 adds nothing, but its logarithm would be minus infinity.
    log_mean = np.log(np.where(mean > 0, mean, 1.0))
    return np.exp((p * (np.where(p > 0, log_p, 0.0) - log_mean)).sum(axis=1).mean())
