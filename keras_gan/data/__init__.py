"""Data sources, one module per kind, behind one name such as `mnist` or `folder:photos`."""

import importlib
import os
import re
from pathlib import Path

from keras_gan.data import prepared
from keras_gan.errors import UserError, unknown

TFDS_SHORT_NAMES = ("mnist", "fashion_mnist", "cifar10")
KINDS = ("avatars", *TFDS_SHORT_NAMES, "tfds:NAME", "folder:PATH")
AUGMENTATIONS = ("flip", "rotate", "color", "crop", "scale", "light")


def split_name(name):
    """`folder:photos` to `("folder", "photos")`, `mnist` to `("tfds", "mnist")`, `avatars` to `("avatars", "")`."""
    if name in TFDS_SHORT_NAMES:
        return "tfds", name
    kind, _, rest = name.partition(":")
    # Shells do not expand a ~ behind a colon.
    return kind, os.path.expanduser(rest) if kind == "folder" else rest


def check_name(name):
    """Raises `UserError` for a name that no source can read; imports nothing heavy."""
    kind, rest = split_name(name)
    if name != "avatars" and (kind not in ("tfds", "folder") or not rest or "\0" in rest):
        raise unknown("dataset", name, KINDS)
    # It becomes a path below the folder of prepared sets, and must not lead out of it.
    if kind == "tfds" and not re.fullmatch(r"\w+([/:]\w[\w.+-]*)*", rest, re.ASCII):
        raise UserError(f"--dataset {name!r}: {rest!r} is no name of a tensorflow-datasets set, such as tfds:cifar10.")


def augmentations(text):
    """`light,flip` to `("flip", "light")`, in the order of `AUGMENTATIONS`; imports nothing heavy.

    Raises:
        UserError: for a name that is unknown or given twice.
    """
    names = [name.strip() for name in text.split(",")] if text.strip() else []
    for name in names:
        if name not in AUGMENTATIONS:
            raise unknown("data augmentation", name, AUGMENTATIONS)
        if names.count(name) > 1:
            raise UserError(f"--data-augment {text} names {name!r} twice.")
    return tuple(name for name in AUGMENTATIONS if name in names)


def short_name(name):
    """A folder-name-safe form: `folder:my photos/cats` becomes `cats`."""
    kind, rest = split_name(name)
    stem = Path(rest).resolve().name if kind == "folder" else rest or kind
    return "".join(c if (c.isascii() and c.isalnum()) or c in "._+-" else "-" for c in stem).lstrip("._+-") or kind


def check_available(options):
    """Raises `UserError` for data that certainly cannot be loaded; imports nothing heavy."""
    kind, rest = split_name(options.dataset)
    check_name(options.dataset)
    if kind == "folder" and not Path(rest).is_dir():
        raise UserError(f"the folder {rest} of --dataset {options.dataset} does not exist or is not a folder.")
    if kind == "tfds":
        prepared.check_available(rest, options)
    if kind == "avatars":
        importlib.import_module("keras_gan.data.avatars").check_size(options.image_size)


def load(options, split="train"):
    """Reads the data set that `options` (a `DataOptions`) names.

    Returns:
        `ImageData` with images of `[image_size, image_size, channels]`.

    Raises:
        UserError: if the data is missing, unreadable or empty.
    """
    kind, rest = split_name(options.dataset)
    check_available(options)
    return importlib.import_module(f"keras_gan.data.{kind}").load(rest, options, split)
