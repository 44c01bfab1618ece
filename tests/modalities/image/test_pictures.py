"""Grids and the conversion at the outer edge."""

import numpy as np
import pytest
from PIL import Image, ImageSequence

from keras_gan.modalities.image import movies, pictures


def test_to_uint8_rounds_and_clips():
    values = np.array([-0.5, 0.0, 0.5 / 255 + 1e-6, 0.499, 1.0, 1.7], np.float32)
    assert pictures.to_uint8(values).tolist() == [0, 0, 1, 127, 255, 255]


def test_grid_is_row_by_row():
    images = np.arange(5, dtype=np.float32)[:, None, None, None] / 255 * np.ones((1, 2, 3, 1), np.float32)
    grid = pictures.grid(images)
    assert grid.shape == (4, 9, 1)
    assert grid[::2, ::3, 0].tolist() == [[0, 1, 2], [3, 4, 0]]


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (2, "LA"), (3, "RGB"), (4, "RGBA")])
def test_saved_modes(tmp_path, channels, mode):
    pictures.save_grid(tmp_path / "new" / "grid.png", np.full((4, 2, 2, channels), 0.5, np.float32))
    with Image.open(tmp_path / "new" / "grid.png") as image:
        assert image.mode == mode
        assert image.size == (4, 4)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_walk_goes_there_and_back(tmp_path, channels):
    # Fewer than 256 colours, so that the palette loses nothing.
    images = np.random.default_rng(0).integers(0, 256, (4, 6, 5, channels)).astype(np.float32) / 255
    if channels in (2, 4):
        images[..., -1] = np.random.default_rng(1).integers(0, 2, (4, 6, 5))
    with open(tmp_path / "w.gif", "wb") as file:
        movies.write_walk(file, images, ".gif")
    with Image.open(tmp_path / "w.gif") as gif:
        assert gif.info["loop"] == 0
        assert gif.info["duration"] == 500  # 667 ms would be two seconds for three steps
        frames = [np.array(frame.convert("RGBA")) for frame in ImageSequence.Iterator(gif)]
    assert len(frames) == 6
    for frame, index in zip(frames, [0, 1, 2, 3, 2, 1], strict=True):
        expected = np.array(pictures.to_pillow(pictures.to_uint8(images[index])).convert("RGBA"))
        visible = expected[..., 3] > 0
        np.testing.assert_array_equal(frame[..., 3] > 0, visible)
        np.testing.assert_array_equal(frame[visible], expected[visible])
