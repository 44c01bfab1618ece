"""Classes of image files: by their folders, by a table, or by their names, as `--labels` says."""

import csv
import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_gan.errors import UserError, shown, why
from keras_gan.storage import arrays, files

STYLEGAN = "dataset.json"
_STYLEGAN_FORM = {"labels": (None, [[str, object]])}
_TABLES = (".csv", ".tsv", ".txt", ".json")
_FILE_COLUMNS = {"file", "filename", "file_name", "image", "image_id", "img", "path", "name", "id"}
_LABEL_COLUMNS = {"label", "labels", "class", "class_name", "category", "target", "y"}
_ALL_DIFFERENT = 20  # from so many images on, that each has a class of its own is a mistake


@dataclass(frozen=True)
class Classes:
    """The classes of image files.

    Attributes:
        names: one for each, none without labels.
        labels: int32 `[N]`, or None.
        about: in a few words, where the labels come from, or why there are none; empty where folders are the classes.
        unused: how many lines of a table are of no image.
    """

    names: tuple[str, ...] = ()
    labels: np.ndarray | None = None
    about: str = ""
    unused: int = 0


def find(trees, how=None):
    """The `Classes` of image files.

    Args:
        trees: their `Scan`s.
        how: what `--labels` says: `folders`, those of the first level of one tree, if every image is in one; `none`; a
            table of files and labels (.csv, .tsv or StyleGAN's .json); or a regular expression, whose group is the
            label in a file's path. None: StyleGAN's `dataset.json` where it lies in the folder, else folders.

    Raises:
        UserError: if these are no labels, or not of all files.
    """
    found, table = trees[0], _table_of(trees, how)
    if how == "none" or (how is None and len(trees) > 1):
        return Classes(about="without labels" if how else "")
    if len(trees) > 1 and (table or how == "folders"):
        raise UserError(f"--labels {shown(how)} is for one folder; of several, labels can come from names alone.")
    if table:
        return _by_table(found, table)
    if how and how != "folders":
        return Classes(*_by_pattern(trees, how), f"labels by the pattern {shown(how)}")
    outside = [name for name in found.names if "/" not in name]
    if not outside:
        return Classes(*_numbered([name.partition("/")[0] for name in found.names], by_number=False))
    if len(outside) == len(found.names):
        return Classes()
    some = f"{len(outside):,} of {len(found.names):,} images"
    return Classes(about=f"no classes, for {some} lie outside of the sub-folders, as {shown(outside[0])}")


def _table_of(trees, how):
    """The file of the table that holds the labels, or None if they are to be had in another way."""
    root = trees[0].root
    if how is None:
        path = root / STYLEGAN
        return path if len(trees) == 1 and path.is_file() and _is_stylegan(path) else None
    for path in (how, os.path.join(root, how)):
        if os.path.isfile(path) and how not in ("folders", "none"):
            return Path(path)
    if how.lower().endswith(_TABLES) and "(" not in how:
        raise UserError(f"--labels {shown(how)}: there is no such file, neither here nor in {shown(root)}.")
    return None


def _is_stylegan(path):
    try:
        files.read_json(path, _STYLEGAN_FORM)
    except files.Unreadable:
        return False
    return True


# --- Tables -----------------------------------------------------------------------------------------------------------


def _by_table(found, table):
    given, title = _read_table(table), shown(table.name)
    if given is None:
        return Classes(about=f"without labels, as {title} says")
    every = list(_keys(found))
    labels = [next((given[key] for key in keys if key in given), None) for keys in every]
    bare = [shown(path) for path, label in zip(found.images, labels, strict=True) if label is None]
    if bare:
        raise UserError(
            f"{title} has no label of {len(bare):,} of {len(labels):,} images:\n  {arrays.listed(bare, 5)}\n"
            f"Its files are named by their paths below {shown(found.root)}."
        )
    unused = len(given.keys() - {key for keys in every for key in keys})
    return Classes(*_numbered(labels, title), f"labels from {title}", unused)


def _keys(found):
    """For each file, how a table may name it: by its path, with or without suffix and the folder's own name, or its
    name alone where no other file has it."""
    names = Counter(path.name for path in found.images)
    stems = Counter(path.stem for path in found.images)
    own = found.root.resolve().name
    for path, below in zip(found.images, found.names, strict=True):
        paths = [below, os.path.splitext(below)[0]]
        paths += [f"{own}/{each}" for each in paths]
        paths += [path.name] if names[path.name] == 1 else []
        yield paths + ([path.stem] if stems[path.stem] == 1 else [])


