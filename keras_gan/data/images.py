"""Images of any kind to uint8 arrays of one size, with Pillow."""

import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile, gettempdir

import numpy as np
from PIL import Image, ImageOps

from keras_gan.errors import UserError, why

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")
GREY_MODES = ("1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "F")

# A small file can unpack to any size. Pillow refuses twice its limit and warns above it; here the limit is one.
MOST_PIXELS = Image.MAX_IMAGE_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

# Larger sets are held in an unnamed temporary file and paged in by the operating system.
MEMORY_LIMIT_BYTES = 2 * 2**30


def decode(path, channels):
    """Reads one image file upright, 8 bits deep, on white where it is transparent.

    Args:
        path: a file that Pillow can read; of an animation, the first frame is taken.
        channels: 1 for grey, 3 for colour.

    Returns:
        A Pillow image of mode L or RGB.

    Raises:
        Exception: nearly any, as Pillow's decoders do on damaged files; `reason` puts it into words.
    """
    with Image.open(path) as file:
        file.load()
        return flatten(ImageOps.exif_transpose(file), channels)


def flatten(image, channels):
    """A Pillow image of any mode as L (1 channel) or RGB (3): 8 bits deep, on white where it is transparent."""
    if image.mode.startswith("I") or image.mode == "F":
        image = _to_8_bits(image)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("L" if channels == 1 else "RGB")


def _to_8_bits(image):
    """Grey images of 16 bits and more: 0 to 65535 becomes 0 to 255."""
    values = np.asarray(image, dtype=np.float64)
    if values.max(initial=0) > 255 or image.mode.startswith("I;16"):
        values = values / 257.0
    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))


def fit(image, size, how="auto"):
    """Brings a Pillow image to `size` x `size` pixels.

    Args:
        image: a Pillow image of mode L or RGB.
        size: edge length in pixels.
        how: `crop` cuts the centre square, then resizes; `pad` only ever shrinks, and centres on black; `stretch`
            changes the aspect; `auto` pads images that are at most a quarter too small and crops all others.
    """
    if image.size == (size, size):
        return image
    how = resolve_fit(image.size, size, how)
    if how == "stretch":
        return image.resize((size, size), _filter(max(image.size) > size))
    if how == "crop":
        return ImageOps.fit(image, (size, size), _filter(min(image.size) > size))
    if max(image.size) > size:
        scale = size / max(image.size)
        image = image.resize([max(1, round(edge * scale)) for edge in image.size], Image.Resampling.BOX)
    canvas = Image.new(image.mode, (size, size))
    canvas.paste(image, ((size - image.width) // 2, (size - image.height) // 2))
    return canvas


def resolve_fit(image_size, size, how):
    """What `auto` means for an image of `(width, height)` pixels."""
    if how != "auto":
        return how
    return "pad" if max(image_size) <= size and min(image_size) >= 0.75 * size else "crop"


def _filter(shrinking):
    # Averaging over the area is right for shrinking and blocky for enlarging.
    return Image.Resampling.BOX if shrinking else Image.Resampling.BICUBIC


def read_files(paths, size, channels, how, skip_bad_files=False, progress=None):
    """Decodes image files in parallel, each once.

    Returns:
        `(images uint8 [N, size, size, channels], kept)`; `kept` holds the indices of the readable paths.

    Raises:
        UserError: naming the unreadable files, unless `skip_bad_files`.
    """
    images = allocate((len(paths), size, size, channels))

    def read(index):
        with naming(paths[index]):
            return [to_array(fit(decode(paths[index], channels), size, how))]

    (images,), kept = fill([images], read, skip_bad_files, progress)
    return images, kept


def fill(arrays, read, skip_bad_files=False, progress=None):
    """Fills arrays row by row, in parallel.

    Args:
        arrays: list of arrays of equal length.
        read: function from a row's index to its value in each of them; raises `Unreadable` if there is none.
        skip_bad_files: leave out the rows that cannot be read.
        progress: wraps the loop, or None.

    Returns:
        `(arrays, kept)`: the arrays without the rows that are left out, and the indices of the others.

    Raises:
        UserError: naming the unreadable files, unless `skip_bad_files`.
    """

    def fill_row(index):
        try:
            for array, value in zip(arrays, read(index), strict=True):
                array[index] = value
        except Unreadable as error:
            return str(error)
        return None

    count = len(arrays[0])
    with ThreadPoolExecutor() as pool:  # Pillow decodes and resizes outside the interpreter lock
        results = pool.map(fill_row, range(count))
        errors = list(progress(results) if progress else results)
    bad = [error for error in errors if error]
    if bad and not skip_bad_files:
        raise UserError(
            f"{len(bad)} of {count} image files cannot be read:\n  {listed(bad)}\n"
            "Remove or mend them, or go on without them with --skip-bad-files."
        )
    kept = [index for index, error in enumerate(errors) if error is None]
    return [keep_rows(array, kept) for array in arrays], kept


def keep_rows(array, kept):
    """The rows with these indices, sorted: moved up in place, because the whole set may be larger than memory."""
    kept = np.asarray(kept, int)
    moved = np.flatnonzero(kept != np.arange(len(kept)))
    for start in range(moved[0] if len(moved) else len(kept), len(kept), 32):
        rows = kept[start : start + 32]
        array[start : start + len(rows)] = array[rows]  # read before it is written, and none moves down
    return array[: len(kept)]


class Unreadable(Exception):
    """A file that cannot be used; says which one and why."""


@contextmanager
def naming(path):
    """Any failure within becomes an `Unreadable` of this path."""
    try:
        yield
    except Exception as error:  # decoders raise nearly anything
        raise Unreadable(f"{path}: {reason(error)}") from None


def listed(lines, most=20):
    """Lines of a message, one below the other, not too many."""
    return "\n  ".join(lines[:most]) + (f"\n  … and {len(lines) - most} more" if len(lines) > most else "")


def to_array(image):
    """A Pillow image of mode L or RGB as uint8 `[height, width, channels]`."""
    array = np.asarray(image, dtype=np.uint8)
    return array[:, :, None] if array.ndim == 2 else array


def allocate(shape):
    """A uint8 array in memory, or over an unnamed temporary file if it would be too large for memory."""
    size = int(np.prod(shape, dtype=np.int64))
    if size <= MEMORY_LIMIT_BYTES:
        return np.empty(shape, np.uint8)
    with TemporaryFile() as file:  # the map outlives the handle
        try:
            if hasattr(os, "posix_fallocate"):  # a disk that fills up later would end the process without a word
                os.posix_fallocate(file.fileno(), 0, size)
            return np.memmap(file, np.uint8, "w+", shape=shape)
        except OSError as error:
            raise UserError(
                f"the decoded images need {size / 2**30:.1f} GiB in {gettempdir()} ({why(error)}): "
                "let TMPDIR name a folder on a larger disk."
            ) from None


def reason(error):
    """Why a file could not be decoded, in a few words."""
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        return f"more than {MOST_PIXELS:,} pixels"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "not an image" if "cannot identify" in str(error) else str(error) or type(error).__name__


def find_files(root):
    """All image files below `root` as sorted paths; hidden files and folders are passed over."""
    found = [path for path in Path(root).rglob("*") if path.suffix.lower() in SUFFIXES]
    visible = [p for p in found if not any(part.startswith(".") for part in p.relative_to(root).parts)]
    return sorted((path for path in visible if path.is_file()), key=lambda path: path.relative_to(root).as_posix())
