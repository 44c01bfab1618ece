"""`folder:PATH`: any tree of image files; the first level of sub-folders are the classes, if every image is in one."""

from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from keras_gan.data import images
from keras_gan.data.spec import ImageData
from keras_gan.errors import UserError


def load(path, options, split="train"):
    """Reads every image below `path`; see `keras_gan.data.load`. A folder has one split, whatever is asked for."""
    root = Path(path)
    paths = find_files(root)
    channels = common_channels(paths)
    decoded, kept = images.read_files(
        paths,
        options.image_size,
        channels,
        options.fit,
        options.skip_bad_files,
        progress=lambda results: tqdm(
            results, f"reading {root.name}", len(paths), unit=" images", leave=False, delay=1
        ),
    )
    if not kept:
        raise UserError(f"none of the {len(paths)} image files below {root} can be read.")
    if len(kept) < len(paths):
        print(f"skipped {len(paths) - len(kept)} unreadable files of {len(paths)}.")
        paths = [paths[index] for index in kept]
        decoded = decoded[..., : common_channels(paths)]  # one that was left out may have been the only one with colour
    class_names, labels = classes(root, paths)
    return ImageData(
        name=options.dataset,
        images=decoded,
        labels=labels,
        class_names=class_names,
        source=f"{len(kept)} image files of the folder {root.resolve().name}; their licence is their owner's to state.",
        treatment=f"brought to {options.image_size}x{options.image_size} px (fit: {options.fit}).",
    )


def find_files(root):
    """All image files below `root`, at least one."""
    paths = images.find_files(root)
    if not paths:
        raise UserError(f"no images below {root}: looked for {', '.join(images.SUFFIXES)}.")
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
    return 1 if all(mode in images.GREY_MODES for mode in map(_mode, paths) if mode) else 3


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
