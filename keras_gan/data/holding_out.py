"""A held-out part for data that comes without a test split."""

from dataclasses import replace

import numpy as np

from keras_gan.errors import UserError
from keras_gan.storage.arrays import keep_rows

MOST = 256


def hold_out(data):
    """Takes a tenth of the images, at least 1 and at most 256, out of a data set, in place.

    Which ones is decided by nothing but their number. Of two unrelated sets each loses a tenth of its own.

    Args:
        data: `ImageData`; its arrays are changed.

    Returns:
        `(train, held_out)`, two `ImageData`.

    Raises:
        UserError: if no image would be left to train on.
    """
    held = _choose(len(data), data.name)
    if data.sources is None:
        held_sources, number = None, f"{len(held):,} of {len(data):,} images"
    elif data.aligned:
        held_sources, number = held, f"{len(held):,} of {len(data):,} pairs"
    else:
        held_sources = _choose(len(data.sources), data.name)
        number = f"{len(held):,} of {len(data):,} images and {len(held_sources):,} of {len(data.sources):,} sources"
    parts = [
        _divide(data.images, held),
        (None, None) if data.labels is None else _divide(data.labels, held),
        (None, None) if data.sources is None else _divide(data.sources, held_sources),
    ]
    what = f"{data.treatment.rstrip('.')}; {number}, chosen at random, "
    train, held_out = (
        replace(data, images=images, labels=labels, sources=sources, treatment=what + fate)
        for (images, labels, sources), fate in zip(
            zip(*parts, strict=True), ("were held out.", "were held out: these."), strict=True
        )
    )
    return train, held_out


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
