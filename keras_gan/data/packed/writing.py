"""Packs data: decodes them piece by piece into files of their own, and at the end writes the manifest.

Each piece is a pure function of the source and lies in files that nothing else touches: so packing can be interrupted
at any moment and goes on, processes and machines share the work, and however it was made the files are the same.
"""

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from keras_gan import modalities
from keras_gan.data import processes
from keras_gan.data.packed import manifest
from keras_gan.errors import UserError
from keras_gan.storage import arrays, files, records
from keras_gan.storage.schema import Unreadable, count

_PIECE_BYTES = 32 * 2**20
_FEWEST, _MOST = 16, 8192  # rows of a piece
_COLUMN = {"name": str, "rows": count, "bytes": count, "sha256": str, "dtype": str, "shape": [count]}
_FACTS = {"source": str, "kept": [count], "unreadable": [str], "columns": {str: _COLUMN}}


class Unfinished(Exception):
    """Not all pieces are there yet, for other machines have theirs to do; says how many are."""


def pack(plans, folder, name, task, skip_bad_files=False, shard=(1, 1)):
    """Packs the splits of a data set into a folder.

    Args:
        plans: `{split: plan}`, see `keras_gan.data.plans`.
        folder: where to.
        name, task: of the data set, for the manifest.
        skip_bad_files: whether to go on without what cannot be read.
        shard: `(i, n)`: does every n-th piece from the i-th on.

    Returns:
        The manifest.

    Raises:
        UserError: if something cannot be read, or cannot be packed.
        Unfinished: if pieces of other shards are missing.
    """
    folder = Path(folder)
    in_processes = all(plan.in_processes for plan in plans.values())
    pieces = [piece for split, plan in plans.items() for piece in _pieces(split, plan)]
    _make(
        [piece for number, piece in enumerate(pieces) if number % shard[1] == shard[0] - 1],
        folder,
        skip_bad_files,
        in_processes,
    )
    made = {piece: _facts(piece, folder) for piece in pieces}
    if missing := sum(facts is None for facts in made.values()):
        raise Unfinished(f"{len(pieces) - missing} of {len(pieces)} pieces are there")
    splits = {
        split: _split(split, plan, {piece: facts for piece, facts in made.items() if piece.split == split}, folder)
        for split, plan in plans.items()
    }
    facts = {"format": manifest.FORMAT, "name": name, "task": task, "splits": splits}
    files.write_json(folder / manifest.NAME, facts)
    manifest.remember(folder, facts)
    tidy(folder, facts)
    return facts


def tidy(folder, facts):
    """Removes what only packing needed, and what writers that were killed left, from a folder that has its manifest."""
    needed = {file["name"] for file in manifest.all_files(facts)}
    pieces = "|".join(re.escape(split) for split in facts["splits"])
    scaffolding = re.compile(rf"(?:{pieces})-.+-\d{{5}}\.(?:json|npy|array_record)|{files.PARTIAL}")
    for path in Path(folder).iterdir():
        if path.name not in needed and scaffolding.fullmatch(path.name):
            path.unlink(missing_ok=True)


@dataclass(frozen=True)
class _Piece:
    """Some rows of a group of columns, and where they go."""

    split: str
    group: tuple
    number: int
    start: int
    end: int
    task: object
    digest: str | None

    def __hash__(self):
        return hash((self.split, self.group, self.number))

    def __eq__(self, other):
        return (self.split, self.group, self.number) == (other.split, other.group, other.number)

    def file(self, column, suffix):
        return f"{self.split}-{column}-{self.number:05d}{suffix}"

    @property
    def sidecar(self):
        return self.file(self.group[0], ".json")

    @property
    def source(self):
        """What the rows depend on; empty if it is not known."""
        return f"{self.digest} {self.start}-{self.end}" if self.digest else ""


