"""`folder:PATH`: any tree of image files, or several as `folder:A+B`.

The first level of sub-folders of one tree are the classes, if every image is in one. Several trees together have no
classes: each may mean other things by its sub-folders.
"""

from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from keras_gan.data.image_sets import image_dataset
from keras_gan.data.names import check_folders, folders
from keras_gan.errors import UserError
from keras_gan.modalities.image import decoding
from keras_gan.registry import Source

SOURCE = Source("PATH")


def load(path, options, split="train", task="sample"):
    """Reads every image below `path`; see `keras_gan.data.load`. A folder has one split, whatever is asked for."""
    roots = [Path(part) for part in folders(path)]
    found = [file for root in roots for file in find_files(root)]
    title = " and ".join(root.name for root in roots)
    decoded, kept = read(found, common_channels(found), options, title)
    paths = [found[index] for index in kept]
    if len(paths) < len(found):
        decoded = decoded[..., : common_channels(paths)]  # one that was left out may have been the only one with colour
    class_names, labels = classes(roots[0], paths) if len(roots) == 1 else ((), None)
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


def read(paths, channels, options, title):
    """Decodes image files with a progress bar; `(images, kept)` as `images.read_files`, but at least one."""
    bar = progress(title, len(paths))
    size, how = options.image_size, options.fit
    decoded, kept = decoding.read_files(paths, size, channels, how, options.skip_bad_files, bar)
    check_kept(kept, len(paths), title)
    return decoded, kept


def progress(title, count):
    """A progress bar around the reading of so many images."""
    return partial(tqdm, desc=f"reading {title}", total=count, unit=" images", leave=False, delay=1)


def check_kept(kept, count, title):
    """Says how many of the files were left out; raises `UserError` if all were."""
    if not kept:
        raise UserError(f"none of the {count} image files below {title} can be read.")
    if len(kept) < count:
        print(f"skipped {count - len(kept)} unreadable files of {count}.")


def find_files(root):
    """All image files below `root`, at least one."""
    paths = decoding.find_files(root)
    if not paths:
        raise UserError(f"no images below {root}: looked for {', '.join(decoding.SUFFIXES)}.")
    return paths


def size_of_first(root):
    """The shorter side of the first image below `root` that can be read, in pixels."""
    for path in find_files(Path(root)):
        try:
            with Image.open(path) as file:
                return min(file.size)
        except Exception:  # as its decoding will say
            continue
    raise UserError(f"none of the image files below {root} can be read.")


def common_channels(paths):
    """1 if every readable file is grey, else 3. Reads headers alone."""
    return 1 if all(mode in decoding.GREY_MODES for mode in map(_mode, paths) if mode) else 3


def _mode(path):
    try:
        with Image.open(path) as file:
            return "RGBA" if file.mode == "P" else file.mode
    except Exception:  # as its decoding will say
        return None


def classes(root, paths):
    """`(class names, labels int32 [N])` by first-level sub-folder; `((), None)` if an image lies outside of any."""
    folders = [path.relative_to(root).parts[:-1] for path in paths]
    if not all(folders):
        return (), None
    names = sorted({folder[0] for folder in folders})
    return tuple(names), np.array([names.index(folder[0]) for folder in folders], np.int32)
