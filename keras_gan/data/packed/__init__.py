"""`packed:DIR`: a data set that the command `pack` has decoded, read row by row from its files.

DIR may be anything that TensorFlow's file systems read, such as gs://bucket/packed: its files are then fetched into the
cache, once.
"""

import os
from pathlib import Path

import numpy as np

from keras_gan import modalities
from keras_gan.data.dataset import Dataset
from keras_gan.data.packed import manifest, remote
from keras_gan.errors import UserError, shown
from keras_gan.registry import Source
from keras_gan.storage.records import Records

SOURCE = Source(gives=(), argument="PATH", tasks=("sample", "restore", "paired", "unpaired"))


def load(rest, options, split="train", task="sample"):
    """The columns of a split, of which rows of several numbers stay in their files; see `keras_gan.data.load`."""
    folder = remote.local(rest)
    facts = _checked(folder, options)
    manifest.verify(folder, facts)
    if task not in (facts["task"], "restore"):
        raise UserError(f"--dataset {options.dataset} was packed for the task {facts['task']}, and this is {task}.")
    return opened(folder, facts, split, options.dataset)


def opened(folder, facts, split, name):
    """The `Dataset` of one split of a folder, by its manifest, under a name."""
    found = facts["splits"][split]
    return Dataset(
        name=name,
        fields={column: modalities.restore(field) for column, field in found["fields"].items()},
        columns={column: _column(folder, each) for column, each in found["columns"].items()},
        groups=tuple(tuple(group) for group in found["groups"]),
        provenance=found["provenance"],
        treatment=found["treatment"],
        passed_over=dict(found["passed_over"]),
        unreadable=tuple(found["unreadable"]),
    )


def check_available(rest, options):
    """Raises `UserError` unless all files are there, in the size that the manifest says, with such pictures."""
    if not remote.is_remote(rest):
        _checked(Path(rest), options)


def has_test(rest, options):
    """Whether there is a split called test."""
    return "test" in manifest.read(remote.local(rest))["splits"]


def has_classes(rest, options):
    """Whether there are labels, as far as is known at once."""
    if remote.is_remote(rest):
        return True, ""
    return "label" in manifest.read(Path(rest))["splits"]["train"]["fields"], "it was packed without"


def recognises(path):
    """Whether a folder is a packed data set."""
    return os.path.isfile(Path(path) / manifest.NAME)


def inspect(rest, options):
    """Prints what the manifest says."""
    facts = manifest.read(remote.local(rest))
    print(f"{options.dataset}: {facts['name']}, packed for the task {facts['task']}")
    for split, found in facts["splits"].items():
        files = [file for column in found["columns"].values() for file in column["files"]]
        held = sum(file["bytes"] for file in files) / 2**20
        print(f"{split}: {found['columns']['real']['count']:,} examples in {len(files)} files, {held:,.1f} MiB")
        for column, each in found["columns"].items():
            described = modalities.restore(found["fields"][column]).about
            print(f"  {column}: {each['count']:,} of {described}, {each['dtype']} {tuple(each['shape'])}")
        print(f"  source: {found['provenance']}\n  treatment: {found['treatment']}")
        for line in found["unreadable"]:
            print(f"  left out: {line}")


def _checked(folder, options):
    """The manifest of a folder all of whose files are there."""
    facts = manifest.read(folder)
    manifest.check_files(folder, facts)
    field = modalities.restore(facts["splits"]["train"]["fields"]["real"])
    if (edge := getattr(field, "height", None)) and edge != getattr(options, "image_size", edge):
        raise UserError(f"--dataset {shown(options.dataset)} holds images of {edge} px: say --image-size {edge}.")
    return facts


def _column(folder, facts):
    if facts["shape"]:
        files = facts["files"]
        paths, counts = [folder / file["name"] for file in files], [file["rows"] for file in files]
        return Records(paths, counts, facts["dtype"], tuple(facts["shape"]), facts["content"])
    (file,) = facts["files"]
    return np.load(folder / file["name"], allow_pickle=False)
