"""`unpaired:PATH`: images of two domains, A and B, none of which belongs to any other.

`PATH/trainA` and `PATH/trainB` hold the images to learn from, `PATH/testA` and `PATH/testB` (or `valA` and `valB`),
which may be missing, those to test with. `PATH/train/A`, `PATH/A/train` and so on mean the same, and so do `PATH/A` and
`PATH/B` of images to learn from.
"""

from pathlib import Path

from keras_gan.data import image_trees, layouts
from keras_gan.data.image_sets import image_dataset
from keras_gan.data.layouts import SIDES
from keras_gan.data.names import check_folders
from keras_gan.data.paired import ordered, print_direction
from keras_gan.errors import UserError, shown
from keras_gan.registry import Source

SOURCE = Source(gives=("image",), argument="PATH", tasks=("unpaired",))


def load(path, options, split="train", task="unpaired"):
    """Reads both sides of a split; see `keras_gan.data.load`. Without folders for tests there is one split.

    A side has one channel if all its files for training are grey, else three.
    """
    parts, trained = _sides(path, options, split), _sides(path, options, "train")
    sides = []
    for part, training in zip(parts, trained, strict=True):
        channels = image_trees.common_channels(training.images)
        sides.append(image_trees.read(part.images, channels, options, part.root.name)[0])
    (from_, to), (sources, targets) = (ordered(both, options.direction) for both in (parts, sides))
    return image_dataset(
        name=options.dataset,
        images=targets,
        labels=None,
        class_names=(),
        provenance=f"{len(targets)} image files of {_title(path, to)}, made from {len(sources)} of "
        f"{_title(path, from_)}, in the folder {shown(Path(path).resolve().name)}; their licence is their owner's to "
        "state.",
        treatment=f"brought to {options.image_size}x{options.image_size} px (fit: {options.fit}).",
        sources=sources,
        aligned=False,
        passed_over=_passed_over(path, options),
    )


def check_available(path, options):
    """Raises `UserError` unless both sides of the training split are there."""
    check_folders(options.dataset, [path])
    _sides(path, options, "train")


def recognises(path):
    """Whether a folder is laid out like this."""
    return all((Path(path) / f"train{side}").is_dir() for side in SIDES)


def has_test(path, options):
    """Whether there is a test split."""
    return _sides(path, options, "test") != _sides(path, options, "train")


def inspect(path, options):
    """Reports on both sides of each split."""
    from keras_gan.data.inspection import inspect_trees, print_passed_over

    print_direction(options)
    print_passed_over(_passed_over(path, options))
    channels = [None, None]
    for split in ("train", "test") if has_test(path, options) else ("train",):
        print(f"\n{split}")
        sides = zip(_sides(path, options, split), channels, strict=True)
        channels = [inspect_trees([tree], options, split, known) for tree, known in sides]
    for kind, count in _passed_over(path, options).items():
        if kind.startswith("images in "):  # as of a test that the other side has not
            print(f"\n{shown(path)}/{kind.removeprefix('images in ')}: {count:,} image files, not used")


def _sides(path, options, split):
    """The `Scan`s of both sides of a split, A and B; those of the training split where there are no others.

    Raises:
        UserError: if there are no images of a side to learn from.
    """
    found = image_trees.find(Path(path))
    sides = layouts.choose(found, split, complete=set(SIDES).issubset)
    for side in SIDES:
        if side not in sides:
            _refuse(path, side)
        layouts.check(sides[side], options.dataset, sides=False)
    return [sides[side] for side in SIDES]


def _refuse(path, side):
    """Raises the `UserError` for a side without images to learn from."""
    folder = Path(path) / f"train{side}"
    if folder.is_dir():
        image_trees.find(folder)
    raise UserError(f"{shown(path)} has no folder train{side}: unpaired images lie in trainA and trainB.")


def _title(path, tree):
    return shown(tree.root.relative_to(path).as_posix())


def _passed_over(path, options):
    """`{kind: count}` of what lies there and is in no split that is read."""
    used = [tree for split in ("train", "test") for tree in _sides(path, options, split)]
    return layouts.left_out(image_trees.find(Path(path)), used)
