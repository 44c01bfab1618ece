"""`folder:PATH`: any tree of image files, or several as `folder:A+B`.

The classes are what `--labels` says: by default the first level of sub-folders of one tree, if every image is in one.
Several trees together have no classes by their sub-folders: each may mean other things by them.
"""

import functools
import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_gan.data import image_trees, labels, layouts
from keras_gan.data.image_sets import image_dataset
from keras_gan.data.names import check_folders, folders
from keras_gan.data.plans import Piece
from keras_gan.errors import shown
from keras_gan.modalities.image import decoding
from keras_gan.registry import Source
from keras_gan.storage.arrays import Unreadable

SOURCE = Source(gives=("image",), argument="PATH", takes_labels=True)


def load(path, options, split="train", task="sample"):
    """Reads every image below `path`; see `keras_gan.data.load`. A folder has one split, whatever is asked for."""
    plan = Plan(path, options)
    decoded, kept = image_trees.read(plan.files, plan.channels, options, plan.title)
    if len(kept) < len(plan.files):
        left = image_trees.common_channels([plan.files[index] for index in kept])
        decoded = decoded[..., :left]  # one that was left out may have been the only one with colour
    return plan.whole({"real": decoded}, {("real",): kept})


class Plan:
    """How the images of a folder are decoded, see `keras_gan.data.plans`."""

    in_processes = True

    def __init__(self, path, options):
        self._trees, self._options = _trees(path, options), options
        self.files = [file for tree in self._trees for file in tree.images]
        self.title = " and ".join(tree.root.name for tree in self._trees)
        self._classes = _classes(self._trees, options)

    @functools.cached_property
    def channels(self):
        """1 if all images are grey, else 3."""
        return image_trees.common_channels(self.files)

    @functools.cached_property
    def digest(self):
        """Of the files, by their names, sizes and times, and of what is made of them."""
        digest, options = hashlib.sha256(), self._options
        labels = None if self._classes.labels is None else np.asarray(self._classes.labels).tolist()
        made = (options.image_size, options.fit, options.skip_bad_files, self._classes.names, labels)
        digest.update(repr(made).encode())
        for file in self.files:
            facts = file.stat()
            digest.update(f"{file} {facts.st_size} {facts.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def groups(self):
        return {("real",): len(self.files)}

    def row_bytes(self, group):
        return self._options.image_size**2 * self.channels

    def task(self, group, start, end):
        options = self._options
        return _Decoding(self.files[start:end], options.image_size, self.channels, options.fit)

    def whole(self, columns, kept):
        (kept,), options = kept.values(), self._options
        class_names, numbers = _still_there(self._classes, kept)
        return image_dataset(
            name=options.dataset,
            images=columns["real"],
            labels=numbers,
            class_names=class_names,
            provenance=f"{len(kept)} image files of {_where(self._trees, self._classes)}; their licence is their "
            "owner's to state.",
            treatment=f"brought to {options.image_size}x{options.image_size} px (fit: {options.fit}).",
            passed_over=_passed_over(self._trees, self._classes)
            + Counter({"unreadable files": len(self.files) - len(kept)}),
        )


def plan(path, options, split="train", task="sample"):
    """The `Plan` of a folder, which has one split, whatever is asked for."""
    return Plan(path, options)


@dataclass(frozen=True)
class _Decoding:
    """Decodes some image files."""

    paths: list
    size: int
    channels: int
    fit: str

    def __call__(self):
        images, kept, unreadable = [], [], []
        for number, path in enumerate(self.paths):
            try:
                with decoding.naming(path):
                    images.append(
                        decoding.to_array(decoding.fit(decoding.decode(path, self.channels), self.size, self.fit))
                    )
                kept.append(number)
            except Unreadable as error:
                unreadable.append(str(error))
        shape = (len(images), self.size, self.size, self.channels)
        return Piece({"real": np.stack(images) if images else np.empty(shape, np.uint8)}, kept, unreadable)


def check_available(path, options):
    """Raises `UserError` unless all the folders exist, hold images of one split, and have the labels asked for."""
    _classes(_trees(path, options), options)


def has_classes(path, options):
    """Whether the images have labels, and if not, why."""
    classes = _classes(_trees(path, options), options)
    return bool(classes.names), classes.about


def has_test(path, options):
    """Whether there is a test split: never."""
    return False


def inspect(path, options):
    """Reports on the images of all trees together."""
    from keras_gan.data.inspection import inspect_trees

    trees = _trees(path, options)
    classes = _classes(trees, options)
    inspect_trees(trees, options, classes=classes, passed_over=_passed_over(trees, classes))


def _how(options):
    return getattr(options, "labels", None)


def _trees(path, options):
    """The `Scan` of each tree."""
    roots = folders(path)
    check_folders(options.dataset, roots)
    trees = [image_trees.find(Path(root)) for root in roots]
    for tree in trees:
        layouts.check(tree, options.dataset, sides=_how(options) in (None, "folders"))
    return trees


def _classes(trees, options):
    return labels.find(trees, _how(options))


def _still_there(classes, kept):
    """`(class names, labels)` of the files that could be read."""
    if classes.labels is None:
        return (), None
    there, numbers = np.unique(classes.labels[kept], return_inverse=True)
    return tuple(classes.names[number] for number in there), numbers.astype(np.int32)


def _where(trees, classes):
    names = " and ".join(shown(tree.root.resolve().name) for tree in trees)
    return f"the folder{'s' * (len(trees) > 1)} {names}" + (f", {classes.about}" if classes.about else "")


def _passed_over(trees, classes):
    """`{kind: count}` of what lies there and is not read."""
    return sum((tree.passed_over for tree in trees), Counter({"labels without an image": classes.unused}))
