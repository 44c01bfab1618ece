"""`unpaired:PATH`: images of two domains, A and B, none of which belongs to any other.

`PATH/trainA` and `PATH/trainB` hold the images to learn from, `PATH/testA` and `PATH/testB` (or `valA` and `valB`),
which may be missing, those to test with.
"""

from pathlib import Path

from keras_gan.data import image_trees
from keras_gan.data.image_sets import image_dataset
from keras_gan.data.names import SPLIT_FOLDERS, check_folders
from keras_gan.data.paired import SIDES, ordered, print_direction
from keras_gan.errors import UserError, unknown
from keras_gan.registry import Source

SOURCE = Source(gives=("image",), argument="PATH", tasks=("unpaired",))


def load(path, options, split="train", task="unpaired"):
    """Reads both sides of a split; see `keras_gan.data.load`. Without folders for tests there is one split.

    A side has one channel if all its files for training are grey, else three.
    """
    parts, trained = _split_folders(path, split), _split_folders(path, "train")
    sides = []
    for part, training in zip(parts, trained, strict=True):
        channels = image_trees.common_channels(image_trees.find_files(training))
        sides.append(image_trees.read(image_trees.find_files(part), channels, options, part.name)[0])
    (from_, to), (sources, targets) = (ordered(both, options.direction) for both in (parts, sides))
    return image_dataset(
        name=options.dataset,
        images=targets,
        labels=None,
        class_names=(),
        provenance=f"{len(targets)} image files of {to.name}, made from {len(sources)} of {from_.name}, in the folder "
        f"{Path(path).resolve().name}; their licence is their owner's to state.",
        treatment=f"brought to {options.image_size}x{options.image_size} px (fit: {options.fit}).",
        sources=sources,
        aligned=False,
    )


def check_available(path, options):
    """Raises `UserError` unless both sides of the training split are there."""
    check_folders(options.dataset, [path])
    for part in _split_folders(path, "train"):
        if not part.is_dir():
            raise UserError(f"{path} has no folder {part.name}: unpaired images lie in trainA and trainB.")


def has_test(path, options):
    """Whether there is a test split."""
    return _split_folders(path, "test") != _split_folders(path, "train")


def inspect(path, options):
    """Reports on both sides of each split."""
    from keras_gan.data.inspection import inspect_trees

    print_direction(options)
    channels = [None, None]
    for split in ("train", "test") if has_test(path, options) else ("train",):
        print(f"\n{split}")
        sides = zip(_split_folders(path, split), channels, strict=True)
        channels = [inspect_trees([root], options, split, known) for root, known in sides]


def _split_folders(path, split):
    """The folders of both sides of a split; those of the training split where there are no others."""
    if split not in SPLIT_FOLDERS:
        raise unknown("split", split, SPLIT_FOLDERS)
    for name in SPLIT_FOLDERS[split]:
        parts = [Path(path) / f"{name}{side}" for side in SIDES]
        if all(part.is_dir() for part in parts):
            return parts
    return [Path(path) / f"train{side}" for side in SIDES]
