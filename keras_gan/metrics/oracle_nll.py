"""Oracle likelihood: how likely lines are to the random LSTM that wrote the data `oracle` (arXiv 1609.05473)."""

import numpy as np

from keras_gan.data import oracle
from keras_gan.errors import UserError
from keras_gan.metrics.lines import measured
from keras_gan.modalities.text.words import SPECIAL
from keras_gan.registry import Score

SCORE = Score(
    "oracle-nll",
    about="nats for each word by the LSTM that wrote --dataset oracle; lower is better, as long as lines vary",
    lower_is_better=True,
    needs=("real",),
    of=("text",),
)


def measure(subject):
    """Yields `oracle-nll`, with that of lines of the data.

    Lines that end before their time go on with the word 0, as no line of the data ends.

    Raises:
        UserError: for lines of another vocabulary.
    """
    if subject.field.vocabulary != (*SPECIAL, *map(str, range(oracle.WORDS))):
        raise UserError("--metrics oracle-nll knows how likely lines of --dataset oracle are, and these are others.")
    value, real = (_mean(each) for each in (subject.samples, subject.real["real"]))
    yield measured(subject, "oracle-nll", len(subject.samples), value, real)


def _mean(values):
    lines, found = np.maximum(np.asarray(values[:]) - len(SPECIAL), 0), []
    for start in range(0, len(lines), 1000):
        found.append(oracle.Oracle().negative_log_likelihood(lines[start : start + 1000]))
    return float(np.concatenate(found).mean())
