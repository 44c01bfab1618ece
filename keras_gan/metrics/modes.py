"""Modes: how many of the data's classes the samples are of, and how evenly, by a classifier's verdict."""

import functools
import itertools

import numpy as np

from keras_gan.metrics.subject import Measurement
from keras_gan.modalities.image.resizing import with_channels
from keras_gan.networks import classifier
from keras_gan.networks.weights import hash_of_network
from keras_gan.randomness import random_rows
from keras_gan.registry import Score

SCORE = Score(
    "modes",
    about="how many of the data's classes the samples are of, more is better, and their KL from even, lower is better",
    lower_is_better=True,
    decides="kl",
    needs=("classes",),
    of=("image",),
)

OFTEN = 5  # samples of a class, for `modes_5`
PUBLISHED = 26  # samples for each class, of published figures
MOST = 60_000  # examples whose channels a classifier learns from
BLOCK = 500  # values that it looks at at once
DIGITS = "0123456789"


def measure(subject):
    """Yields `modes`, `modes_5` and `kl` of a `Subject`, each beside that of as many real examples by their labels."""
    verdicts, facts = _classifier(subject.training, subject.class_names)
    found, classes = verdicts(subject.samples), len(subject.class_names)
    values, real = _values(np.bincount(found, minlength=classes)), _of_real(subject)
    protocol = {**subject.protocol, "classes_counted": classes, "samples": len(found), **facts}
    for name, (value, lower) in values.items():
        yield Measurement(name, value, real=real and real[name][0], lower_is_better=lower, protocol=protocol)


def warnings(subject):
    """Yields a sentence where there are fewer samples of each class than published figures rest on."""
    there, wanted = len(subject.samples), PUBLISHED * len(subject.class_names)
    if there < wanted:
        yield (
            f"modes were counted in {there:,} samples: published figures, {PUBLISHED} samples for each class, are of "
            f"{wanted:,}. In fewer there are fewer modes, and KL is higher, also of real examples."
        )


def _values(counts):
    """`{name: (value, whether less of it is better)}` of how often each class was seen, integers `[classes]`."""
    return {
        "modes": (float((counts > 0).sum()), False),
        f"modes_{OFTEN}": (float((counts >= OFTEN).sum()), False),
        "kl": (_kl_from_even(counts), True),
    }


def _kl_from_even(counts):
    """KL(p || even), in nats, of how often each class was seen, integers `[classes]`, at least one above 0.

    0 is even, ln(classes) is one class alone; as in Lin et al. 2018 (PacGAN, arXiv 1712.04086, section 4.2). Of N
    samples of even classes it is not 0, but about (classes - 1) / 2N.
    """
    shares = counts[counts > 0] / counts.sum()
    return float((shares * np.log(shares * len(counts))).sum())


def _of_real(subject):
    """`_values` of as many real examples, taken at random; None if there are fewer, or none with labels."""
    labels, count = (subject.real or {}).get("label"), len(subject.samples)
    if labels is None or len(labels) < count:
        return None
    labels = labels[random_rows(len(labels), count, subject.seed)]
    return _values(np.bincount(labels, minlength=len(subject.class_names)))


@functools.lru_cache(maxsize=1)  # a run is scored again and again
def _classifier(training, class_names):
    """Function from samples to their classes, int `[N]`, and what a protocol says of it.

    Where classes are a digit for each channel, `000` to `999`, a classifier of single digits looks at each channel by
    itself, as in Srivastava et al. 2017 (VEEGAN, arXiv 1705.07761); else one of all classes looks at the whole.

    Args:
        training: `Subject.training`.
        class_names: one for each class.
    """
    images, labels, test, *steps = training()
    channels = images.shape[-1]
    by_channel = class_names == tuple(map("".join, itertools.product(DIGITS, repeat=channels)))
    if by_channel:
        images, labels = _digits(images, labels)
        test = test and _digits(*test)
    network, facts = classifier.load(images, labels, test, *steps)

    def verdicts(samples):
        samples = with_channels(samples, channels)
        if not by_channel:
            return _verdicts(network, samples)
        return _verdicts(network, _planes(samples)).reshape(len(samples), channels) @ _places(channels)

    looks_at = "each channel" if by_channel else "the whole"
    weights, accuracy = hash_of_network(network), facts["accuracy"]
    return verdicts, {"classifier_of": looks_at, "weights": weights, "classifier_accuracy": accuracy}


def _verdicts(network, values):
    """The likeliest class of each value, int `[N]`."""
    blocks = (values[start : start + BLOCK] for start in range(0, len(values), BLOCK))
    seen = [network.predict_on_batch(classifier.unit_range(block))["logits"] for block in blocks]
    return np.concatenate(seen).argmax(axis=1)


def _digits(images, labels):
    """The channels of the first examples, and the digit of each."""
    digits = labels[:MOST, None] // _places(images.shape[-1]) % len(DIGITS)
    return _planes(images[:MOST]), digits.reshape(-1).astype(np.int32)


def _planes(images):
    """The channels of images by themselves, `[N * channels, height, width, 1]`, those of one image in a row."""
    return np.moveaxis(images, -1, 1).reshape(-1, *images.shape[1:3], 1)


def _places(channels):
    """What the digit of each channel counts in the number of the class: 100, 10 and 1."""
    return len(DIGITS) ** np.arange(channels)[::-1]
