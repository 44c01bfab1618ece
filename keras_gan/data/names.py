"""Names of data sets: what `--dataset` may say and what it means. Looks at folders, and imports nothing heavy."""

import os
import re
from pathlib import Path

from keras_gan.errors import UserError, unknown

TFDS_SHORT_NAMES = ("mnist", "fashion_mnist", "cifar10")
KINDS = ("avatars", *TFDS_SHORT_NAMES, "tfds:NAME", "folder:PATH", "paired:PATH", "unpaired:PATH")
PATH_KINDS = ("folder", "paired", "unpaired")
TRANSLATIONS = ("paired", "unpaired")  # tasks, and the kinds of data that are for these tasks alone

# Which folders hold a split, best first.
SPLIT_FOLDERS = {"train": ("train",), "test": ("test", "val"), "val": ("val", "test")}


def split_name(name):
    """`folder:photos` to `("folder", "photos")`, `mnist` to `("tfds", "mnist")`, `avatars` to `("avatars", "")`."""
    if name in TFDS_SHORT_NAMES:
        return "tfds", name
    kind, _, rest = name.partition(":")
    # Shells do not expand a ~ behind a colon.
    return kind, os.path.expanduser(rest) if kind in PATH_KINDS else rest


def folders(rest):
    """`cats+dogs` to `["cats", "dogs"]`, but to `["cats+dogs"]` where there is a folder of that name."""
    if "+" not in rest or os.path.isdir(rest):
        return [rest]
    return [os.path.expanduser(part) for part in rest.split("+")]


def check_name(name):
    """Raises `UserError` for a name that no source can read."""
    kind, rest = split_name(name)
    if name != "avatars" and (kind not in ("tfds", *PATH_KINDS) or not rest or "\0" in rest):
        raise unknown("dataset", name, KINDS)
    # It becomes a path below the folder of prepared sets, and must not lead out of it.
    if kind == "tfds" and not re.fullmatch(r"\w+([/:]\w[\w.+-]*)*", rest, re.ASCII):
        raise UserError(f"--dataset {name!r}: {rest!r} is no name of a tensorflow-datasets set, such as tfds:cifar10.")


def check_folders(name):
    """Raises `UserError` unless every folder that a `folder:`, `paired:` or `unpaired:` name is made of exists."""
    kind, rest = split_name(name)
    parts = folders(rest) if kind == "folder" else [rest]
    if "" in parts:
        raise UserError(f"--dataset {name}: there is a + too many (several folders are joined as in folder:cats+dogs).")
    missing = [part for part in parts if not os.path.isdir(part)]
    if missing:
        raise UserError(f"the folder {missing[0]} of --dataset {name} does not exist or is not a folder.")


def check_task(dataset, task, variant):
    """Raises `UserError` if this kind of data does not fit what a variant does.

    Args:
        dataset: a data set's name.
        task: `sample`, `restore`, `paired` or `unpaired`.
        variant: the variant's name, for the message.
    """
    kind, _ = split_name(dataset)
    if task in TRANSLATIONS and kind not in ("avatars", task):
        raise UserError(
            f"{variant} learns from {task} images, which --dataset {dataset} does not have: "
            f"use avatars or {task}:PATH (docs/data.md)."
        )
    if task not in TRANSLATIONS and kind in TRANSLATIONS:
        raise UserError(
            f"{variant} learns from images alone, and --dataset {dataset} is for {kind} translation: "
            f"use {', '.join(name for name in KINDS if not name.startswith(TRANSLATIONS))} (docs/data.md)."
        )


def short_name(name):
    """A folder-name-safe form: `folder:my photos/cats` becomes `cats`, `folder:photos/cats+dogs` `cats+dogs`."""
    kind, rest = split_name(name)
    if kind in PATH_KINDS:
        parts = folders(rest) if kind == "folder" else [rest]
        stem = "+".join(Path(part).resolve().name for part in parts)
    else:
        stem = rest or kind
    return "".join(c if (c.isascii() and c.isalnum()) or c in "._+-" else "-" for c in stem).lstrip("._+-") or kind
