"""A held-out part for data that comes without a test split."""

from dataclasses import replace

import numpy as np

from keras_gan.errors import UserError
from keras_gan.storage.arrays import keep_rows

MOST = 256


def hold_out(data):
    """Takes a tenth of the examples, at least 1 and at most 256, out of a data set, in place.

    Which ones is decided by nothing but their number. Of two unrelated sets each loses a tenth of its own.

    Args:
        data: `Dataset`; its arrays are changed.

    Returns:
        `(train, held_out)`, two `Dataset`.

    Raises:
        UserError: if no example would be left to train on.
    """
    held = {name: _choose(len(column), data.name) for name, column in data.columns.items()}
    what = f"{data.treatment.rstrip('.')}; {_number(data, held)}, chosen at random, "
    parts = {name: _divide(column, held[name]) for name, column in data.columns.items()}
    return tuple(
        replace(data, columns={name: both[side] for name, both in parts.items()}, treatment=what + fate)
        for side, fate in enumerate(("were held out.", "were held out: these."))
    )


def _number(data, held):
    """How many are held out, in words."""
    counts = f"{len(held['real']):,} of {len(data):,}"
    if "source" not in data.columns:
        return f"{counts} images"
    if data.aligned:
        return f"{counts} pairs"
    return f"{counts} images and {len(held['source']):,} of {len(data.columns['source']):,} sources"


def _choose(count, name):
    """The rows to hold out, sorted."""
    held = min(max(count // 10, 1), MOST)
    if held == count:
        raise UserError(f"--dataset {name} has one image where at least two are needed: one to train on, one to test.")
    # The old generator of NumPy, because its numbers are promised never to change.
    return np.sort(np.random.RandomState(0).permutation(count)[:held])


def _divide(rows, held):
    """`(the others, those held out)`."""
    out = rows[held].copy()
    return keep_rows(rows, np.delete(np.arange(len(rows)), held)), out
