"""What scores of text read: lines of tokens out of a `Subject`."""

import functools

import numpy as np

from keras_gan.metrics.subject import Measurement
from keras_gan.randomness import random_rows

HYPOTHESES = 1000  # lines of which BLEU is the mean


def samples_of(subject, most=None):
    """Samples as lists of numbers, the first `most` of them."""
    return lists(subject.samples[:most])


def unseen_of(subject):
    """All lines that the training did not see."""
    return lists(subject.unseen["real"])


def training_of(subject, most=None):
    """Lines of the training, all or so many at random."""
    column = subject.real["real"]
    rows = np.arange(len(column)) if most is None else random_rows(len(column), most, 0)
    return lists(column[rows])


def lists(values):
    """`[N, length]` numbers as lists without what comes after their ends."""
    values = np.asarray(values)
    lengths = (np.cumsum(values == 0, axis=1) == 0).sum(axis=1)
    return [row[:length].tolist() for row, length in zip(values, lengths, strict=True)]


def measured(subject, name, count, value, real=None, **protocol):
    """A `Measurement` whose name says how many lines it is of: `bleu-2[1000]`."""
    protocol = {**subject.protocol, "samples": count, **protocol}
    return Measurement(f"{name}[{count}]", float(value), real=None if real is None else float(real), protocol=protocol)


@functools.lru_cache(maxsize=4)
def _model(key, size):
    from keras_gan.metrics.language import LanguageModel

    return LanguageModel(_of_key(key), size)


def _of_key(key):
    shape, content = key
    return lists(np.frombuffer(content, np.int32).reshape(shape))


def language_model(values, size):
    """The `LanguageModel` of `[N, length]` lines; of the same ones but once."""
    values = np.ascontiguousarray(values, np.int32)
    return _model((values.shape, values.tobytes()), size)
