"""Images of any kind to uint8 arrays of one size, with Pillow."""

import threading
import warnings
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageOps

from keras_gan.errors import shown
from keras_gan.modalities.image.scanning import FORMATS, SUFFIXES, find_files
from keras_gan.storage.arrays import Unreadable, allocate, fill

__all__ = ["SUFFIXES", "find_files"]  # which files are images

GREY_MODES = ("1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "F")

# A small file can unpack to any size. Pillow refuses twice its limit and warns above it; here the limit is one.
MOST_PIXELS = Image.MAX_IMAGE_PIXELS
warnings.filterwarnings("ignore", module="PIL")  # of what it has mended in damaged files, by the line of its source
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


class _Budget:
    """Lets threads have so many pixels at once, one of them any number: a small file can unpack to any size."""

    def __init__(self, pixels):
        self._most, self._held, self._changed = pixels, 0, threading.Condition()

    @contextmanager
    def of(self, pixels):
        """Waits until there is room for so many."""
        with self._changed:
            self._changed.wait_for(lambda: not self._held or self._held + pixels <= self._most)
            self._held += pixels
        try:
            yield
        finally:
            with self._changed:
                self._held -= pixels
                self._changed.notify_all()


_BUDGET = _Budget(2**25)  # some hundred megabytes, with what decoding needs beside


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
    with open_image(path) as file, _BUDGET.of(file.width * file.height):
        return flatten(upright(file), channels)


def open_image(path):
    """Opens an image file, of which only the headers are read yet, as a Pillow image; raises nearly anything."""
    file = Image.open(path, formats=FORMATS)
    if file.width * file.height > MOST_PIXELS:
        raise Image.DecompressionBombError
    return file


def upright(file):
    """The pixels of an open Pillow image, turned as its EXIF data say; where these are damaged, as they are stored."""
    file.load()
    try:
        return ImageOps.exif_transpose(file)
    except Exception:  # parsers of damaged data raise nearly anything
        return file.copy()


def flatten(image, channels):
    """A Pillow image of any mode as L (1 channel) or RGB (3): 8 bits deep, on white where it is transparent."""
    if image.mode.startswith("I") or image.mode == "F":
        image = _to_8_bits(image)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("L" if channels == 1 else "RGB")


def _to_8_bits(image):
    """Grey images of 16 bits and more: 0 to 65535 becomes 0 to 255, and so does 0 to 1 of floats."""
    values = np.nan_to_num(np.asarray(image, dtype=np.float64))
    most = values.max(initial=0)
    if most > 255 or image.mode.startswith("I;16"):
        values = values / 257.0
    elif most <= 1 and image.mode == "F":
        values = values * 255.0
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
    images = allocate((len(paths), size, size, channels), "images")

    def read(index):
        with naming(paths[index]):
            return [to_array(fit(decode(paths[index], channels), size, how))]

    (images,), kept = fill([images], read, skip_bad_files, progress, noun="image")
    return images, kept


@contextmanager
def naming(path):
    """Any failure within becomes an `Unreadable` of this path."""
    try:
        yield
    except Exception as error:  # decoders raise nearly anything
        raise Unreadable(f"{shown(path)}: {reason(error)}") from None


def to_array(image):
    """A Pillow image of mode L or RGB as uint8 `[height, width, channels]`."""
    array = np.asarray(image, dtype=np.uint8)
    return array[:, :, None] if array.ndim == 2 else array


def reason(error):
    """Why a file could not be decoded, in a few words."""
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        return f"more than {MOST_PIXELS:,} pixels"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if "cannot identify" in str(error):
        return "not an image"
    return shown(" ".join(str(error).split()))[:200] or type(error).__name__
