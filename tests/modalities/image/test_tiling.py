"""Tiles cover an image, count 1 together everywhere, and give what the whole gives."""

from itertools import pairwise, product

import numpy as np
import pytest

from keras_gan.modalities.image import tiling


@pytest.mark.parametrize(("tile", "overlap", "align"), [(8, 2, 1), (12, 3, 4), (20, 5, 4), (10, 0, 5), (7, 1, 1)])
def test_tiles_cover_and_overlap(tile, overlap, align):
    for length in range(1, 90):
        places = tiling.starts(length, tile, overlap, align)
        assert places[0] == 0
        assert 0 <= places[-1] + tile - length < max(align, tile - length + 1)
        assert all(place % align == 0 for place in places)
        steps = [second - first for first, second in pairwise(places)]
        assert all(0 < step <= tile - overlap for step in steps)
        # No fewer would do, which begin and overlap by multiples of `align`.
        step, whole = tile - -(-overlap // align) * align, -(-length // align) * align
        assert len(places) == 1 or tile + (len(places) - 2) * step < whole


def test_one_tile_where_one_will_do():
    assert tiling.starts(8, 8, 2) == [0]
    assert tiling.starts(9, 8, 2) == [0, 1]


def test_tiles_that_cannot_be_laid():
    with pytest.raises(ValueError, match="cannot overlap"):
        tiling.starts(100, 8, 8)
    with pytest.raises(ValueError, match="multiples of 3"):
        tiling.starts(100, 8, 2, 3)


@pytest.mark.parametrize(
    ("tile", "multiple", "expected"),
    [(256, 256, 64), (512, 256, 128), (64, 4, 4), (12, 4, 3), (20, 1, 1), (40, 12, 10)],
)
def test_alignment(tile, multiple, expected):
    assert tiling.alignment(tile, multiple) == expected


@pytest.mark.parametrize(("tile", "overlap", "align"), [(8, 2, 1), (16, 4, 4), (20, 5, 4), (12, 4, 1)])
def test_weights_sum_to_one(tile, overlap, align):
    for length in range(1, 120):
        places = tiling.starts(length, tile, overlap, align)
        weights = tiling.weights(places, tile, overlap)
        total = np.zeros(places[-1] + tile)
        for place, weight in zip(places, weights, strict=True):
            total[place : place + tile] += weight
        np.testing.assert_allclose(total, 1.0, atol=1e-6)
        assert weights.min() >= 0


def test_the_ramp_is_in_the_middle_of_the_overlap():
    first, second = tiling.weights([0, 8], 16, 8)
    ramp = [0.125, 0.375, 0.625, 0.875]
    np.testing.assert_allclose(first, [1] * 10 + ramp[::-1] + [0] * 2)
    np.testing.assert_allclose(second, [0] * 2 + ramp + [1] * 10)


def blurred(image, scale=1):
    """Means of 5x5 pixels beyond whose edge all is 0, of an image enlarged: what a small network would compute."""
    image = np.repeat(np.repeat(image, scale, axis=0), scale, axis=1).astype(np.float32)
    wide = np.pad(image, ((2, 2), (2, 2), (0, 0)))
    height, width = image.shape[:2]
    return sum(wide[y : y + height, x : x + width] * (1 + y + 3 * x) for y, x in product(range(5), range(5)))


@pytest.mark.parametrize("scale", [1, 3])
@pytest.mark.parametrize("size", [(40, 61), (16, 90), (33, 17)])
def test_tiles_give_what_the_whole_gives(size, scale):
    image = np.random.default_rng(0).uniform(size=(*size, 2))
    calls = []

    def run(tile):
        calls.append(tile.shape)
        return blurred(tile, scale)

    bands = list(tiling.bands(run, [image], (16, 16), (8, 8), (2, 2), scale))
    # The last tile may reach beyond the image, which is continued there by its edge.
    whole = blurred(tiling.padded(image, size[0] + size[0] % 2, size[1] + size[1] % 2), scale)
    np.testing.assert_allclose(np.concatenate(bands), whole[: scale * size[0], : scale * size[1]], rtol=1e-5)
    assert len(calls) > 4
    assert set(calls) == {(16, 16, 2)}


def test_rows_are_given_as_soon_as_they_are_finished():
    calls = []
    image = np.arange(50.0)[:, None, None] * np.ones((1, 30, 1))
    bands = tiling.bands(lambda tile: calls.append(0) or tile, [image], (20, 20), (5, 5))
    assert next(bands).shape == (15, 30, 1)
    assert len(calls) == 2
    assert [len(band) for band in bands] == [15, 20]


def test_several_images_are_divided_alike():
    first, second = np.random.default_rng(0).uniform(size=(2, 30, 41, 1))
    seen = []

    def run(a, b):
        seen.append((a, b))
        return a - b

    result = np.concatenate(list(tiling.bands(run, [first, second], (12, 16), (3, 4))))
    np.testing.assert_allclose(result, first - second, atol=1e-6)


def test_images_smaller_than_a_tile_are_continued_by_their_edge():
    image = np.arange(6.0).reshape(2, 3, 1)
    seen = []
    (band,) = tiling.bands(lambda tile: seen.append(tile) or 10 * tile, [image], (4, 5), (0, 0))
    np.testing.assert_array_equal(band, 10 * image)
    np.testing.assert_array_equal(seen[0][..., 0], [[0, 1, 2, 2, 2], *3 * [[3, 4, 5, 5, 5]]])
