"""Trees of image files: finding and reading them."""

from functools import partial

from tqdm import tqdm

from keras_gan.errors import UserError, shown
from keras_gan.modalities.image import decoding, scanning


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
        raise UserError(f"none of the {count} image files below {shown(title)} can be read.")
    if len(kept) < count:
        print(f"skipped {count - len(kept)} unreadable files of {count}.")


def find(root):
    """The `Scan` of a tree with at least one image; raises `UserError` if there is none."""
    found = scanning.scan(root)
    if not found.images:
        raise UserError(scanning.no_images(found))
    return found


def size_of_first(root):
    """The shorter side of the first image below `root` that can be read, in pixels."""
    for path in find(root).images:
        try:
            with decoding.open_image(path) as file:
                return min(file.size)
        except Exception:  # as its decoding will say
            continue
    raise UserError(f"none of the image files below {shown(root)} can be read.")


def common_channels(paths):
    """1 if every readable file is grey, else 3. Reads headers alone."""
    return 1 if all(mode in decoding.GREY_MODES for mode in map(_mode, paths) if mode) else 3


def _mode(path):
    try:
        with decoding.open_image(path) as file:
            return "RGBA" if file.mode == "P" else file.mode
    except Exception:  # as its decoding will say
        return None
