"""Accuracy: how often a sample is of the class that was asked for, by a classifier's verdict."""

from keras_gan.errors import UserError
from keras_gan.registry import Score

SCORE = Score(
    "accuracy",
    about="share of samples that the classifier takes for the class asked for; higher is better",
    lower_is_better=False,
    decides="accuracy",
    needs=("features", "labels"),
)


def measure(subject):
    """Yields `accuracy` of a `Subject`; `UserError` if its extractor is no classifier of its classes."""
    if not subject.extractor.is_classifier:
        raise UserError("--metrics accuracy asks a classifier of the same classes: it needs --features classifier.")
    yield subject.by_features("accuracy", _accuracy(subject.logits(SCORE.name), subject.labels))


def _accuracy(logits, labels):
    """Share, in [0, 1], of logits `[N, classes]` whose largest one is that of the label, int `[N]`."""
    return float((logits.argmax(axis=1) == labels).mean())
