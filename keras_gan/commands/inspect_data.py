"""`inspect-data`: what a data set holds, and what training will do with it."""

import collections
import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from keras_gan import data
from keras_gan.commands import quiet_tensorflow
from keras_gan.data import folder, images


def run(options):
    """Prints a report; unreadable files are listed, not fatal, and cost nothing but their line."""
    kind, path = data.split_name(options.dataset)
    if kind == "folder":
        return _inspect_folder(Path(path), options)
    data.check_available(options)
    quiet_tensorflow()
    found = data.load(options)
    height, width, channels = found.spec.image_shape
    print(f"{options.dataset}: {len(found):,} images\nsource: {found.source}\ntreatment: {found.treatment}")
    _print_classes(found.class_names, found.labels)
    distinct = len({hashlib.sha256(image.tobytes()).digest() for image in found.images})
    print(f"duplicates: {len(found) - distinct:,}\ntraining sees {width}x{height} px with {channels} channel(s)")
    return 0


def _inspect_folder(root, options):
    paths = folder.find_files(root)
    others = sum(path.is_file() and path.suffix.lower() not in images.SUFFIXES for path in root.rglob("*"))
    print(f"{root}: {len(paths):,} image files, {others:,} other files (not read)")
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(_inspect_file, paths))
    good = [(path, result) for path, result in zip(paths, results, strict=True) if not isinstance(result, str)]
    _print_counts("sizes", collections.Counter(f"{size[0]}x{size[1]}" for _, (size, _, _) in good))
    _print_counts("modes", collections.Counter(mode for _, (_, mode, _) in good))
    _print_classes(*folder.classes(root, [path for path, _ in good]))
    _print_broken(root, paths, results)
    _print_duplicates(root, good)
    channels = folder.common_channels([path for path, _ in good])
    size = options.image_size
    fits = collections.Counter(_treatment(image_size, size, options.fit) for _, (image_size, _, _) in good)
    print(f"training sees {len(good):,} images of {size}x{size} px with {channels} channel(s)")
    _print_counts("treatment", fits)
    return 0


def _inspect_file(path):
    """`(size, mode, hash of the pixels)` of a readable image, or why it is not one."""
    try:
        image = images.decode(path, channels=3)
        with images.Image.open(path) as file:
            mode = file.mode
    except Exception as error:
        return images.reason(error)
    return image.size, mode, hashlib.sha256(f"{image.size}".encode() + image.tobytes()).digest()


def _treatment(image_size, size, how):
    if image_size == (size, size):
        return "as they are"
    return {"crop": "cropped and resized", "pad": "padded", "stretch": "stretched"}[
        images.resolve_fit(image_size, size, how)
    ]


def _print_counts(title, counts, most=6):
    shown = ", ".join(f"{name} ({count:,})" for name, count in counts.most_common(most))
    more = f", and {len(counts) - most} more" if len(counts) > most else ""
    print(f"{title}: {shown or 'none'}{more}")


def _print_classes(names, labels):
    if labels is None:
        print("classes: none")
        return
    _print_counts(f"classes ({len(names)})", collections.Counter(names[label] for label in labels), most=20)


def _print_broken(root, paths, results):
    broken = [(path, result) for path, result in zip(paths, results, strict=True) if isinstance(result, str)]
    print(f"unreadable: {len(broken)}")
    for path, why in broken:
        print(f"  {path.relative_to(root)}: {why}")
    if broken:
        print("  training stops at these; --skip-bad-files goes on without them")


def _print_duplicates(root, good):
    same = collections.defaultdict(list)
    for path, (_, _, digest) in good:
        same[digest].append(path.relative_to(root).as_posix())
    groups = [names for names in same.values() if len(names) > 1]
    print(f"duplicates: {sum(len(names) - 1 for names in groups)}")
    for names in groups[:10]:
        print(f"  {' = '.join(names[:4])}" + (" = …" if len(names) > 4 else ""))
