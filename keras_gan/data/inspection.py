"""What the files of image data hold: reports for people."""

import hashlib
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from keras_gan.data import image_trees
from keras_gan.errors import shown
from keras_gan.modalities.image import decoding, scanning


def inspect_trees(trees, options, split="train", channels=None, classes=None, passed_over=None, half=None):
    """Reports on the images of one or several trees; returns how many channels they will have.

    Args:
        trees: list of `Scan`s.
        options: the `DataOptions`.
        split: `train` or `test`.
        channels: what training has decided on, if it is known.
        classes: the `Classes` of all images, or None to say nothing of them.
        passed_over: what else lies there, `{kind: count}`.
        half: where each file holds two images, left and right, the function from a Pillow image to the size of one.
    """
    root = trees[0].root if len(trees) == 1 else Path()
    paths = [path for tree in trees for path in tree.images]
    for tree in trees:
        others = f", {others:,} other" if (others := sum(tree.passed_over.values())) else ""
        print(f"{shown(tree.root)}: {len(tree.images):,} image files{others}")
    print_passed_over(passed_over, [folder for tree in trees for folder in tree.without_images])
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(partial(_inspect_file, half=half), paths))
    good = [(path, result) for path, result in zip(paths, results, strict=True) if not isinstance(result, str)]
    _print_counts("sizes of each half" if half else "sizes", Counter(f"{w}x{h}" for _, ((w, h), _, _) in good))
    _print_counts("modes", Counter(mode for _, (_, mode, _) in good))
    if classes:
        of_good = [place for place, result in enumerate(results) if not isinstance(result, str)]
        print_classes(classes.names, None if classes.labels is None else classes.labels[of_good], classes.about)
    _print_broken(root, paths, results)
    _print_duplicates(root, good)
    channels = channels or image_trees.common_channels([path for path, _ in good])
    size, what = options.image_size, "pairs" if half else "images"
    fits = Counter(_treatment(image_size, size, options.fit) for _, (image_size, _, _) in good)
    sees = "training sees" if split == "train" else "tests see"
    print(f"{sees} {len(good):,} {what} of {size}x{size} px with {channels} channel(s)")
    _print_counts("treatment", fits)
    return channels


def _inspect_file(path, half):
    """`(size, mode, hash of the pixels)` of a readable image, or of each half of one, or why it is not one."""
    try:
        image = decoding.decode(path, channels=3)
        with decoding.open_image(path) as file:
            mode = file.mode
        size = half(image) if half else image.size
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
    text = ", ".join(f"{name} ({count:,})" for name, count in counts.most_common(most))
    more = f", and {len(counts) - most} more" if len(counts) > most else ""
    print(f"{title}: {text or 'none'}{more}")


def print_passed_over(counts, without_images=()):
    """Prints what of a folder is not read, if anything."""
    if counts:
        print(f"not read: {scanning.passed_over_text(counts)}")
    if without_images and "folders without images" in (counts or {}):
        names = [shown(folder) for folder in without_images]
        print(f"without images: {', '.join(names[:6])}" + (", …" if len(names) > 6 else ""))


def print_classes(names, labels, about=""):
    """Prints how many examples each class has; `about` is where they come from, or why there are none."""
    about = f" ({about})" if about else ""
    if labels is None:
        print(f"classes: none{about}")
        return
    _print_counts(f"classes{about} ({len(names)})", Counter(names[label] for label in labels), most=20)


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
    return shown(path.relative_to(root).as_posix() if path.is_relative_to(root) else path)
