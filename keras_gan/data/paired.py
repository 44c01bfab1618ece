"""`paired:PATH`: images that belong together two by two, A and B, one to be made from the other.

A split is the folder `PATH/train`, `PATH/test` or `PATH/val`, or `PATH` itself where there are no such folders. It
holds image files whose left half is A and whose right half is B, or two folders `A` and `B`, in which files belong
together by their names without suffixes. `PATH/A/train` beside `PATH/B/train`, and `PATH/trainA` beside `PATH/trainB`,
are understood, too.
"""

import os
from collections import Counter
from pathlib import Path

from keras_gan.data import image_trees, layouts
from keras_gan.data.image_sets import image_dataset
from keras_gan.data.layouts import SIDES
from keras_gan.data.names import check_folders
from keras_gan.errors import UserError, shown
from keras_gan.modalities.image import decoding
from keras_gan.registry import Source
from keras_gan.storage import arrays

SOURCE = Source(gives=("image",), argument="PATH", tasks=("paired",))


def load(path, options, split="train", task="paired"):
    """Reads every pair of a split; see `keras_gan.data.load`. Without a folder for tests there is one split.

    A side has one channel if all its files for training are grey, else three. Both images of a pair come to their size
    in the same way, so that they stay aligned.
    """
    sides, trained_sides = (_sides(path, options, each) for each in (split, "train"))
    pairs, size, where = _find_pairs(sides), options.image_size, _where(sides)
    trained = _find_pairs(trained_sides)
    channels = [image_trees.common_channels(files) for files in zip(*trained, strict=True)]
    channels = channels * 2 if len(channels) == 1 else channels

    def read(index):
        return [decoding.to_array(decoding.fit(side, size, options.fit)) for side in _read_pair(pairs[index], channels)]

    rows = [arrays.allocate((len(pairs), size, size, count), "images") for count in channels]
    bar = image_trees.progress(where.name, len(pairs))
    images, kept = arrays.fill(rows, read, options.skip_bad_files, bar, noun="image")
    image_trees.check_kept(kept, len(pairs), where)
    source, target = ordered(SIDES, options.direction)
    sources, targets = ordered(images, options.direction)
    return image_dataset(
        name=options.dataset,
        images=targets,
        labels=None,
        class_names=(),
        provenance=f"{len(kept)} pairs of images of the folder {shown(_title(path, sides))}; their licence is their "
        "owner's to state.",
        treatment=f"brought to {size}x{size} px (fit: {options.fit}), from {source} to {target}.",
        sources=sources,
        passed_over=_passed_over(path, options),
    )


def check_available(path, options):
    """Raises `UserError` unless the training split is where it must be, and every image has its partner."""
    check_folders(options.dataset, [path])
    _find_pairs(_sides(path, options, "train"))


def has_test(path, options):
    """Whether there is a test split."""
    return _sides(path, options, "test") != _sides(path, options, "train")


def inspect(path, options):
    """Reports on the pairs of each split: of files that hold both sides, the halves; otherwise side by side."""
    from keras_gan.data.inspection import inspect_trees, print_passed_over

    print_direction(options)
    print_passed_over(_passed_over(path, options))
    channels = [None, None]
    for split in ("train", "test") if has_test(path, options) else ("train",):
        sides = _sides(path, options, split)
        pairs = _find_pairs(sides)
        print(f"\n{split}: {len(pairs):,} pairs, {'side by side' if len(pairs[0]) == 1 else 'in two folders'}")
        if len(pairs[0]) == 1:
            channels = [inspect_trees(list(sides.values()), options, split, channels[0], half=_half)] * 2
        else:
            known = zip(SIDES, channels, strict=True)
            channels = [inspect_trees([sides[side]], options, split, count) for side, count in known]


def print_direction(options):
    """Says which side is made from which."""
    source, target = ordered(SIDES, options.direction)
    print(f"{options.dataset}: makes images of side {target} from those of side {source}")


