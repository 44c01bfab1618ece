"""Large images in tiles: where they lie, and how what becomes of them is put together without seams."""

from itertools import pairwise

import numpy as np


def starts(length, tile, overlap, align=1):
    """Where tiles begin that cover `length` pixels, evenly spread.

    Args:
        length: of the image, in pixels, at least 1.
        tile: of each tile; a multiple of `align`. The last one may reach beyond the image.
        overlap: how much neighbours share at least; below `tile`, rounded up to `align`.
        align: tiles begin at multiples of it.
    """
    if length <= tile:
        return [0]
    extent, size, shared = -(-length // align), tile // align, -(-overlap // align)
    if tile % align or shared >= size:
        raise ValueError(f"tiles of {tile} px cannot overlap by {overlap} px and begin at multiples of {align} px.")
    last = -(-(extent - shared) // (size - shared)) - 1
    return [align * (number * (extent - size) // last) for number in range(last + 1)]


def alignment(tile, multiple):
    """The largest number up to `multiple` that divides `tile`, 4 px or more, into four parts or more.

    A network with strides sees the same as in the whole image where tiles begin at multiples of its own. One that takes
    few sizes, of which a tile may be the smallest, has to do with less.
    """
    return max(number for number in range(1, multiple + 1) if tile % number == 0 and 4 * number <= tile)


def overlap_of(tile, most=128):
    """A quarter of a tile, at most 128 px."""
    return min(tile // 4, most)


def weights(places, tile, overlap):
    """How much each tile counts at each of its pixels: with those of the others there, 1.

    A tile gives way to the next along a ramp of half the overlap, in the middle of what both cover. So the pixels next
    to the edge of a tile, a quarter of the overlap, count nothing: a network which looks no farther than that makes of
    tiles what it makes of the whole.

    Args:
        places: where tiles begin, see `starts`; with `overlap` at most a third of `tile`.
        tile, overlap: as there.

    Returns:
        float32 `[tiles, tile]`.
    """
    counts = np.ones((len(places), tile))
    for number, (first, second) in enumerate(pairwise(places)):
        middle = (second + first + tile) / 2
        for each, place in ((number, first), (number + 1, second)):
            way = (place + np.arange(tile) + 0.5 - middle) / max(overlap / 2, 1e-9)
            rising = np.clip(way + 0.5, 0.0, 1.0)
            counts[each] *= rising if each > number else 1.0 - rising
    return counts.astype(np.float32)


def padded(image, height, width):
    """`[h, w, C]` continued to the right and to the bottom by its last column and row, to `[height, width, C]`."""
    missing = ((0, height - image.shape[0]), (0, width - image.shape[1]), (0, 0))
    return np.pad(image, missing, mode="edge") if max(map(max, missing)) else image


def bands(run, images, tile, overlap, align=(1, 1), scale=1):
    """Runs a network on tiles, one after the other, and gives what comes of it from top to bottom.

    Args:
        run: function of the same tile of each of `images`, to float32 `[scale * tile height, scale * tile width, C]`.
        images: arrays `[height, width, …]` that belong together.
        tile: `(height, width)` of the tiles. An image that is smaller is padded, see `padded`.
        overlap: `(height, width)` that neighbours share at least.
        align: tiles begin at multiples of this `(height, width)`.
        scale: how many times as large the results are.

    Yields:
        float32 `[rows, scale * width, C]`, together the result of the whole image.
    """
    height, width = images[0].shape[:2]
    tops, lefts = (starts(*each) for each in zip((height, width), tile, overlap, align, strict=True))
    images = [padded(image, tops[-1] + tile[0], lefts[-1] + tile[1]) for image in images]
    down, across = (
        weights([scale * place for place in places], scale * size, scale * shared)[..., None]
        for places, size, shared in zip((tops, lefts), tile, overlap, strict=True)
    )
    waiting, rows_left = None, scale * height
    for number, top in enumerate(tops):
        band = None
        for place, left in enumerate(lefts):
            pixels = run(*(image[top : top + tile[0], left : left + tile[1]] for image in images))
            if band is None:
                band = np.zeros((len(pixels), scale * images[0].shape[1], pixels.shape[2]), np.float32)
            band[:, scale * left :][:, : pixels.shape[1]] += pixels * (down[number, :, None] * across[place])
        if waiting is not None:
            band[: len(waiting)] += waiting
        # What the next row of tiles does not reach is finished.
        finished = scale * (tops[number + 1] - top) if top != tops[-1] else len(band)
        waiting = band[finished:].copy()
        yield band[: min(finished, rows_left), : scale * width]
        rows_left -= finished
