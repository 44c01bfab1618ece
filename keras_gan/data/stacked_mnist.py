"""`stacked_mnist`: three digits of MNIST in the three channels of one image, a thousand classes for counting modes."""

import re

import numpy as np

from keras_gan.data import prepared, tfds
from keras_gan.data.image_sets import image_dataset
from keras_gan.errors import UserError
from keras_gan.randomness import seeded
from keras_gan.registry import Source

SOURCE = Source(gives=("image",), argument="COUNT", short_names=("stacked_mnist",))

COUNTS = {"train": 60_000, "test": 10_000}  # where nothing is said, as many as MNIST itself has
MOST = 1_000_000
SEEDS = {"train": 0, "test": 1}
WEIGHTS = (100, 10, 1)  # of the digits of red, green and blue in the class


def load(rest, options, split="train", task="sample"):
    """The `Dataset` of a split: images of digits of MNIST's own split, of classes `000` to `999`.

    Which three digits row i is made of depends on the split and on i alone. Images are put together when they are asked
    for: in memory are the digits, once.
    """
    digits = tfds.load("mnist", options, split)
    pixels, labels = digits.columns["real"][..., 0], digits.columns["label"]
    triples = seeded(SEEDS[split]).randint(len(digits), size=(_count(rest, split), len(WEIGHTS)), dtype=np.int64)
    return image_dataset(
        name=options.dataset,
        images=_Stacked(pixels, triples),
        labels=(labels[triples] @ WEIGHTS).astype(np.int32),
        class_names=tuple(f"{number:03}" for number in range(1000)),
        provenance=f"{len(triples):,} times three random digits, as red, green and blue, of {digits.provenance}",
        treatment=digits.treatment,
    )


def has_test(rest, options):
    """Whether there is a split called test."""
    return True


def check_available(rest, options):
    """Raises `UserError` for what is no number of images, and if MNIST is not prepared and must not be fetched."""
    if rest not in SOURCE.short_names and not (re.fullmatch("[1-9][0-9]{0,6}", rest) and int(rest) <= MOST):
        raise UserError(f"--dataset stacked_mnist:COUNT takes a number of images from 1 to {MOST:,}, not {rest!r}.")
    prepared.check_available("mnist", options)


def _count(rest, split):
    return COUNTS[split] if rest in SOURCE.short_names else int(rest)


class _Stacked:
    """A column of images that are put together each time that they are asked for.

    Args:
        digits: uint8 `[M, height, width]`.
        triples: integers `[N, 3]`, the digits that are the channels of each image.
    """

    def __init__(self, digits, triples):
        self._digits, self._triples = digits, triples
        self.dtype, self.shape = digits.dtype, (len(triples), *digits.shape[1:], triples.shape[1])

    def __len__(self):
        return len(self._triples)

    def __getitem__(self, indices):
        return np.moveaxis(self._digits[self._triples[indices]], -3, -1)

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self[:], dtype)

    def keep_rows(self, indices):
        return _Stacked(self._digits, self._triples[indices])
