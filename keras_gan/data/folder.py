"""`folder:PATH`: any tree of image files, or several as `folder:A+B`.

The classes are what `--labels` says: by default the first level of sub-folders of one tree, if every image is in one.
Several trees together have no classes by their sub-folders: each may mean other things by them.
"""

from collections import Counter
from pathlib import Path

import numpy as np

from keras_gan.data import image_trees, labels, layouts
from keras_gan.data.image_sets import image_dataset
from keras_gan.data.names import check_folders, folders
from keras_gan.errors import shown
from keras_gan.registry import Source

SOURCE = Source(gives=("image",), argument="PATH", takes_labels=True)


def load(path, options, split="train", task="sample"):
    """Reads every image below `path`; see `keras_gan.data.load`. A folder has one split, whatever is asked for."""
    trees = _trees(path, options)
    found = [file for tree in trees for file in tree.images]
    title = " and ".join(tree.root.name for tree in trees)
    decoded, kept = image_trees.read(found, image_trees.common_channels(found), options, title)
    if len(kept) < len(found):
        left = image_trees.common_channels([found[index] for index in kept])
        decoded = decoded[..., :left]  # one that was left out may have been the only one with colour
    classes = _classes(trees, options)
    class_names, numbers = _still_there(classes, kept)
    return image_dataset(
        name=options.dataset,
        images=decoded,
        labels=numbers,
        class_names=class_names,
        provenance=f"{len(kept)} image files of {_where(trees, classes)}; their licence is their owner's to state.",
        treatment=f"brought to {options.image_size}x{options.image_size} px (fit: {options.fit}).",
        passed_over=_passed_over(trees, classes),
    )


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
