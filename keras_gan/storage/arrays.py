"""Arrays of whole data sets, which may be larger than memory, and filling them from files in parallel."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from tempfile import TemporaryFile, gettempdir

import numpy as np

from keras_gan.errors import UserError, why

# Larger sets are held in an unnamed temporary file and paged in by the operating system.
MEMORY_LIMIT_BYTES = 2 * 2**30
_BLOCK = 2048  # rows that are hashed at once


class Unreadable(Exception):
    """A file that cannot be used; says which one and why."""


def allocate(shape, plural="examples", dtype=np.uint8):
    """An array of decoded examples in memory, or over an unnamed temporary file if it is too large for memory."""
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    if size <= MEMORY_LIMIT_BYTES:
        return np.empty(shape, dtype)
    with TemporaryFile() as file:  # the map outlives the handle
        try:
            if hasattr(os, "posix_fallocate"):  # a disk that fills up later would end the process without a word
                os.posix_fallocate(file.fileno(), 0, size)
            return np.memmap(file, dtype, "w+", shape=shape)
        except OSError as error:
            raise UserError(
                f"the decoded {plural} need {size / 2**30:.1f} GiB in {gettempdir()} ({why(error)}): "
                "let TMPDIR name a folder on a larger disk."
            ) from None


def fill(arrays, read, skip_bad_files=False, progress=None, noun="data"):
    """Fills arrays row by row, in parallel.

    Args:
        arrays: list of arrays of equal length.
        read: function from a row's index to its value in each of them; raises `Unreadable` if there is none.
        skip_bad_files: leave out the rows that cannot be read.
        progress: wraps the loop, or None.
        noun: of what the files are, for messages.

    Returns:
        `(arrays, kept)`: the arrays without the rows that are left out, and the indices of the others.

    Raises:
        UserError: naming the unreadable files, unless `skip_bad_files`.
    """

    def fill_row(index):
        try:
            for array, value in zip(arrays, read(index), strict=True):
                array[index] = value
        except Unreadable as error:
            return str(error)
        return None

    count = len(arrays[0])
    with ThreadPoolExecutor() as pool:  # Pillow decodes and resizes outside the interpreter lock
        results = pool.map(fill_row, range(count))
        errors = list(progress(results) if progress else results)
    bad = [error for error in errors if error]
    if bad and not skip_bad_files:
        raise UserError(
            f"{len(bad)} of {count} {noun} files cannot be read:\n  {listed(bad)}\n"
            "Remove or mend them, or go on without them with --skip-bad-files."
        )
    kept = [index for index, error in enumerate(errors) if error is None]
    return [keep_rows(array, kept) for array in arrays], kept


def keep_rows(array, kept):
    """The rows with these indices, sorted, of a column of a `Dataset`.

    Those of an array are moved up in place, because the whole set may be larger than memory.
    """
    kept = np.asarray(kept, int)
    if not isinstance(array, np.ndarray):  # nothing of it is in memory
        return array.keep_rows(kept)
    moved = np.flatnonzero(kept != np.arange(len(kept)))
    for start in range(moved[0] if len(moved) else len(kept), len(kept), 32):
        rows = kept[start : start + 32]
        array[start : start + len(rows)] = array[rows]  # read before it is written, and none moves down
    return array[: len(kept)]


def content(column, about=None):
    """The sha256 of all rows of a column of a `Dataset`, in their order, as hexadecimal digits.

    A column that knows it, as its `sha256`, is not read.

    Args:
        about: bytes that are hashed before them; default: their type and shape.
    """
    if about is None and getattr(column, "sha256", None):
        return column.sha256
    first = _part(column, 0, 1)
    digest = hashlib.sha256(about or f"{first.dtype} {(len(column), *first.shape[1:])}".encode())
    for start in range(0, len(column), _BLOCK):
        digest.update(np.ascontiguousarray(_part(column, start, min(start + _BLOCK, len(column)))))
    return digest.hexdigest()


def _part(column, start, end):
    """The rows from `start` to `end`; of an array without a copy."""
    return column[start:end] if isinstance(column, np.ndarray) else column[np.arange(start, end)]


def listed(lines, most=20):
    """Lines of a message, one below the other, not too many."""
    return "\n  ".join(few(lines, most))


def few(lines, most=20):
    """The first of some lines, and how many more there are."""
    return [*lines[:most], *([f"… and {len(lines) - most} more"] if len(lines) > most else [])]
