"""Grids and the conversion at the outer edge."""

import numpy as np
import pytest
from PIL import Image

from keras_gan import pictures


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
