"""Folders of images, with and without classes."""

import numpy as np
import pytest
from PIL import Image

from keras_gan import data, modalities, registry
from keras_gan.commands import inspect_data
from keras_gan.config import DataOptions, InspectOptions
from keras_gan.errors import UserError


def fill(folder, files, mode="RGB"):
    for number, name in enumerate(files):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new(mode, (20, 10), number * 40 if mode == "L" else (number * 40, 0, 0)).save(path)
    return DataOptions(dataset=f"folder:{folder}", image_size=8)


def test_flat_folder_has_no_classes(tmp_path):
    loaded = data.load(fill(tmp_path, ["b.png", "a.png", "c.png"]))
    assert loaded.columns["real"].shape == (3, 8, 8, 3)
    assert "label" not in loaded.columns
    assert loaded.fields == {"real": modalities.image.Image(8, 8, 3)}
    assert loaded.columns["real"][:, 0, 0, 0].tolist() == [40, 0, 80]  # by name, whatever the disk's order


def test_sub_folders_are_classes(tmp_path):
    loaded = data.load(fill(tmp_path, ["dog/x.png", "cat/deep/y.png", "cat/z.png"]))
    assert loaded.class_names == ("cat", "dog")
    assert loaded.columns["label"].tolist() == [0, 0, 1]
    assert loaded.columns["label"].dtype == np.int32


def test_images_outside_of_any_class_leave_no_classes(tmp_path):
    loaded = data.load(fill(tmp_path, ["dog/x.png", "top.png"]))
    assert "label" not in loaded.columns


def test_grey_images_have_one_channel(tmp_path):
    assert data.load(fill(tmp_path, ["a.png", "b.png"], "L")).columns["real"].shape == (2, 8, 8, 1)
    fill(tmp_path, ["c.png"], "RGB")
    assert data.load(DataOptions(dataset=f"folder:{tmp_path}", image_size=8)).columns["real"].shape == (3, 8, 8, 3)


def test_empty_folder(tmp_path):
    with pytest.raises(UserError, match="no images"):
        data.load(DataOptions(dataset=f"folder:{tmp_path}"))


def test_bad_files_can_be_skipped(tmp_path, capsys):
    fill(tmp_path, ["dog/a.png", "cat/b.png"])
    (tmp_path / "cat" / "broken.png").write_bytes(b"\x89PNG broken")
    with pytest.raises(UserError, match="1 of 3"):
        data.load(DataOptions(dataset=f"folder:{tmp_path}", image_size=8))
    loaded = data.load(DataOptions(dataset=f"folder:{tmp_path}", image_size=8, skip_bad_files=True))
    assert loaded.columns["real"].shape == (2, 8, 8, 3)
    assert loaded.columns["label"].tolist() == [0, 1]
    assert "skipped 1 unreadable" in capsys.readouterr().out


def test_channels_are_those_of_the_readable_files(tmp_path):
    fill(tmp_path, ["a.png", "b.png"], "L")
    noise = np.random.default_rng(0).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "colour.png")
    (tmp_path / "colour.png").write_bytes((tmp_path / "colour.png").read_bytes()[:600])
    loaded = data.load(DataOptions(dataset=f"folder:{tmp_path}", image_size=8, skip_bad_files=True))
    assert loaded.columns["real"].shape == (2, 8, 8, 1)


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


NO_NAMES = ("avatar", "folder", "folder:", "tfds:", "paired", "paired:", "unpaired:", "http:x", "", "MNIST")


@pytest.mark.parametrize("name", NO_NAMES)
def test_unknown_names(name):
    with pytest.raises(UserError, match="unknown dataset"):
        data.check_name(name)


def test_several_folders_are_one_set_without_classes(tmp_path):
    fill(tmp_path / "cats", ["x/b.png", "y/a.png"], "L")
    fill(tmp_path / "dogs", ["c.png"])
    options = DataOptions(dataset=f"folder:{tmp_path / 'cats'}+{tmp_path / 'dogs'}", image_size=8)
    loaded = data.load(options)
    assert loaded.columns["real"].shape == (3, 8, 8, 3)
    assert loaded.columns["real"][:, 0, 0, 0].tolist() == [0, 40, 0]
    assert ("label" in loaded.columns, loaded.class_names) == (False, ())
    assert "3 image files of the folders cats and dogs" in loaded.provenance
    assert data.short_name(options.dataset) == "cats+dogs"


def test_a_folder_whose_name_has_a_plus_is_one(tmp_path):
    fill(tmp_path / "a+b", ["one/x.png", "two/y.png"])
    fill(tmp_path / "a", ["z.png"])
    loaded = data.load(DataOptions(dataset=f"folder:{tmp_path / 'a+b'}", image_size=8))
    assert loaded.class_names == ("one", "two")
    assert data.short_name(f"folder:{tmp_path / 'a+b'}") == "a+b"


def test_the_missing_one_of_several_folders_is_named(tmp_path):
    fill(tmp_path / "cats", ["a.png"])
    for name, message in (
        (f"{tmp_path}/cats+{tmp_path}/dogs", f"the folder {tmp_path}/dogs of"),
        (f"{tmp_path}/bats+{tmp_path}/cats", f"the folder {tmp_path}/bats of"),
        (f"{tmp_path}/cats+", "a \\+ too many"),
    ):
        with pytest.raises(UserError, match=message):
            data.check_available(DataOptions(dataset=f"folder:{name}"))


def test_home_is_understood_in_each_of_several_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data.folders(data.split_name("folder:~/a+~/b")[1]) == [f"{tmp_path}/a", f"{tmp_path}/b"]


def test_inspect_data_looks_into_several_folders(tmp_path, capsys):
    fill(tmp_path / "cats", ["x/a.png"])
    fill(tmp_path / "dogs", ["a.png", "b.png"])
    inspect_data.run(InspectOptions(dataset=f"folder:{tmp_path}/cats+{tmp_path}/dogs", image_size=8))
    printed = capsys.readouterr().out
    for expected in ("cats: 1 image files", "dogs: 2 image files", "classes: none", "training sees 3 images"):
        assert expected in printed
    assert f"{tmp_path}/cats/x/a.png = {tmp_path}/dogs/a.png" in printed


@pytest.mark.parametrize(
    ("dataset", "task", "fits"),
    [
        *(("avatars", task, True) for task in ("sample", "restore", "paired", "unpaired")),
        *((name, task, True) for name in ("mnist", "folder:x", "tfds:y") for task in ("sample", "restore")),
        *(("paired:x", "paired", True), ("unpaired:x", "unpaired", True)),
        *((name, task, False) for name in ("mnist", "folder:x", "tfds:y") for task in ("paired", "unpaired")),
        *(("paired:x", task, False) for task in ("sample", "restore", "unpaired")),
        *(("unpaired:x", task, False) for task in ("sample", "restore", "paired")),
    ],
)
def test_the_kind_of_data_must_fit_the_task(dataset, task, fits, monkeypatch):
    monkeypatch.setattr(registry, "variant", lambda name: registry.Variant(gives="image", task=task))
    if fits:
        data.check_task(dataset, "some_variant")
        return
    with pytest.raises(UserError) as caught:
        data.check_task(dataset, "some_variant")
    message = str(caught.value)
    assert f"--dataset {dataset} " in message
    assert "some_variant" in message
    offered = message.partition(": use ")[2]
    for name in ("avatars", f"{task}:PATH") if task.endswith("paired") else ("folder:PATH",):
        assert name in offered
