"""Synthetic pictures without end, each of which any process can draw by itself."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from keras_gan.data.image_sets import image_dataset
from keras_gan.data.plans import Piece


def picture(index, size):
    """uint8 `[size, size, 3]`, a pure function of its index: a gradient, an ellipse and a little noise."""
    draw = np.random.default_rng(index)
    low, high, colour = draw.integers(0, 256, (3, 3))
    ramp = np.linspace(0.0, 1.0, size)[:, None, None]
    image = Image.fromarray(np.broadcast_to(low + ramp * (high - low), (size, size, 3)).astype(np.uint8))
    left, top, width, height = draw.uniform(0.1, 0.6, 4) * size
    ImageDraw.Draw(image).ellipse((left, top, left + width, top + height), fill=tuple(map(int, colour)))
    noise = draw.integers(0, 8, (size, size, 1), np.uint8)
    return np.asarray(image) // 2 + noise


class Synthetic:
    """The plan of so many pictures, see `keras_gan.data.plans`."""

    in_processes = True

    def __init__(self, count, size):
        self.count, self.size, self.digest = count, size, f"synthetic {count} {size}"

    def groups(self):
        return {("real",): self.count}

    def row_bytes(self, group):
        return self.size**2 * 3

    def task(self, group, start, end):
        return Drawing(start, end, self.size)

    def whole(self, columns, kept):
        return image_dataset("synthetic", columns["real"], provenance="Drawn.", treatment="None.")


@dataclass(frozen=True)
class Drawing:
    """Draws some of the pictures."""

    start: int
    end: int
    size: int

    def __call__(self):
        images = np.stack([picture(index, self.size) for index in range(self.start, self.end)])
        return Piece({"real": images}, list(range(len(images))))
