"""Pictures that belong together two by two: side by side in one file, or in two folders."""

import numpy as np
import pytest
from PIL import Image as Picture

from keras_gan import data
from keras_gan.commands import inspect_data
from keras_gan.config import DataOptions, InspectOptions
from keras_gan.errors import UserError
from keras_gan.modalities.image import Image
from tests.conftest import SHARED

FACADES = SHARED / "data" / "facades128"


def gradient(width, height, channels=3, start=0):
    """A picture of which no two columns and no two rows are equal."""
    rows, columns = np.indices((height, width))
    pixels = (start + 3 * columns + 2 * rows).astype(np.uint8)
    return pixels if channels == 1 else np.stack([pixels, 255 - pixels, pixels // 2], axis=-1)


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Picture.fromarray(pixels).save(path)


def load(path, split="train", size=16, **options):
    return data.load(DataOptions(dataset=f"paired:{path}", image_size=size, **options), split)


def side_by_side(folder, count=3, start=0):
    for index in range(count):
        left, right = gradient(16, 16, start=start + 9 * index), gradient(16, 16, start=start + 9 * index + 100)
        save(folder / f"{index}.png", np.concatenate([left, right], axis=1))


def test_left_half_is_the_source_and_right_half_the_image(tmp_path):
    side_by_side(tmp_path)
    loaded = load(tmp_path)
    np.testing.assert_array_equal(loaded.columns["source"][2], gradient(16, 16, start=18))
    np.testing.assert_array_equal(loaded.columns["real"][2], gradient(16, 16, start=118))
    assert (len(loaded), loaded.aligned, "label" in loaded.columns, loaded.class_names) == (3, True, False, ())
    assert "from A to B" in loaded.treatment


def test_direction_turns_them_round(tmp_path):
    side_by_side(tmp_path)
    there, back = load(tmp_path), load(tmp_path, direction="BtoA")
    np.testing.assert_array_equal(there.columns["real"], back.columns["source"])
    np.testing.assert_array_equal(there.columns["source"], back.columns["real"])
    assert "from B to A" in back.treatment


def test_fields_and_facts_say_what_the_sources_are(tmp_path):
    for index in range(2):
        save(tmp_path / "A" / f"{index}.png", gradient(20, 20, channels=1))
        save(tmp_path / "B" / f"{index}.png", gradient(20, 20))
    loaded = load(tmp_path)
    assert loaded.fields == {"real": Image(16, 16, 3), "source": Image(16, 16, 1)}
    assert {name: loaded.facts[name] for name in ("images", "image_shape", "sources", "source_shape", "aligned")} == {
        **{"images": 2, "image_shape": [16, 16, 3], "sources": 2, "source_shape": [16, 16, 1]},
        "aligned": True,
    }
    assert load(tmp_path, direction="BtoA").fields["source"].shape == (16, 16, 3)


def test_folders_are_matched_by_name_without_suffix(tmp_path):
    for index, name in enumerate(("b/x", "a", "b/y")):
        save(tmp_path / "A" / f"{name}.png", gradient(16, 16, start=index))
        save(tmp_path / "B" / f"{name}.bmp", gradient(16, 16, start=100 + index))
    loaded = load(tmp_path)
    np.testing.assert_array_equal(loaded.columns["source"][:, 0, 0, 0], [1, 0, 2])
    np.testing.assert_array_equal(loaded.columns["real"][:, 0, 0, 0], [101, 100, 102])


@pytest.mark.parametrize("fit", ["auto", "crop", "pad", "stretch"])
@pytest.mark.parametrize("size", [(24, 15), (14, 12)])  # the first is cropped by auto, the second padded
def test_both_sides_come_to_their_size_in_the_same_way(tmp_path, fit, size):
    picture = gradient(*size)
    save(tmp_path / "one" / "1.png", np.concatenate([picture, picture], axis=1))
    save(tmp_path / "two" / "A" / "1.png", picture)
    save(tmp_path / "two" / "B" / "1.png", picture)
    save(tmp_path / "alone" / "1.png", picture)
    alone = data.load(DataOptions(dataset=f"folder:{tmp_path / 'alone'}", image_size=16, fit=fit))
    for layout in ("one", "two"):
        loaded = load(tmp_path / layout, fit=fit)
        np.testing.assert_array_equal(loaded.columns["real"], alone.columns["real"])
        np.testing.assert_array_equal(loaded.columns["source"], alone.columns["real"])


def test_jpegs_are_cut_after_decoding(tmp_path):
    # The seam lies within a block of 16x16 pixels, which share their colour.
    both = np.zeros((20, 40, 3), np.uint8)
    both[:, :20] = (200, 40, 40)
    both[:, 20:] = (40, 40, 200)
    Picture.fromarray(both).save(tmp_path / "pair.jpg", quality=90)
    decoded = np.asarray(Picture.open(tmp_path / "pair.jpg").convert("RGB"))
    loaded = load(tmp_path, size=20)
    np.testing.assert_array_equal(loaded.columns["source"][0], decoded[:, :20])
    np.testing.assert_array_equal(loaded.columns["real"][0], decoded[:, 20:])


def test_splits_are_folders(tmp_path):
    side_by_side(tmp_path / "train", 3)
    side_by_side(tmp_path / "test", 2, start=50)
    assert (len(load(tmp_path)), len(load(tmp_path, "test")), len(load(tmp_path, "val"))) == (3, 2, 2)
    assert load(tmp_path, "test").columns["real"][0, 0, 0, 0] == 150
    side_by_side(tmp_path / "val", 1)
    assert (len(load(tmp_path, "test")), len(load(tmp_path, "val"))) == (2, 1)


def test_without_a_folder_for_tests_there_is_one_split(tmp_path):
    side_by_side(tmp_path)
    assert not data.has_test(DataOptions(dataset=f"paired:{tmp_path}"))
    with pytest.raises(UserError, match="has no test split"):
        load(tmp_path, "test")


def test_channels_of_all_splits_are_those_of_training(tmp_path):
    for split, channels in (("train", 1), ("test", 3)):
        save(tmp_path / split / "A" / "1.png", gradient(16, 16, channels))
        save(tmp_path / split / "B" / "1.png", gradient(16, 16, 3))
    assert load(tmp_path).fields == load(tmp_path, "test").fields
    assert load(tmp_path, "test").fields["source"].shape == (16, 16, 1)


def test_grey_files_side_by_side_make_two_grey_sides(tmp_path):
    save(tmp_path / "1.png", gradient(32, 16, channels=1))
    assert load(tmp_path).fields == {"real": Image(16, 16, 1), "source": Image(16, 16, 1)}


def test_files_without_a_partner_are_named(tmp_path):
    for name in ("A/1.png", "A/2.png", "A/3.png", "B/2.jpg", "B/4.png"):
        save(tmp_path / name, gradient(16, 16))
    with pytest.raises(UserError, match="3 image files have no partner") as caught:
        load(tmp_path, skip_bad_files=True)
    assert all(str(tmp_path / name) in str(caught.value) for name in ("A/1.png", "A/3.png", "B/4.png"))
    assert str(tmp_path / "A/2.png") not in str(caught.value)


def test_two_files_of_one_name_are_refused(tmp_path):
    for name in ("A/1.png", "A/1.bmp", "B/1.png"):
        save(tmp_path / name, gradient(16, 16))
    with pytest.raises(UserError, match=r"1\.bmp and .*1\.png have the same name"):
        load(tmp_path)


def test_half_a_layout_is_refused(tmp_path):
    save(tmp_path / "one" / "B" / "1.png", gradient(16, 16))
    with pytest.raises(UserError, match="holds a folder B, but no A"):
        load(tmp_path / "one")
    side_by_side(tmp_path / "two" / "test")
    with pytest.raises(UserError, match="holds a folder test, but no folder train"):
        load(tmp_path / "two")
    with pytest.raises(UserError, match=r"missing .* does not exist"):
        load(tmp_path / "missing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="no images below"):
        load(tmp_path / "empty")


def test_odd_widths_and_unequal_sides_are_named_or_skipped(tmp_path, capsys):
    side_by_side(tmp_path / "one", 2)
    save(tmp_path / "one" / "odd.png", gradient(33, 16))
    with pytest.raises(UserError, match=r"1 of 3 .*\n.*odd\.png: its width of 33 px has no two equal halves"):
        load(tmp_path / "one")
    assert len(load(tmp_path / "one", skip_bad_files=True)) == 2
    assert "skipped 1 unreadable files of 3" in capsys.readouterr().out
    for side, sizes in (("A", (16, 16)), ("B", (16, 18))):
        for index, width in enumerate(sizes):
            save(tmp_path / "two" / side / f"{index}.png", gradient(width, 16))
    with pytest.raises(UserError, match=r"A/1\.png: 16x16 px, while .*B/1\.png has 18x16"):
        load(tmp_path / "two")


def test_an_unreadable_file_takes_its_partner_with_it(tmp_path):
    for index in range(3):
        save(tmp_path / "A" / f"{index}.png", gradient(16, 16, start=index))
        save(tmp_path / "B" / f"{index}.png", gradient(16, 16, start=100 + index))
    (tmp_path / "B" / "0.png").write_bytes(b"\x89PNG broken")
    with pytest.raises(UserError, match=r"1 of 3 .*\n  .*B/0\.png: not an image"):
        load(tmp_path)
    loaded = load(tmp_path, skip_bad_files=True)
    assert loaded.columns["real"][:, 0, 0, 0].tolist() == [101, 102]
    assert loaded.columns["source"][:, 0, 0, 0].tolist() == [1, 2]
    for side in "AB":
        (tmp_path / side / "1.png").write_bytes(b"")
        (tmp_path / side / "2.png").write_bytes(b"")
    with pytest.raises(UserError, match="none of the 3"):
        load(tmp_path, skip_bad_files=True)


def test_inspect_data_reports_halves_and_both_splits(tmp_path, capsys):
    side_by_side(tmp_path / "train", 2)
    side_by_side(tmp_path / "test", 1)
    save(tmp_path / "train" / "odd.png", gradient(33, 16))
    assert inspect_data.run(InspectOptions(dataset=f"paired:{tmp_path}", image_size=8, direction="BtoA")) == 0
    printed = capsys.readouterr().out
    for expected in (
        *(
            "makes images of side A from those of side B",
            "train: 3 pairs, side by side",
            "sizes of each half: 16x16 (2)",
        ),
        *("unreadable: 1", "odd.png: its width of 33", "training sees 2 pairs of 8x8 px with 3 channel(s)"),
        *("test: 1 pairs", "tests see 1 pairs"),
    ):
        assert expected in printed


def test_inspect_data_reports_both_folders(tmp_path, capsys):
    for index in range(2):
        save(tmp_path / "A" / f"{index}.png", gradient(16, 16, 1, start=index))
        save(tmp_path / "B" / f"{index}.png", gradient(16, 16, start=index))
    inspect_data.run(InspectOptions(dataset=f"paired:{tmp_path}", image_size=16))
    printed = capsys.readouterr().out
    for expected in ("2 pairs, in two folders", "modes: L (2)", "modes: RGB (2)", "with 1 channel", "with 3 channel"):
        assert expected in printed


@pytest.mark.skipif(not FACADES.is_dir(), reason="the facades are not beside this checkout")
def test_facades():
    train, test = load(FACADES, size=64), load(FACADES, "test", size=64)
    assert (train.columns["real"].shape, test.columns["real"].shape) == ((330, 64, 64, 3), (106, 64, 64, 3))
    assert train.fields["source"].shape == (64, 64, 3)
    # Labels are of few colours, so that many neighbours are all but equal. Photos are on the left, and vary everywhere.
    steps = (np.abs(np.diff(train.columns[name].astype(int), axis=2)).max(axis=-1) for name in ("real", "source"))
    labels, photos = ((step <= 2).mean() for step in steps)
    assert labels > 2 * photos
