"""Rows of arrays in ArrayRecord files, each of which can be read by itself.

ArrayRecord (https://github.com/google/array_record) is the format of random access of tensorflow-datasets and Grain. A
record holds the bytes of one row, in C order; each file has checksums of its own.
"""

import errno
import os
import threading

import numpy as np

from keras_gan.errors import UserError, shown
from keras_gan.storage import files

# A record for itself each, so that one can be read without its neighbours; the fastest compression still halves time.
_WRITING = "group_size:1,zstd:1"
_READING = "readahead_buffer_size:0"  # rows come in random order
_AT_ONCE = 4096  # rows that are read in their order


def write(path, rows):
    """Writes an array `[N, …]` into one file, whole or not at all; `OSError` if it cannot be written."""
    from array_record.python import array_record_module

    with files.replacing(path) as temporary:
        try:
            writer = array_record_module.ArrayRecordWriter(str(temporary), _WRITING)
            for row in rows:
                writer.write(np.ascontiguousarray(row).tobytes())
            writer.close()
        except RuntimeError as error:  # of the library, which says in words alone what the system has said
            code = errno.ENOSPC if os.strerror(errno.ENOSPC) in str(error) else errno.EIO
            raise OSError(code, os.strerror(code), str(path)) from None


class Records:
    """The rows of several files, one after the other, as a column of a `Dataset`: nothing of them is held.

    Attributes:
        dtype: of NumPy.
        shape: `(rows, …)`.
        sha256: of all rows as `arrays.content` has it, where that is known; None: it is not.

    Args:
        paths: of the files.
        counts: rows of each.
        dtype, row_shape: of a row.
        sha256: see above.
        rows: numbers of the rows that it has, sorted; None: all.
    """

    def __init__(self, paths, counts, dtype, row_shape, sha256=None, rows=None):
        self._paths, self._ends = [str(path) for path in paths], np.cumsum(counts, dtype=np.int64)
        self._rows, self.dtype, self.sha256 = rows, np.dtype(dtype), sha256
        count = (int(self._ends[-1]) if len(self._ends) else 0) if rows is None else len(rows)
        self.shape = (count, *row_shape)
        self._readers, self._lock = {}, threading.Lock()

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, which):
        """The rows of an array of numbers, `[N, …]`, of a slice, or one row of a number."""
        if isinstance(which, slice):
            return self[np.arange(*which.indices(len(self)))]
        wanted = np.asarray(which, np.int64)
        if wanted.ndim == 0:
            if not -len(self) <= wanted < len(self):
                raise IndexError(int(wanted))
            return self[wanted[None]][0]
        wanted = np.where(wanted < 0, wanted + len(self), wanted)
        return self._read(wanted if self._rows is None else self._rows[wanted])

    def keep_rows(self, kept):
        """The same with these rows alone."""
        kept = np.asarray(kept, np.int64)
        rows = kept if self._rows is None else self._rows[kept]
        counts = np.diff(self._ends, prepend=0)
        return Records(self._paths, counts, self.dtype, self.shape[1:], rows=rows)

    def parts(self):
        """All rows in their order, some at a time."""
        for start in range(0, len(self), _AT_ONCE):
            yield self[start : start + _AT_ONCE]

    def __getstate__(self):
        return {**self.__dict__, "_readers": {}, "_lock": None}

    def __setstate__(self, state):
        self.__dict__.update(state, _lock=threading.Lock())

    def _read(self, numbers):
        rows = np.empty((len(numbers), *self.shape[1:]), self.dtype)
        where = np.searchsorted(self._ends, numbers, side="right")
        for file in np.unique(where):
            places = np.flatnonzero(where == file)
            first = self._ends[file - 1] if file else 0
            rows[places] = self._read_of(file, numbers[places] - first)
        return rows

    def _read_of(self, file, numbers):
        path = self._paths[file]
        try:
            with self._lock:
                found = self._reader(file).read(numbers.tolist())
            return np.frombuffer(b"".join(found), self.dtype).reshape(len(numbers), *self.shape[1:])
        except (RuntimeError, ValueError, IndexError) as error:
            raise UserError(f"{shown(path)} is damaged: {' '.join(str(error).split())[:200]}.") from None

    def _reader(self, file):
        from array_record.python import array_record_module

        if file not in self._readers:
            self._readers[file] = array_record_module.ArrayRecordReader(self._paths[file], options=_READING)
        return self._readers[file]
