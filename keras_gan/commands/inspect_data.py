"""`inspect-data`: what a data set holds, and what training will do with it."""

import hashlib
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from keras_gan import data
from keras_gan.data import folder, paired, unpaired
from keras_gan.distribution.startup import quiet_tensorflow
from keras_gan.modalities.image import decoding


def run(options):
    """Prints a report; unreadable files are listed, not fatal, and cost nothing but their line."""
    kind, path = data.split_name(options.dataset)
    data.check_available(options)
    if kind == "folder":
        _inspect([Path(part) for part in data.folders(path)], options, classes=True)
        return 0
    if kind in ("paired", "unpaired"):
        source, target = paired.ordered(paired.SIDES, options.direction)
        print(f"{options.dataset}: makes images of side {target} from those of side {source}")
        return _inspect_pairs(path, options) if kind == "paired" else _inspect_domains(path, options)
    quiet_tensorflow()
    found = data.load(options)
    height, width, channels = found.spec.image_shape
    print(f"{options.dataset}: {len(found):,} images\nsource: {found.source}\ntreatment: {found.treatment}")
    _print_classes(found.class_names, found.labels)
    distinct = len({hashlib.sha256(image.tobytes()).digest() for image in found.images})
    print(f"duplicates: {len(found) - distinct:,}\ntraining sees {width}x{height} px with {channels} channel(s)")
    return 0


def _inspect_pairs(path, options):
    """`paired:`, split by split: of files that hold both sides, the halves; otherwise side by side."""
    channels = [None, None]
    for split in ("train", "test") if paired.has_test(path, options) else ("train",):
        root = paired.split_folder(path, split)
        pairs = paired.find_pairs(root)
        print(f"\n{split}: {len(pairs):,} pairs, {'side by side' if len(pairs[0]) == 1 else 'in two folders'}")
        if len(pairs[0]) == 1:
            channels = [_inspect([root], options, split, channels[0], halves=True)] * 2
        else:
            sides = zip(paired.SIDES, channels, strict=True)
            channels = [_inspect([root / side], options, split, known) for side, known in sides]
    return 0


def _inspect_domains(path, options):
    """`unpaired:`, split by split and side by side."""
    channels = [None, None]
    for split in ("train", "test") if unpaired.has_test(path, options) else ("train",):
        print(f"\n{split}")
        sides = zip(unpaired.split_folders(path, split), channels, strict=True)
        channels = [_inspect([root], options, split, known) for root, known in sides]
    return 0


def _inspect(roots, options, split="train", channels=None, classes=False, halves=False):
    """Reports on the images of one or several trees; returns how many channels they will have.

    Args:
        roots: list of folders.
        options: the `DataOptions`.
        split: `train` or `test`.
        channels: what training has decided on, if it is known.
        classes: whether the sub-folders of a single tree are classes.
        halves: whether each file holds two images, left and right.
    """
    root = roots[0] if len(roots) == 1 else Path()
    paths = []
    for tree in roots:
        found = folder.find_files(tree)
        others = sum(path.is_file() and path.suffix.lower() not in decoding.SUFFIXES for path in tree.rglob("*"))
        print(f"{tree}: {len(found):,} image files, {others:,} other files (not read)")
        paths += found
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(partial(_inspect_file, halves=halves), paths))
    good = [(path, result) for path, result in zip(paths, results, strict=True) if not isinstance(result, str)]
    _print_counts("sizes of each half" if halves else "sizes", Counter(f"{w}x{h}" for _, ((w, h), _, _) in good))
    _print_counts("modes", Counter(mode for _, (_, mode, _) in good))
    if classes:
        _print_classes(*folder.classes(root, [path for path, _ in good]) if len(roots) == 1 else ((), None))
    _print_broken(root, paths, results)
    _print_duplicates(root, good)
    channels = channels or folder.common_channels([path for path, _ in good])
    size, what = options.image_size, "pairs" if halves else "images"
    fits = Counter(_treatment(image_size, size, options.fit) for _, (image_size, _, _) in good)
    sees = "training sees" if split == "train" else "tests see"
    print(f"{sees} {len(good):,} {what} of {size}x{size} px with {channels} channel(s)")
    _print_counts("treatment", fits)
    return channels


def _inspect_file(path, halves):
    """`(size, mode, hash of the pixels)` of a readable image, or of each half of one, or why it is not one."""
    try:
        image = decoding.decode(path, channels=3)
        with decoding.Image.open(path) as file:
            mode = file.mode
        size = paired.half(image) if halves else image.size
    except Exception as error:
        return decoding.reason(error)
    return size, mode, hashlib.sha256(f"{image.size}".encode() + image.tobytes()).digest()


def _treatment(image_size, size, how):
    if image_size == (size, size):
        return "as they are"
    return {"crop": "cropped and resized", "pad": "padded", "stretch": "stretched"}[
        decoding.resolve_fit(image_size, size, how)
    ]


def _print_counts(title, counts, most=6):
    shown = ", ".join(f"{name} ({count:,})" for name, count in counts.most_common(most))
    more = f", and {len(counts) - most} more" if len(counts) > most else ""
    print(f"{title}: {shown or 'none'}{more}")


def _print_classes(names, labels):
    if labels is None:
        print("classes: none")
        return
    _print_counts(f"classes ({len(names)})", Counter(names[label] for label in labels), most=20)


def _print_broken(root, paths, results):
    broken = [(path, result) for path, result in zip(paths, results, strict=True) if isinstance(result, str)]
    print(f"unreadable: {len(broken)}")
    for path, why in broken:
        print(f"  {_shown(path, root)}: {why}")
    if broken:
        print("  training stops at these; --skip-bad-files goes on without them")


def _print_duplicates(root, good):
    same = defaultdict(list)
    for path, (_, _, digest) in good:
        same[digest].append(_shown(path, root))
    groups = [names for names in same.values() if len(names) > 1]
    print(f"duplicates: {sum(len(names) - 1 for names in groups)}")
    for names in groups[:10]:
        print(f"  {' = '.join(names[:4])}" + (" = …" if len(names) > 4 else ""))


def _shown(path, root):
    """A path as seen from the only tree, or in full if there are several."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
