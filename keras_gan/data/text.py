"""`text:FILE`: a UTF-8 file of text, a line a sample; `text:FILE+FILE`: one to train on and one to test with.

Of a single file a tenth of the lines, at most 1,000, chosen at random, is the test split.
"""

import os

import numpy as np

from keras_gan.data import lines as reading
from keras_gan.data.dataset import Dataset
from keras_gan.data.lines import Lines
from keras_gan.errors import UserError, shown, similar
from keras_gan.randomness import random_rows
from keras_gan.registry import Source

SOURCE = Source(argument="FILE", gives=("text",), tasks=("sample",), suffixes=(".txt",))


def load(rest, options, split="train", task="sample"):
    """Reads the lines of a split; the vocabulary is always that of the lines to train on."""
    parts = _splits(rest, options)
    field = reading.field_of(parts["train"].texts, options)
    column, _, passed_over = reading.column_of(parts[split], field)
    least = 2 if split == "train" else 1
    if len(column) < least:
        raise UserError(
            f"--dataset {shown(options.dataset)} has {len(column)} line(s) of up to {field.length} {field.unit_words} "
            f"to {split} with, and at least {least} must be there."
        )
    names = " and ".join(shown(os.path.basename(path)) for path in _paths(rest))
    return Dataset(
        name=options.dataset,
        fields={"real": field},
        columns={"real": column},
        groups=(("real",),),
        provenance=f"{len(column):,} lines of {names}, split {split}; their licence is their owner's to state.",
        treatment=reading.treatment(field, column),
        passed_over=passed_over,
    )


def has_test(rest, options):
    """Whether there are lines to test with: always."""
    return True


def check_available(rest, options):
    """Raises `UserError` unless the files are there and are text."""
    paths = _paths(rest)
    if len(paths) > 2:
        raise UserError(
            f"--dataset {shown(options.dataset)}: text:FILE+FILE takes one file to train on and one to test."
        )
    for path in paths:
        if os.path.isdir(path):
            raise UserError(f"--dataset {shown(options.dataset)}: {shown(path)} is a folder: name a file in it.")
        if not os.path.isfile(path):
            raise UserError(
                f"the file {shown(path)} of --dataset {shown(options.dataset)} does not exist.{similar(path)}"
            )
        if not os.path.getsize(path):
            raise UserError(f"{shown(path)} is empty.")


def inspect(rest, options):
    """Reports on the lines of both splits."""
    for split in ("train", "test"):
        dataset = load(rest, options, split)
        field, column = dataset.fields["real"], dataset.columns["real"]
        lengths = (column > 0).sum(axis=1)
        print(
            f"{split}: {len(column):,} lines, {lengths.mean():.1f} {field.unit_words} on average, {dataset.treatment}"
        )
        if dataset.passed_over:
            print(f"{split}: not read: {dataset.not_read}")
        for text in field.texts(column[:3]):
            print(f"  {text}")


def _paths(rest):
    """The files of a name: two that are joined by a +, or one, which may have a + in its name."""
    paths = [rest] if os.path.exists(os.path.expanduser(rest)) else rest.split("+")
    return [os.path.expanduser(path) for path in paths]


def _splits(rest, options):
    check_available(rest, options)
    first, *others = map(reading.read, _paths(rest))
    if others:
        return {"train": first, "test": others[0]}
    count = len(first.texts)
    if count < 3:
        raise UserError(f"{shown(rest)} has {count} line(s) with text: at least three are needed, one of them to test.")
    held = random_rows(count, min(max(count // 10, 1), reading.MOST_HELD))
    kept = np.setdiff1d(np.arange(count), held)
    return {
        "train": Lines([first.texts[row] for row in kept], first.passed_over),
        "test": Lines([first.texts[row] for row in np.sort(held)]),
    }
