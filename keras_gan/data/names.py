"""Names of data sets: what `--dataset` may say and what it means. Looks at folders, and imports nothing heavy."""

import os
import re
from pathlib import Path

from keras_gan import registry
from keras_gan.errors import UserError, shown, similar, unknown

# Which folders hold a split, best first.
SPLIT_FOLDERS = {"train": ("train",), "test": ("test", "val"), "val": ("val", "test")}
# Files that hold images, and are no folder of them.
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".npz", ".npy", ".h5", ".hdf5", ".tfrecord")


def kinds():
    """What a data set's name may look like: `avatars`, `mnist`, …, `folder:PATH`."""
    alone, short, others = [], [], []
    for kind in registry.SOURCES.names():
        source = registry.SOURCES.describe(kind)
        short += source.short_names
        (others if source.argument else alone).append(f"{kind}:{source.argument}" if source.argument else kind)
        alone += [kind] if source.is_optional else []
    return (*alone, *short, *others)


def split_name(name):
    """`folder:photos` to `("folder", "photos")`, `mnist` to `("tfds", "mnist")`, `avatars` to `("avatars", "")`."""
    kind, _, rest = name.partition(":")
    for source in registry.SOURCES.names():
        if name in registry.SOURCES.describe(source).short_names:
            return source, name
    # Shells do not expand a ~ behind a colon.
    return kind, os.path.expanduser(rest) if _argument(kind) == "PATH" else rest


def _argument(kind):
    return registry.SOURCES.describe(kind).argument if kind in registry.SOURCES.names() else ""


def folders(rest):
    """`cats+dogs` to `["cats", "dogs"]`, but to `["cats+dogs"]` where there is a folder of that name."""
    if "+" not in rest or os.path.isdir(rest):
        return [rest]
    return [os.path.expanduser(part) for part in rest.split("+")]


def check_name(name):
    """Raises `UserError` for a name that no source can read."""
    kind, rest = split_name(name)
    known = kind in registry.SOURCES.names()
    if not known or not _takes(registry.SOURCES.describe(kind), rest) or "\0" in rest:
        raise _unknown(name)
    # It becomes a path below the folder of prepared sets, and must not lead out of it.
    is_name = registry.SOURCES.describe(kind).argument == "NAME"
    if is_name and not re.fullmatch(r"\w+([/:]\w[\w.+-]*)*", rest, re.ASCII):
        raise UserError(f"--dataset {name!r}: {rest!r} is no name of a tensorflow-datasets set, such as tfds:cifar10.")


def _takes(source, rest):
    return bool(rest) == bool(source.argument) or (source.is_optional and not rest)


def _unknown(name):
    """The `UserError` for a name that is none: a path is answered with what to do about it."""
    said, path = shown(name), os.path.expanduser(name)
    if os.path.isdir(path):
        return UserError(f"--dataset {said} is a folder: did you mean {_kind_of(path)}:{said}?")
    if os.path.isfile(path):
        return UserError(f"--dataset {said}: {_of_file(path)}")
    kind, _, rest = name.partition(":")
    if rest and kind.lower() in registry.SOURCES.names():
        return UserError(f"unknown dataset {said!r}: did you mean {f'{kind.lower()}:{shown(rest)}'!r}?")
    return unknown("dataset", name, kinds())


def _kind_of(folder):
    """The kind of source that knows a folder by its layout; else the first that takes any."""
    of_paths = [kind for kind in registry.SOURCES.names() if registry.SOURCES.describe(kind).argument == "PATH"]
    knowing = {kind: getattr(registry.SOURCES.module(kind), "recognises", None) for kind in of_paths}
    found = next((kind for kind, knows in knowing.items() if knows and knows(folder)), None)
    return found or next(kind for kind in of_paths if not registry.SOURCES.describe(kind).is_optional)


def _of_file(path):
    """What to do about a file where a folder of images is wanted."""
    for kind in registry.SOURCES.names():
        if Path(path).suffix.lower() in registry.SOURCES.describe(kind).suffixes:
            return f"did you mean {kind}:{shown(path)}?"
    if Path(path).suffix.lower() in _ARCHIVES:
        return f"{shown(path)} is an archive: unpack it, and name the folder of its images, as in folder:PATH."
    return f"{shown(path)} is a file: images are read from folders, as in folder:{shown(Path(path).parent)}."


def check_folders(dataset, parts):
    """Raises `UserError` unless every folder that a data set's name is made of exists."""
    if "" in parts:
        raise UserError(
            f"--dataset {dataset}: there is a + too many (several folders are joined as in folder:cats+dogs)."
        )
    missing = [part for part in parts if not os.path.isdir(part)]
    if missing and os.path.isfile(missing[0]):
        raise UserError(f"--dataset {shown(dataset)}: {_of_file(missing[0])}")
    if missing:
        raise UserError(
            f"the folder {shown(missing[0])} of --dataset {shown(dataset)} does not exist.{similar(missing[0])}"
        )


def check_task(dataset, variant):
    """Raises `UserError` if this kind of data does not fit what a variant does.

    Args:
        dataset: a data set's name.
        variant: the variant's name.
    """
    wanted, kind = registry.variant(variant), split_name(dataset)[0]
    source = registry.SOURCES.describe(kind)
    fitting = [
        name for name in kinds() if _serves(registry.SOURCES.describe(split_name(name.partition(":")[0])[0]), wanted)
    ]
    if _serves(source, wanted):
        return
    if source.gives and wanted.gives not in source.gives:
        what = f"{variant} makes values of the kind {wanted.gives}, which --dataset {dataset} does not have"
    elif wanted.task in registry.TRANSLATIONS:
        what = f"{variant} learns from {wanted.task} images, which --dataset {dataset} does not have"
    else:
        what = f"{variant} learns from images alone, and --dataset {dataset} is for {kind} translation"
    raise UserError(f"{what}: use {' or '.join([', '.join(fitting[:-1]), fitting[-1]]).lstrip(' or')} (docs/data.md).")


def _serves(source, wanted):
    return (not source.gives or wanted.gives in source.gives) and wanted.task in source.tasks


def short_name(name):
    """A folder-name-safe form: `folder:my photos/cats` becomes `cats`, `folder:photos/cats+dogs` `cats+dogs`.

    An argument that is no path and no name says nothing by itself: `stripes:64` becomes `stripes-64`.
    """
    kind, rest = split_name(name)
    argument = _argument(kind)
    if argument == "FILE":
        rest = Path(rest.partition("+")[0]).stem or rest
    elif argument == "PATH" and rest:
        rest = "+".join(Path(part).resolve().name for part in folders(rest)) or rest
    elif rest and argument != "NAME" and name != rest:
        rest = f"{kind}-{rest}"
    stem = rest or kind
    return "".join(c if (c.isascii() and c.isalnum()) or c in "._+-" else "-" for c in stem).lstrip("._+-") or kind
