"""What captions of avatars say, read by the grammar of their own captions: attribute by attribute."""

from collections import Counter

import numpy as np

from keras_gan.data.avatars import reading
from keras_gan.metrics.lines import measured
from keras_gan.registry import Score

SCORE = Score(
    "said",
    about="attributes that captions of avatars name rightly, balanced over values; higher is better",
    lower_is_better=False,
    decides="said",
    needs=("targets",),
    of=("text",),
)


def measure(subject):
    """Yields `said`, the mean over attributes, `said-ATTRIBUTE` of each, and `grammatical`, shares of captions.

    Accuracies are means over the values of an attribute, so that who always says the most frequent one has 1 over
    their number; the plain accuracy and the share of the most frequent value are in the protocol.
    """
    found = [reading.read(text) for text in subject.field.texts(subject.samples)]
    wanted = [reading.read(text) for text in subject.field.texts(subject.targets)]
    pairs = [(one, other) for one, other in zip(found, wanted, strict=True) if other]
    count, values = len(pairs), {}
    for name in reading.NAMES:
        said, true = ([each[name] if each else "" for each in column] for column in zip(*pairs, strict=True))
        values[name] = balanced_accuracy(said, true)
        plain = float(np.mean([one == other for one, other in zip(said, true, strict=True)]))
        majority = Counter(true).most_common(1)[0][1] / count
        more = {"values": len(set(true)), "plain": round(plain, 4), "majority": round(majority, 4)}
        yield measured(subject, f"said-{name}", count, values[name], **more)
    yield measured(subject, "said", count, np.mean(list(values.values())))
    yield measured(subject, "grammatical", count, np.mean([one is not None for one, _ in pairs]))


def balanced_accuracy(said, true):
    """The mean, over the values that there are, of the share of them that is said rightly."""
    right = Counter(other for one, other in zip(said, true, strict=True) if one == other)
    there = Counter(true)
    return float(np.mean([right[value] / number for value, number in there.items()]))
