"""Shared by the end-to-end tests."""

import pytest

from tests.conftest import save_noise


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """A folder of two classes, of 42 images in all: in batches of 8, epochs end within batches."""
    folder = tmp_path_factory.mktemp("photos")
    save_noise([folder / name / f"{index}.png" for name in ("a", "b") for index in range(21)], (16, 16, 3), seed=5)
    return folder
