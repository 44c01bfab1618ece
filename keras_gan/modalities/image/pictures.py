"""Float images to picture files. The outer edge: [0, 1] becomes uint8."""

import itertools
import math

import numpy as np
from PIL import Image

from keras_gan.modalities.image import titles
from keras_gan.storage import files

# Edges in pixels that pictures are enlarged to: of one alone, of one among others, and at most of a row of them.
_ALONE, _IN_A_ROW, _ROW = 256, 96, 1024


def to_uint8(images):
    """Images in [0, 1] as uint8 in [0, 255], rounded to nearest."""
    return np.rint(np.clip(images, 0.0, 1.0) * 255.0).astype(np.uint8)


def columns_of(count):
    """Columns of a nearly square grid of so many tiles."""
    return math.ceil(math.sqrt(count))


def zoom_for(shape, columns):
    """How many times larger pictures `[N, height, width, channels]` are shown, so many beside one another.

    Such that small ones are seen, but the row does not outgrow a screen.
    """
    _, height, width, _ = shape
    wanted = _ALONE if columns == 1 else _IN_A_ROW
    return max(1, min(math.ceil(wanted / max(height, width)), _ROW // (columns * width)))


def enlarged(images, zoom):
    """Images `[N, height, width, channels]`, each pixel as `zoom` x `zoom` of its kind."""
    return images.repeat(zoom, axis=1).repeat(zoom, axis=2)


def grid(images, columns=None, captions=()):
    """Tiles `[N, height, width, channels]` in [0, 1] row by row into one image; nearly square by default.

    Args:
        columns: how many tiles a row has.
        captions: texts, as many as columns, to stand above them, or as many as tiles, each above its own.

    Returns:
        uint8 `[height, width, channels]`.
    """
    count, height, width, channels = images.shape
    columns = columns or columns_of(count)
    rows = math.ceil(count / columns)
    tiles = np.zeros((rows * columns, height, width, channels), np.uint8)
    tiles[:count] = to_uint8(images)
    parts = list(
        tiles.reshape(rows, columns, height, width, channels).swapaxes(1, 2).reshape(rows, height, -1, channels)
    )
    if captions:
        each_row = [captions[start : start + columns] for start in range(0, len(captions), columns)]
        above = titles.strips(each_row, width, columns, channels)
        parts = [part for pair in itertools.zip_longest(above, parts) for part in pair if part is not None]
    return np.concatenate(parts)


def to_pillow(pixels):
    """uint8 `[height, width, channels]` with 1 to 4 channels as a Pillow image."""
    return Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)


def from_png(file):
    """uint8 `[height, width, channels]` of an open PNG file that `to_pillow` has made."""
    pixels = np.asarray(Image.open(file))
    return pixels[:, :, None] if pixels.ndim == 2 else pixels


def save_grid(path, images, columns=None):
    """Writes one grid as a PNG."""
    save(path, to_pillow(grid(images, columns)))


def save(path, image, kind="PNG", **options):
    """Writes a Pillow image, as a whole for a viewer that watches the folder; `options` are Pillow's.

    Raises:
        OSError: if it cannot be written.
    """
    # There may be thousands of them, and they can be made again: no waiting for the disk.
    files.write(path, lambda file: image.save(file, format=kind, **options), durable=False)


TRANSPARENT = 255  # its number among the colours of a GIF


def gif_frame(pixels):
    """uint8 `[height, width, channels]` as a picture of at most 256 colours of its own.

    Without dithering: its dots would crawl from frame to frame. Pixels are transparent or not in a GIF; those of at
    least half opacity are not.
    """
    image = to_pillow(pixels)
    if pixels.shape[2] == 1:
        return image  # 256 greys are what a GIF can hold
    colours = 256 if pixels.shape[2] == 3 else TRANSPARENT
    frame = image.convert("RGB").quantize(colours, Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE)
    if pixels.shape[2] in (2, 4):
        frame.paste(TRANSPARENT, mask=image.getchannel("A").point(lambda opacity: 255 * (opacity < 128)))
    return frame
