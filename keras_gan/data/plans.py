"""How a split of a data set is decoded piece by piece, in any order and by several processes.

A plan has an attribute `digest`, what its rows depend on as text, or None where that is not known; `in_processes`,
whether other processes may decode; and the methods of `LoadedPlan`.
"""

from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True)
class Piece:
    """Some rows, decoded.

    Attributes:
        columns: `{name: array [N, …]}`, all of one length.
        kept: which of the rows asked for these are, counted from the first of them, sorted.
        unreadable: what could not be read, and why, a line each.
    """

    columns: dict
    kept: list
    unreadable: list = field(default_factory=list)


class LoadedPlan:
    """The plan of a `Dataset` whose columns can be asked for any of their rows at once."""

    digest = None
    in_processes = False

    def __init__(self, dataset):
        self.dataset = dataset

    def groups(self):
        """`{names of columns that are decoded together: how many rows they have}`."""
        return {group: len(self.dataset.columns[group[0]]) for group in self.dataset.groups}

    def row_bytes(self, group):
        """The bytes of a row of these columns."""
        return sum(
            np.dtype(column.dtype).itemsize * int(np.prod(column.shape[1:]))
            for column in (self.dataset.columns[name] for name in group)
        )

    def task(self, group, start, end):
        """A function without arguments that returns the `Piece` of these rows; other processes may be handed it."""
        return _Slice({name: self.dataset.columns[name] for name in group}, start, end)

    def whole(self, columns, kept):
        """The `Dataset`.

        Args:
            columns: `{name: column}` of what was decoded.
            kept: `{group: numbers of the rows that it has, sorted}`.
        """
        return replace(self.dataset, columns=columns)


@dataclass(frozen=True)
class _Slice:
    columns: dict
    start: int
    end: int

    def __call__(self):
        rows = np.arange(self.start, self.end)
        return Piece({name: np.asarray(column[rows]) for name, column in self.columns.items()}, list(range(len(rows))))