def _pieces(split, plan):
    for group, rows in plan.groups().items():
        size = int(np.clip(_PIECE_BYTES // max(1, plan.row_bytes(group)), _FEWEST, _MOST))
        for number, start in enumerate(range(0, rows, size)):
            end = min(start + size, rows)
            yield _Piece(split, group, number, start, end, plan.task(group, start, end), plan.digest)


def _facts(piece, folder):
    """What is known of a piece that was made; None if it has to be made."""
    try:
        facts = files.read_json(folder / piece.sidecar, _FACTS)
    except Unreadable:
        return None
    there = all(_has_size(folder / each["name"], each["bytes"]) for each in facts["columns"].values())
    return facts if there and facts["source"] == piece.source else None


def _make(pieces, folder, skip_bad_files, in_processes):
    """Makes the pieces that are not there yet, with a progress bar."""
    missing = [piece for piece in pieces if not piece.source or _facts(piece, folder) is None]
    rows = sum(piece.end - piece.start for piece in missing)
    make = partial(_make_one, folder=str(folder), skip_bad_files=skip_bad_files)
    mapped = processes.in_order(make, missing) if in_processes else map(make, missing)
    unreadable = []
    with tqdm(total=rows, desc="packing", unit=" examples", leave=False, delay=1) as bar:
        for piece, errors in zip(missing, mapped, strict=True):
            unreadable += errors
            bar.update(piece.end - piece.start)
    if unreadable and not skip_bad_files:
        raise UserError(
            f"{len(unreadable)} files cannot be read:\n  {arrays.listed(unreadable)}\n"
            "Remove or mend them, or go on without them with --skip-bad-files."
        )


def _make_one(piece, folder, skip_bad_files):
    """Decodes and writes one piece; returns what could not be read."""
    made, folder = piece.task(), Path(folder)
    if made.unreadable and not skip_bad_files:
        return made.unreadable
    written = {name: _written(folder, piece, name, rows) for name, rows in made.columns.items()}
    facts = {"source": piece.source, "kept": made.kept, "unreadable": made.unreadable, "columns": written}
    files.write_json(folder / piece.sidecar, facts)
    return made.unreadable


def _written(folder, piece, name, rows):
    """Writes the rows of one column; returns what is to be known of the file."""
    if rows.dtype == object:
        raise UserError(f"the column {name} holds values of different sizes, which cannot be packed.")
    row_shape = list(rows.shape[1:])
    if not row_shape:
        return _array_file(folder, piece.file(name, ".npy"), rows)
    file = piece.file(name, ".array_record")
    records.write(folder / file, rows)
    return _file_facts(folder, file, rows)


def _array_file(folder, name, rows):
    files.write(folder / name, lambda file: np.save(file, rows))
    return _file_facts(folder, name, rows)


def _file_facts(folder, name, rows):
    path = folder / name
    facts = {"name": name, "rows": len(rows), "bytes": path.stat().st_size, "sha256": files.sha256(path)}
    return {**facts, "dtype": np.dtype(rows.dtype).str, "shape": list(rows.shape[1:])}


def _has_size(path, size):
    return path.is_file() and path.stat().st_size == size


def _split(split, plan, made, folder):
    """What the manifest says of a split all of whose pieces are there."""
    columns, written, kept = {}, {}, {}
    for group in plan.groups():
        own = {piece: facts for piece, facts in made.items() if piece.group == group}
        kept[group] = [piece.start + row for piece, facts in own.items() for row in facts["kept"]]
        if not kept[group]:
            raise UserError(f"nothing of {' and '.join(group)} can be read.")
        for name in group:
            written[name] = [facts["columns"][name] for facts in own.values() if facts["kept"]]
            columns[name] = _column(written[name], folder)
    dataset = plan.whole(columns, kept)
    for name, column in dataset.columns.items():
        if isinstance(column, np.ndarray):  # one number for a row: held in one file
            written[name] = [_array_file(folder, f"{split}-{name}.npy", column)]
    return {
        "fields": {name: modalities.describe(field) for name, field in dataset.fields.items()},
        "groups": [list(group) for group in dataset.groups],
        "columns": {name: _column_facts(column, written[name]) for name, column in dataset.columns.items()},
        "provenance": dataset.provenance,
        "treatment": dataset.treatment,
        "passed_over": dict(sorted(dataset.passed_over.items())),
        "unreadable": [line for facts in made.values() for line in facts["unreadable"]],
        "digest": plan.digest or "",
    }


def _column(written, folder):
    """The column that some files hold one after the other."""
    paths, row_shape = [folder / each["name"] for each in written], tuple(written[0]["shape"])
    if not row_shape:
        return np.concatenate([np.load(path, allow_pickle=False) for path in paths])
    return records.Records(paths, [each["rows"] for each in written], written[0]["dtype"], row_shape)


def _column_facts(column, written):
    kept = ("name", "rows", "bytes", "sha256")
    return {
        "count": len(column),
        "dtype": np.dtype(column.dtype).str,
        "shape": list(column.shape[1:]),
        "content": arrays.content(column),
        "files": [{key: each[key] for key in kept} for each in written],
    }
