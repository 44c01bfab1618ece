"""`paired:PATH`: images that belong together two by two, A and B, one to be made from the other.

A split is the folder `PATH/train`, `PATH/test` or `PATH/val`, or `PATH` itself where there are no such folders. It
holds image files whose left half is A and whose right half is B, or two folders `A` and `B`, in which files belong
together by their names without suffixes.
"""

from collections import Counter
from pathlib import Path

from keras_gan.data import image_trees
from keras_gan.data.image_sets import image_dataset
from keras_gan.data.names import SPLIT_FOLDERS, check_folders
from keras_gan.errors import UserError, unknown
from keras_gan.modalities.image import decoding
from keras_gan.registry import Source
from keras_gan.storage import arrays

SOURCE = Source(gives=("image",), argument="PATH", tasks=("paired",))
SIDES = ("A", "B")


def load(path, options, split="train", task="paired"):
    """Reads every pair of a split; see `keras_gan.data.load`. Without a folder for tests there is one split.

    A side has one channel if all its files for training are grey, else three. Both images of a pair come to their size
    in the same way, so that they stay aligned.
    """
    where = _split_folder(path, split)
    pairs, size = _find_pairs(where), options.image_size
    trained = pairs if split == "train" else _find_pairs(_split_folder(path, "train"))
    channels = [image_trees.common_channels(files) for files in zip(*trained, strict=True)]
    channels = channels * 2 if len(channels) == 1 else channels

    def read(index):
        return [decoding.to_array(decoding.fit(side, size, options.fit)) for side in _read_pair(pairs[index], channels)]

    rows = [arrays.allocate((len(pairs), size, size, count), "images") for count in channels]
    bar = image_trees.progress(where.name, len(pairs))
    sides, kept = arrays.fill(rows, read, options.skip_bad_files, bar, noun="image")
    image_trees.check_kept(kept, len(pairs), where)
    source, target = ordered(SIDES, options.direction)
    sources, targets = ordered(sides, options.direction)
    # Where the folder of a split is called train or test, the one above says which data set it is.
    title = where.resolve().name if where == Path(path) else f"{where.resolve().parent.name}/{where.name}"
    return image_dataset(
        name=options.dataset,
        images=targets,
        labels=None,
        class_names=(),
        provenance=f"{len(kept)} pairs of images of the folder {title}; their licence is their owner's to state.",
        treatment=f"brought to {size}x{size} px (fit: {options.fit}), from {source} to {target}.",
        sources=sources,
    )


def check_available(path, options):
    """Raises `UserError` unless the training split is where it must be."""
    check_folders(options.dataset, [path])
    _split_folder(path, "train")


def has_test(path, options):
    """Whether there is a test split."""
    return _split_folder(path, "test") != _split_folder(path, "train")


def inspect(path, options):
    """Reports on the pairs of each split: of files that hold both sides, the halves; otherwise side by side."""
    from keras_gan.data.inspection import inspect_trees

    print_direction(options)
    channels = [None, None]
    for split in ("train", "test") if has_test(path, options) else ("train",):
        root = _split_folder(path, split)
        pairs = _find_pairs(root)
        print(f"\n{split}: {len(pairs):,} pairs, {'side by side' if len(pairs[0]) == 1 else 'in two folders'}")
        if len(pairs[0]) == 1:
            channels = [inspect_trees([root], options, split, channels[0], half=_half)] * 2
        else:
            sides = zip(SIDES, channels, strict=True)
            channels = [inspect_trees([root / side], options, split, known) for side, known in sides]


def print_direction(options):
    """Says which side is made from which."""
    source, target = ordered(SIDES, options.direction)
    print(f"{options.dataset}: makes images of side {target} from those of side {source}")


def _split_folder(path, split):
    """The folder of a split; that of the training split where there is no other."""
    root = Path(path)
    if split not in SPLIT_FOLDERS:
        raise unknown("split", split, SPLIT_FOLDERS)
    found = [root / name for name in SPLIT_FOLDERS[split] if (root / name).is_dir()]
    if found:
        return found[0]
    if split != "train":
        return _split_folder(path, "train")
    others = [name for name in SPLIT_FOLDERS["test"] if (root / name).is_dir()]
    if others:
        raise UserError(f"{root} holds a folder {others[0]}, but no folder train with images to learn from.")
    return root


def ordered(sides, direction):
    """`(source, target)` of the sides `(A, B)`."""
    return tuple(sides) if direction == "AtoB" else (sides[1], sides[0])


def _find_pairs(root):
    """The files of all pairs, sorted by name: `(path,)` of one that holds both sides, or `(path of A, path of B)`.

    Raises:
        UserError: naming the files without a partner, or if there are no images.
    """
    folders = [root / side for side in SIDES]
    there = [path.is_dir() for path in folders]
    if not any(there):
        return [(path,) for path in image_trees.find_files(root)]
    if not all(there):
        raise UserError(f"{root} holds a folder {SIDES[there.index(True)]}, but no {SIDES[there.index(False)]}.")
    by_name = [_by_name(path) for path in folders]
    alone = [files[name] for files, others in (by_name, by_name[::-1]) for name in sorted(files.keys() - others.keys())]
    if alone:
        raise UserError(
            f"{len(alone)} image files have no partner of the same name on the other side:\n"
            f"  {arrays.listed([str(path) for path in alone])}"
        )
    return [(by_name[0][name], by_name[1][name]) for name in sorted(by_name[0])]


def _by_name(root):
    """`{path below the root without suffix: path}` of all images."""
    paths = image_trees.find_files(root)
    names = [path.relative_to(root).with_suffix("").as_posix() for path in paths]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        same = [str(path) for path, name in zip(paths, names, strict=True) if name == twice[0]]
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
        raise arrays.Unreadable(f"{files[0]}: {sizes[0]} px, while {files[1]} has {sizes[1]}")
    return sides


def _half(image):
    """The size of a Pillow image's left half; raises `ValueError` if its width is odd."""
    if image.width % 2:
        raise ValueError(f"its width of {image.width} px has no two equal halves")
    return image.width // 2, image.height
