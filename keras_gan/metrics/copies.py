"""Copies: how many lines are there once, and how many are lines of the training."""

from keras_gan.metrics.lines import HYPOTHESES, measured, samples_of, training_of, unseen_of
from keras_gan.registry import Score

SCORE = Score(
    "copies",
    about="shares of 1,000 lines that differ from one another, and that are lines of the training",
    needs=("real", "unseen"),
    of=("text",),
    usual=("samples",),
)


def measure(subject):
    """Yields `distinct` and `copied`, shares, with those of test lines."""
    lines, unseen = samples_of(subject, HYPOTHESES), unseen_of(subject)[:HYPOTHESES]
    known = set(map(tuple, training_of(subject)))
    yield measured(subject, "distinct", len(lines), distinct(lines), distinct(unseen))
    yield measured(subject, "copied", len(lines), copied(lines, known), copied(unseen, known))


def distinct(lines):
    """The share of lines that differ."""
    return len(set(map(tuple, lines))) / len(lines)


def copied(lines, known):
    """The share of lines that are in a set of tuples."""
    return sum(tuple(line) in known for line in lines) / len(lines)
