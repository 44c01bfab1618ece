"""Data sources, one module per kind, behind one name such as `mnist` or `folder:photos`."""

import importlib

from keras_gan.data import names, prepared
from keras_gan.data.names import KINDS, check_name, check_task, folders, short_name, split_name
from keras_gan.errors import UserError, unknown

__all__ = ["AUGMENTATIONS", "KINDS", "augmentations", "check_available", "check_name", "check_task", "folders"]
__all__ += ["load", "load_splits", "short_name", "split_name"]

AUGMENTATIONS = ("flip", "rotate", "color", "crop", "scale", "light")


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


def check_available(options):
    """Raises `UserError` for data that certainly cannot be loaded; imports nothing heavy."""
    kind, rest = split_name(options.dataset)
    check_name(options.dataset)
    if kind == "tfds":
        prepared.check_available(rest, options)
    elif kind == "avatars":
        _source(kind).check_size(options.image_size)
    else:
        names.check_folders(options.dataset)
        if kind != "folder":
            _source(kind).check_available(rest)


def load(options, split="train", task="sample"):
    """Reads the data set that `options` (a `DataOptions`) names.

    Args:
        options: a `DataOptions`.
        split: `train` or `test`; a source that has but one gives it, whichever is asked for.
        task: what the images are for: `sample`, `restore`, `paired` or `unpaired`. Avatars alone are drawn by it; all
            other kinds of data are for one task or do not mind.

    Returns:
        `ImageData` with images of `[image_size, image_size, channels]`.

    Raises:
        UserError: if the data is missing, unreadable or empty.
    """
    kind, rest = split_name(options.dataset)
    check_available(options)
    by_task = {"task": task} if kind == "avatars" else {}
    return _source(kind).load(rest, options, split, **by_task)


def load_splits(options, task="sample"):
    """Reads the images to train on, and some that the training does not see.

    These are the source's own test split; where it has none, a tenth of the images, at least 1 and at most 256,
    the same ones for ever, which are then missing from the training set.

    Args:
        options: a `DataOptions`.
        task: as for `load`.

    Returns:
        `(train, held_out)`, two `ImageData`.

    Raises:
        UserError: as `load`, and if no image would be left to train on.
    """
    kind, rest = split_name(options.dataset)
    train = load(options, "train", task)
    if _source(kind).has_test(rest, options):
        return train, load(options, "test", task)
    return importlib.import_module("keras_gan.data.holding_out").hold_out(train)


def _source(kind):
    """The module of a kind of data."""
    return importlib.import_module(f"keras_gan.data.{kind}")
