"""What was decoded of a data set is kept packed in the cache, so that its next training begins at once."""

import os
import shutil
import time
from dataclasses import replace

import numpy as np

from keras_gan.data import packed
from keras_gan.data.packed import manifest, writing
from keras_gan.errors import UserError
from keras_gan.storage import arrays, cache

FEWEST = 2000  # rows: fewer are decoded faster than it is worth a file
MOST_BYTES, MOST_DAYS = 20 * 2**30, 30


def load(plan, options, split, task):
    """The `Dataset` of a plan, from the cache, or decoded into it; None if it is small, or cannot be kept there.

    What is not kept, and too large for memory, is worth packing by hand: see `pack`.
    """
    if plan.digest is None:
        return None
    folder = cache.directory() / f"packed-{plan.digest[:16]}"
    try:
        facts = _kept(folder)
        if not facts and not _is_worth_it(plan):
            return None
        facts = facts or writing.pack({split: plan}, folder, options.dataset, task, options.skip_bad_files)
        os.utime(folder)  # the longest unused go first
    except OSError:
        return None
    sweep(folder)
    if left := len(facts["splits"][split]["unreadable"]):
        print(f"skipped {left} unreadable files.")
    return _held(packed.opened(folder, facts, split, options.dataset))


def _is_worth_it(plan):
    groups = plan.groups()
    size = sum(rows * plan.row_bytes(group) for group, rows in groups.items())
    return sum(groups.values()) >= FEWEST and size <= MOST_BYTES


def _held(dataset):
    """The same with columns in memory, as a source would have given them, unless they are too large for it."""
    columns = {
        name: column[:] if np.prod(column.shape, dtype=np.int64) <= arrays.MEMORY_LIMIT_BYTES else column
        for name, column in dataset.columns.items()
    }
    return replace(dataset, columns=columns)


def _kept(folder):
    """The manifest of what was kept; None if there is nothing whole."""
    try:
        facts = manifest.read(folder)
        manifest.check_files(folder, facts)
        manifest.verify(folder, facts)
    except UserError:
        return None
    return facts


def sweep(used):
    """Removes what is over `MOST_BYTES` in all, or was not used for `MOST_DAYS`; never the folder `used`."""
    folders = [path for path in cache.directory().glob("packed-*") if path.is_dir()]
    held, now = 0, time.time()
    for folder in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True):
        size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
        old = now - folder.stat().st_mtime > MOST_DAYS * 86400
        if folder != used and (old or held + size > MOST_BYTES):
            shutil.rmtree(folder, ignore_errors=True)
        else:
            held += size
