"""Entropy: how evenly samples are of the data's classes, by a classifier's verdicts."""

import numpy as np

from keras_gan.errors import UserError
from keras_gan.metrics.subject import Measurement
from keras_gan.registry import Score

SCORE = Score(
    "entropy",
    about="entropy of the classes that the classifier hears or sees in samples, in bits; higher is better",
    lower_is_better=False,
    decides="class_entropy",
    needs=("features",),
)


def measure(subject):
    """Yields `class_entropy` of a `Subject`, with that of real ones; its protocol says how often verdicts are right.

    `UserError` if its extractor is no classifier of the data's classes.
    """
    if not subject.extractor.is_classifier:
        raise UserError("--metrics entropy asks a classifier of the data's classes, and these features are of none.")
    logits, extracted = subject.logits(SCORE.name), subject.reference.extracted if subject.reference else None
    real = None if extracted is None or extracted.logits is None else class_entropy(extracted.logits)
    accuracy = subject.extractor.facts.get("accuracy")
    found = subject.by_features("class_entropy", class_entropy(logits), real=real)
    yield Measurement(found.name, found.value, real=real, protocol={**found.protocol, "accuracy_of_verdicts": accuracy})


def class_entropy(logits):
    """The entropy in bits of how often each class has the largest of logits `[N, classes]`: 0 to log2(classes)."""
    shares = np.bincount(logits.argmax(axis=1), minlength=logits.shape[1]) / len(logits)
    return float(-(shares[shares > 0] * np.log2(shares[shares > 0])).sum())