def ordered(sides, direction):
    """`(source, target)` of the sides `(A, B)`."""
    return tuple(sides) if direction == "AtoB" else (sides[1], sides[0])


def _sides(path, options, split):
    """The trees of a split, `{side: Scan}`, where one of the side "" holds both; those of training if there are none.

    Raises:
        UserError: if there are no images to learn from, or not of both sides, or what they are is not certain.
    """
    found = image_trees.find(Path(path))
    sides = layouts.choose(found, split, complete=lambda there: there in ({""}, set(SIDES)))
    if len(sides) == 1 and "" not in sides:
        (side,) = sides
        missing = SIDES[1 - SIDES.index(side)]
        raise UserError(f"{shown(sides[side].root.parent)} holds a folder {side}, but no {missing} with images.")
    if "" in sides:
        layouts.check(found, options.dataset, splits=sides[""] is found)
    for each in sides.values():
        layouts.check(each, options.dataset, sides="" in sides)
    return sides


def _where(sides):
    """The folder that holds a split, or both of its sides."""
    return sides[""].root if "" in sides else sides["A"].root.parent


def _title(path, sides):
    """What to call a split: where its folder is called train or test, the one above says which data set it is."""
    where, root = _where(sides).resolve(), Path(path).resolve()
    return where.name if where == root else f"{where.parent.name}/{where.name}"


def _passed_over(path, options):
    """`{kind: count}` of what lies there and is in no split that is read."""
    used = [each for split in ("train", "test") for each in _sides(path, options, split).values()]
    return layouts.left_out(image_trees.find(Path(path)), used)


def _find_pairs(sides):
    """The files of all pairs, sorted by name: `(path,)` of one that holds both sides, or `(path of A, path of B)`.

    Raises:
        UserError: naming the files without a partner.
    """
    if "" in sides:
        return [(path,) for path in sides[""].images]
    by_name = [_by_name(sides[side]) for side in SIDES]
    alone = [files[name] for files, others in (by_name, by_name[::-1]) for name in sorted(files.keys() - others.keys())]
    if alone:
        raise UserError(
            f"{len(alone)} image files have no partner of the same name on the other side:\n"
            f"  {arrays.listed([shown(path) for path in alone])}"
        )
    return [(by_name[0][name], by_name[1][name]) for name in sorted(by_name[0])]


def _by_name(tree):
    """`{path below the root without suffix: path}` of all images."""
    paths = tree.images
    names = [os.path.splitext(name)[0] for name in tree.names]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        same = [shown(path) for path, name in zip(paths, names, strict=True) if name == twice[0]]
        raise UserError(f"{' and '.join(same)} have the same name apart from their suffixes: which one is it?")
    return dict(zip(names, paths, strict=True))


def _read_pair(files, channels):
    """Both sides of one of `_find_pairs`, as Pillow images of the same size, of 1 or 3 channels each.

    Raises:
        Unreadable: if a file cannot be decoded, or its sides are of different sizes.
    """
    if len(files) == 1:
        with decoding.naming(files[0]):
            both = decoding.decode(files[0], max(channels))
            width, height = _half(both)
            halves = [both.crop((left, 0, left + width, height)) for left in (0, width)]
            return [decoding.flatten(side, count) for side, count in zip(halves, channels, strict=True)]
    sides = []
    for path, count in zip(files, channels, strict=True):
        with decoding.naming(path):
            sides.append(decoding.decode(path, count))
    if sides[0].size != sides[1].size:
        sizes = ["x".join(map(str, side.size)) for side in sides]
        raise arrays.Unreadable(f"{shown(files[0])}: {sizes[0]} px, while {shown(files[1])} has {sizes[1]}")
    return sides


def _half(image):
    """The size of a Pillow image's left half; raises `ValueError` if its width is odd."""
    if image.width % 2:
        raise ValueError(f"its width of {image.width} px has no two equal halves")
    return image.width // 2, image.height