def _read_table(path):
    """`{name of a file: label}`; None where a file says that there are no labels."""
    pairs = _read_stylegan(path) if path.suffix.lower() == ".json" else _read_csv(path)
    if pairs is None:
        return None
    table, title = {}, shown(path.name)
    for name, label in pairs:
        name, label = name.strip().replace("\\", "/").removeprefix("./"), str(label).strip()
        if not label:
            raise UserError(f"{title} has an empty label, of {shown(name)}.")
        if table.setdefault(name, label) != label:
            raise UserError(f"{title} has two labels of {shown(name)}: {shown(table[name])} and {shown(label)}.")
    return table


def _read_stylegan(path):
    try:
        pairs = files.read_json(path, _STYLEGAN_FORM)["labels"]
    except files.Unreadable as error:
        raise UserError(
            f'--labels {shown(path)} cannot be read: {error}. Its form is {{"labels": [["FILE", 0], …]}}.'
        ) from None
    for pair in pairs or ():
        if len(pair) != 2 or type(pair[1]) not in (int, str):
            raise UserError(f"{shown(path.name)}: {shown(pair)[:80]} is not a file and its one class.")
    return pairs


def _read_csv(path):
    """Yields `(name of a file, label)`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"--labels {shown(path)} cannot be read: {why(error)}.") from None
    utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    # As Python has names of files that are not UTF-8.
    text = content.decode("utf-16", "replace") if utf16 else content.decode("utf-8-sig", "surrogateescape")
    lines = [line for line in text.splitlines() if line.strip()]
    delimiter = max(",;\t", key=lines[0].count) if lines else ","
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    except csv.Error as error:
        raise UserError(f"--labels {shown(path)} is no table: {error}.") from None
    first, second, rows = _columns(path, rows)
    for row in rows:
        if len(row) <= max(first, second):
            raise UserError(f"{shown(path.name)}: {shown(delimiter.join(row))[:80]!r} has no label.")
        yield row[first], row[second]


def _columns(path, rows):
    """The places of files and of labels, and the rows below the heading, if there is one."""
    heading = [cell.lower() for cell in rows[0]] if rows else []
    first = next((place for place, cell in enumerate(heading) if cell in _FILE_COLUMNS), None)
    second = next((place for place, cell in enumerate(heading) if cell in _LABEL_COLUMNS), None)
    if len(heading) == 2 and (first is None) != (second is None):
        first, second = (1 - second, second) if first is None else (first, 1 - first)
    if first is not None and second is not None:
        return first, second, rows[1:]
    if len(heading) == 2:
        return 0, 1, rows
    raise UserError(
        f"--labels {shown(path)} must have two columns, file and label, or say by a first line which these are"
        + (f"; it begins with {shown(','.join(rows[0]))[:80]!r}." if rows else "; it is empty.")
    )


# --- Names ------------------------------------------------------------------------------------------------------------


def _by_pattern(trees, text):
    """A pattern is looked for in the path below the folder."""
    try:
        pattern = re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise UserError(f"--labels {shown(text)} is neither a file nor a regular expression: {error}.") from None
    if pattern.groups != 1:
        raise UserError(
            f"--labels {shown(text)} is no file, and as a regular expression it needs one group in parentheses, the "
            rf"label, as '^(\w+)_\d+' in cat_07.png; it has {pattern.groups}."
        )
    names = [name for tree in trees for name in tree.names]
    matches = [pattern.search(name) for name in names]
    labels = [match and match[1] for match in matches]
    bare = [shown(name) for name, label in zip(names, labels, strict=True) if not label]
    if bare:
        raise UserError(
            f"--labels {shown(text)} finds no label in {len(bare):,} of {len(labels):,} names:\n  "
            f"{arrays.listed(bare, 5)}"
        )
    return _numbered(labels, f"--labels {shown(text)}")


def _numbered(labels, title="", by_number=True):
    """`(class names, labels int32 [N])` of labels in words; where all are numbers, in the order of these."""
    different = set(labels)
    if title and len(different) == len(labels) >= _ALL_DIFFERENT:
        raise UserError(f"{title} gives each of the {len(labels):,} images a class of its own: these are no classes.")
    by_number = by_number and all(re.fullmatch("[0-9]{1,18}", label) for label in different)
    names = sorted(different, key=(lambda label: (int(label), label)) if by_number else None)
    places = {name: place for place, name in enumerate(names)}
    return tuple(map(shown, names)), np.array([places[label] for label in labels], np.int32)
