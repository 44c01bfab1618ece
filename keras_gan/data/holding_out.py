"""Where a data set is divided: what is trained on, what decides while training, and what is reported on."""

from dataclasses import dataclass, replace

import numpy as np

from keras_gan.data.dataset import Dataset
from keras_gan.errors import UserError
from keras_gan.randomness import random_rows
from keras_gan.storage.arrays import keep_rows

MOST = 256


@dataclass(frozen=True)
class Splits:
    """The parts of a data set, three `Dataset`.

    Attributes:
        train: what is learned from, and what a generator's samples are compared with.
        validation: what is shown and scored while a run trains, so what chooses its best checkpoint; the same object as
            `test` where there is too little data for both, and of runs from before there were both; None where no
            examples are shown.
        test: what `evaluate` reports on; None where no examples are shown.
    """

    train: Dataset
    validation: Dataset | None
    test: Dataset | None

    def of(self, split):
        """The part called `train`, `validation` or `test`; `UserError` if there is none."""
        found = getattr(self, split)
        if found is None:
            raise UserError(f"--dataset {self.train.name} has no {split} split: its examples are all for training.")
        return found


def divide(train, test=None, validates=True):
    """The `Splits` of a data set; what is held out is missing from the training set.

    Without a test split of its own, a tenth of the examples, at least 1 and at most 256, is held out to test with; then
    a tenth of what is left to choose by. Which ones is decided by nothing but their number. Of two unrelated sets each
    loses a tenth of its own.

    Args:
        train: `Dataset`; its arrays are changed.
        test: the data set's own test split, or None.
        validates: whether a part is held out to choose by.

    Raises:
        UserError: if no example would be left to train on.
    """
    if test is None:
        train, test = _hold_out(train, "to test with", seed=0)
    if not validates or min(map(len, train.columns.values())) < 2:
        return Splits(train, test, test)
    train, validation = _hold_out(train, "to choose the checkpoint by", seed=1)
    return Splits(replace(train, validation=len(validation)), validation, test)


def _hold_out(data, purpose, seed):
    """`(the others, those held out)` of a `Dataset`."""
    held = {name: _choose(len(column), data.name, seed) for name, column in data.columns.items()}
    what = f"{data.treatment.rstrip('.')}; {_number(data, held)}, chosen at random, were held out {purpose}"
    apart = {}  # by the column itself, for two names may stand for one, which must not be divided twice
    for name, column in data.columns.items():
        if id(column) not in apart:
            apart[id(column)] = _divide(column, held[name])
    parts = {name: apart[id(column)] for name, column in data.columns.items()}
    return tuple(
        replace(data, columns={name: both[side] for name, both in parts.items()}, treatment=what + end)
        for side, end in enumerate((".", ": these."))
    )


def _number(data, held):
    """How many are held out, in words."""
    counts = f"{len(held['real']):,} of {len(data):,}"
    if "source" not in data.columns:
        return f"{counts} images"
    if data.aligned:
        return f"{counts} pairs"
    return f"{counts} images and {len(held['source']):,} of {len(data.columns['source']):,} sources"


def _choose(count, name, seed):
    """The rows to hold out, sorted."""
    held = min(max(count // 10, 1), MOST)
    if held == count:
        raise UserError(f"--dataset {name} has one image where at least two are needed: one to train on, one to test.")
    return np.sort(random_rows(count, held, seed))


def _divide(rows, held):
    """`(the others, those held out)`."""
    out = rows[held].copy()
    return keep_rows(rows, np.delete(np.arange(len(rows)), held)), out
