"""Titles of grids: each stands above what it names, can be read, and widens nothing."""

import numpy as np
import pytest

from keras_gan.modalities.image import Image, pictures, titles


def tiles(count, size=64, channels=3):
    return np.full((count, size, size, channels), 0.5, np.float32)


def ink(strip):
    """The columns of a strip that have something dark."""
    return np.flatnonzero((strip[..., 0] < 128).any(axis=0))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_each_title_is_above_its_column(channels):
    grid = pictures.grid(tiles(6, channels=channels), 3, ("cat", "", "dog"))
    assert grid.shape[1:] == (3 * 64, channels)
    strip, below = grid[: -2 * 64], grid[-2 * 64 :]
    assert (below[..., 0] == 128).all()
    found = ink(strip)
    assert found[(found >= 64) & (found < 128)].size == 0
    for start in (0, 128):
        own = found[(found >= start) & (found < start + 64)] - start
        assert own.size > 5
        assert abs(own.mean() - 32) < 6  # centred
    if channels in (2, 4):
        assert (strip[..., -1] == 255).all()


def test_titles_that_are_wider_than_their_column_are_turned():
    short, long = (
        pictures.grid(tiles(2), 2, ("cat", name)).shape[0] - 64 for name in ("dog", "a long name of a class")
    )
    assert short < 25
    assert 100 < long < 190
    beyond = pictures.grid(tiles(2), 2, ("cat", "no end of a name " * 9))
    assert beyond.shape == (beyond.shape[0], 128, 3)
    assert beyond.shape[0] - 64 < 190
    assert ink(beyond[:-64]).max() < 128


def test_of_many_classes_each_sample_has_its_own_title():
    grid = pictures.grid(tiles(5), 3, ("one", "two", "three", "four", "a very long name of a class"))
    height = (grid.shape[0] - 2 * 64) // 2
    assert grid.shape == (2 * (64 + height), 3 * 64, 3)
    for row, named in ((0, 3), (1, 2)):
        strip = grid[row * (64 + height) :][:height]
        assert len({column // 64 for column in ink(strip)}) == named


def test_tiles_too_narrow_for_a_letter_have_no_titles():
    assert pictures.grid(tiles(2, size=8), 2, ("cat", "dog")).shape == (8, 16, 3)


@pytest.mark.parametrize("fonts", [titles._FONTS, ()])
def test_letters_of_other_languages_are_written_or_left_without_accents(fonts, monkeypatch):
    monkeypatch.setattr(titles, "_FONTS", fonts)
    accents, without = (pictures.grid(tiles(1), 1, (name,))[:-64] for name in ("Ärger", "Arger"))
    assert 5 < ink(accents).size < 60
    if not fonts:
        np.testing.assert_array_equal(accents, without)


@pytest.mark.parametrize(
    ("size", "columns", "zoom"),
    [(32, 1, 8), (32, 8, 3), (32, 16, 2), (28, 10, 3), (64, 8, 2), (64, 12, 1), (128, 8, 1), (256, 1, 1), (4, 64, 4)],
)
def test_small_pictures_are_enlarged_until_they_are_seen(size, columns, zoom):
    assert pictures.zoom_for((1, size, size, 3), columns) == zoom
    assert Image(size, size, 3).enlarged(tiles(1, size), columns=columns).shape == (1, size * zoom, size * zoom, 3)


def test_pixels_are_repeated():
    images = np.arange(4, dtype=np.float32).reshape(1, 2, 2, 1)
    assert pictures.enlarged(images, 2)[0, ..., 0].tolist() == [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3], [2, 2, 3, 3]]
