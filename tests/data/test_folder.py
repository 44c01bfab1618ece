"""Folders of images, with and without classes."""

import numpy as np
import pytest
from PIL import Image

from keras_gan import data
from keras_gan.config import DataOptions
from keras_gan.errors import UserError


def fill(folder, files, mode="RGB"):
    for number, name in enumerate(files):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new(mode, (20, 10), number * 40 if mode == "L" else (number * 40, 0, 0)).save(path)
    return DataOptions(dataset=f"folder:{folder}", image_size=8)


def test_flat_folder_has_no_classes(tmp_path):
    loaded = data.load(fill(tmp_path, ["b.png", "a.png", "c.png"]))
    assert loaded.images.shape == (3, 8, 8, 3)
    assert loaded.labels is None
    assert loaded.spec.num_classes == 0
    assert loaded.images[:, 0, 0, 0].tolist() == [40, 0, 80]  # by name, whatever the disk's order


def test_sub_folders_are_classes(tmp_path):
    loaded = data.load(fill(tmp_path, ["dog/x.png", "cat/deep/y.png", "cat/z.png"]))
    assert loaded.class_names == ("cat", "dog")
    assert loaded.labels.tolist() == [0, 0, 1]
    assert loaded.labels.dtype == np.int32


def test_images_outside_of_any_class_leave_no_classes(tmp_path):
    loaded = data.load(fill(tmp_path, ["dog/x.png", "top.png"]))
    assert loaded.labels is None


def test_grey_images_have_one_channel(tmp_path):
    assert data.load(fill(tmp_path, ["a.png", "b.png"], "L")).images.shape == (2, 8, 8, 1)
    fill(tmp_path, ["c.png"], "RGB")
    assert data.load(DataOptions(dataset=f"folder:{tmp_path}", image_size=8)).images.shape == (3, 8, 8, 3)


def test_empty_folder(tmp_path):
    with pytest.raises(UserError, match="no images"):
        data.load(DataOptions(dataset=f"folder:{tmp_path}"))


def test_bad_files_can_be_skipped(tmp_path, capsys):
    fill(tmp_path, ["dog/a.png", "cat/b.png"])
    (tmp_path / "cat" / "broken.png").write_bytes(b"\x89PNG broken")
    with pytest.raises(UserError, match="1 of 3"):
        data.load(DataOptions(dataset=f"folder:{tmp_path}", image_size=8))
    loaded = data.load(DataOptions(dataset=f"folder:{tmp_path}", image_size=8, skip_bad_files=True))
    assert loaded.images.shape == (2, 8, 8, 3)
    assert loaded.labels.tolist() == [0, 1]
    assert "skipped 1 unreadable" in capsys.readouterr().out


def test_channels_are_those_of_the_readable_files(tmp_path):
    fill(tmp_path, ["a.png", "b.png"], "L")
    noise = np.random.default_rng(0).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "colour.png")
    (tmp_path / "colour.png").write_bytes((tmp_path / "colour.png").read_bytes()[:600])
    loaded = data.load(DataOptions(dataset=f"folder:{tmp_path}", image_size=8, skip_bad_files=True))
    assert loaded.images.shape == (2, 8, 8, 1)


def test_names_of_runs_are_plain():
    assert data.short_name("folder:/tmp/фото 1") == "1"
    assert data.split_name("folder:~")[1] != "~"


def test_nothing_but_bad_files(tmp_path):
    (tmp_path / "broken.png").write_bytes(b"")
    with pytest.raises(UserError, match="none of the 1"):
        data.load(DataOptions(dataset=f"folder:{tmp_path}", skip_bad_files=True))


def test_strange_names(tmp_path):
    loaded = data.load(fill(tmp_path, ["ein Bild & mehr.png", "图.png", "a|b<c>.png"]))
    assert len(loaded) == 3
    assert data.short_name("folder:my photos/cats & dogs") == "cats---dogs"


@pytest.mark.parametrize("name", ["avatar", "folder", "folder:", "tfds:", "http:x", "", "MNIST"])
def test_unknown_names(name):
    with pytest.raises(UserError, match="unknown dataset"):
        data.check_name(name)
