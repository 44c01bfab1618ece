"""Float images to picture files. The outer edge: [0, 1] becomes uint8."""

import math
from pathlib import Path

import numpy as np
from PIL import Image


def to_uint8(images):
    """Images in [0, 1] as uint8 in [0, 255], rounded to nearest."""
    return np.rint(np.clip(images, 0.0, 1.0) * 255.0).astype(np.uint8)


def grid(images, columns=None):
    """Tiles `[N, height, width, channels]` in [0, 1] row by row into one image; nearly square by default."""
    count, height, width, channels = images.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    tiles = np.zeros((rows * columns, height, width, channels), np.uint8)
    tiles[:count] = to_uint8(images)
    return tiles.reshape(rows, columns, height, width, channels).swapaxes(1, 2).reshape(rows * height, -1, channels)


def to_pillow(pixels):
    """uint8 `[height, width, channels]` with 1 to 4 channels as a Pillow image."""
    return Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)


def save_grid(path, images, columns=None):
    """Writes one grid as a PNG, atomically enough for a viewer that watches the folder."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    to_pillow(grid(images, columns)).save(temporary, format="PNG")
    temporary.replace(path)
