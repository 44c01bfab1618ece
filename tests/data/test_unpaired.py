"""Two sets of pictures of which none belongs to any other."""

import numpy as np
import pytest
from PIL import Image as Picture

from keras_gan import data
from keras_gan.commands import inspect_data
from keras_gan.config import DataOptions, InspectOptions
from keras_gan.errors import UserError
from keras_gan.modalities.image import Image
from tests.conftest import SHARED

HORSES = SHARED / "data" / "horse2zebra128"


def fill(folder, count, start=0, mode="RGB"):
    folder.mkdir(parents=True)
    for index in range(count):
        Picture.new(mode, (8, 8), (start + index,) * 3 if mode == "RGB" else start + index).save(
            folder / f"{index}.png"
        )


def load(path, split="train", **options):
    return data.load(DataOptions(dataset=f"unpaired:{path}", image_size=8, **options), split)


def test_sets_keep_their_own_sizes(tmp_path):
    fill(tmp_path / "trainA", 3, mode="L")
    fill(tmp_path / "trainB", 5, start=100)
    loaded = load(tmp_path)
    assert loaded.columns["real"][:, 0, 0, 0].tolist() == [100, 101, 102, 103, 104]
    assert loaded.columns["source"][:, 0, 0, 0].tolist() == [0, 1, 2]
    assert loaded.fields == {"real": Image(8, 8, 3), "source": Image(8, 8, 1)}
    assert (loaded.aligned, "label" in loaded.columns, len(loaded)) == (False, False, 5)
    assert {name: loaded.facts[name] for name in ("images", "sources", "aligned")} == {
        **{"images": 5, "sources": 3},
        "aligned": False,
    }
    back = load(tmp_path, direction="BtoA")
    np.testing.assert_array_equal(back.columns["real"], loaded.columns["source"])
    np.testing.assert_array_equal(back.columns["source"], loaded.columns["real"])
    assert "5 image files of trainB, made from 3 of trainA" in loaded.provenance
    assert "3 image files of trainA, made from 5 of trainB" in back.provenance


@pytest.mark.parametrize("name", ["test", "val"])
def test_test_split(tmp_path, name):
    for index, folder in enumerate(("trainA", "trainB", f"{name}A", f"{name}B")):
        fill(tmp_path / folder, 2 + index, start=50 * index, mode="L" if folder == "trainA" else "RGB")
    loaded = load(tmp_path, "test")
    assert [len(loaded.columns[name]) for name in ("source", "real")] == [4, 5]
    assert loaded.columns["real"][0, 0, 0, 0] == 150
    assert loaded.fields == load(tmp_path).fields  # side A is grey in training


def test_without_both_test_folders_there_is_one_split(tmp_path):
    for folder in ("trainA", "trainB", "testA"):
        fill(tmp_path / folder, 2)
    assert not data.has_test(DataOptions(dataset=f"unpaired:{tmp_path}"))
    with pytest.raises(UserError, match="has no test split"):
        load(tmp_path, "test")


def test_missing_and_empty_folders(tmp_path):
    fill(tmp_path / "trainA", 2)
    with pytest.raises(UserError, match="has no folder trainB"):
        load(tmp_path)
    (tmp_path / "trainB").mkdir()
    with pytest.raises(UserError, match=r"no images below .*trainB"):
        load(tmp_path)


def test_unreadable_files(tmp_path, capsys):
    fill(tmp_path / "trainA", 2)
    fill(tmp_path / "trainB", 3)
    (tmp_path / "trainB" / "1.png").write_bytes(b"broken")
    with pytest.raises(UserError, match=r"trainB/1\.png: not an image"):
        load(tmp_path)
    loaded = load(tmp_path, skip_bad_files=True)
    assert (len(loaded.columns["source"]), loaded.columns["real"][:, 0, 0, 0].tolist()) == (2, [0, 2])
    assert "skipped 1 unreadable files of 3" in capsys.readouterr().out


def test_inspect_data_reports_both_sides(tmp_path, capsys):
    for index, folder in enumerate(("trainA", "trainB", "testA", "testB")):
        fill(tmp_path / folder, 2 + index)
    assert inspect_data.run(InspectOptions(dataset=f"unpaired:{tmp_path}", image_size=8)) == 0
    printed = capsys.readouterr().out
    for folder, count in (("trainA", 2), ("trainB", 3), ("testA", 4), ("testB", 5)):
        assert f"{tmp_path / folder}: {count} image files" in printed
    assert printed.count("training sees") == printed.count("tests see") == 2


@pytest.mark.skipif(not HORSES.is_dir(), reason="horse2zebra is not beside this checkout")
def test_horses_and_zebras():
    loaded, test = (
        data.load(DataOptions(dataset=f"unpaired:{HORSES}", image_size=32), split) for split in ("train", "test")
    )
    assert loaded.columns["real"].shape == loaded.columns["source"].shape == (300, 32, 32, 3)
    assert len(test.columns["real"]) == len(test.columns["source"]) == 60
    # Zebras have less colour than horses.
    colour = [np.ptp(loaded.columns[name].astype(int), axis=-1).mean() for name in ("real", "source")]
    assert colour[0] < colour[1]
