"""`folder:PATH`: any tree of image files, or several as `folder:A+B`.

The first level of sub-folders of one tree are the classes, if every image is in one. Several trees together have no
classes: each may mean other things by its sub-folders.
"""

from pathlib import Path

from keras_gan.data import image_trees
from keras_gan.data.image_sets import image_dataset
from keras_gan.data.names import check_folders, folders
from keras_gan.registry import Source

SOURCE = Source(gives=("image",), argument="PATH")


def load(path, options, split="train", task="sample"):
    """Reads every image below `path`; see `keras_gan.data.load`. A folder has one split, whatever is asked for."""
    roots = [Path(part) for part in folders(path)]
    found = [file for root in roots for file in image_trees.find_files(root)]
    title = " and ".join(root.name for root in roots)
    decoded, kept = image_trees.read(found, image_trees.common_channels(found), options, title)
    paths = [found[index] for index in kept]
    if len(paths) < len(found):
        decoded = decoded[
            ..., : image_trees.common_channels(paths)
        ]  # one that was left out may have been the only one with colour
    class_names, labels = image_trees.classes(roots[0], paths) if len(roots) == 1 else ((), None)
    where = f"folder{'s' * (len(roots) > 1)} {' and '.join(root.resolve().name for root in roots)}"
    return image_dataset(
        name=options.dataset,
        images=decoded,
        labels=labels,
        class_names=class_names,
        provenance=f"{len(kept)} image files of the {where}; their licence is their owner's to state.",
        treatment=f"brought to {options.image_size}x{options.image_size} px (fit: {options.fit}).",
    )


def check_available(path, options):
    """Raises `UserError` unless all the folders exist."""
    check_folders(options.dataset, folders(path))


def has_test(path, options):
    """Whether there is a test split: never."""
    return False


def inspect(path, options):
    """Reports on the images of all trees together."""
    from keras_gan.data.inspection import inspect_trees

    trees = [Path(part) for part in folders(path)]
    inspect_trees(trees, options, report_classes=True)
