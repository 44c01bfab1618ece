"""Reverse likelihood: how well test lines can be predicted by who has read nothing but samples."""

from keras_gan.metrics.lines import language_model, measured, unseen_of
from keras_gan.randomness import random_rows
from keras_gan.registry import Score

SCORE = Score(
    "reverse-nll",
    about="nats for each test word by a trigram model of the samples: grammar and variety; lower is better",
    lower_is_better=True,
    decides="reverse-nll",
    needs=("real", "unseen"),
    of=("text",),
    usual=("samples",),
)


def measure(subject):
    """Yields `reverse-nll`, with that of as many lines of the training, as far as there are so many."""
    samples, unseen, column = subject.samples, unseen_of(subject), subject.real["real"]
    real = column[random_rows(len(column), len(samples), 0)]
    value, own = (language_model(each, subject.field.size).negative_log_likelihood(unseen) for each in (samples, real))
    more = {"test_lines": len(unseen), "model": "interpolated Kneser-Ney trigram"}
    yield measured(subject, "reverse-nll", len(samples), value, own, **more)
