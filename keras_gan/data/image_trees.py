"""Trees of image files: finding and reading them, and the classes that their folders make."""

from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from keras_gan.errors import UserError
from keras_gan.modalities.image import decoding


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
