"""Images that the training does not see: the source's own test split, or a tenth of the images."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from keras_gan import data
from keras_gan.config import DataOptions
from keras_gan.data import holding_out, tfds
from keras_gan.data.image_sets import image_dataset
from keras_gan.errors import UserError
from keras_gan.storage import arrays


def make(count, sources=None, aligned=True):
    """Each image holds its index, each source 1000 more, in two bytes."""

    def numbered(numbers):
        return np.stack([numbers // 256, numbers % 256], axis=-1).astype(np.uint8)[:, None, None, :]

    return image_dataset(
        "folder:some",
        numbered(np.arange(count)),
        np.arange(count, dtype=np.int32),
        ("a", "b"),
        "origin",
        "as they are.",
        None if sources is None else numbered(1000 + np.arange(sources)),
        aligned,
    )


def held_out(dataset):
    """What is trained on and what is tested with, where nothing is set apart to choose by."""
    splits = holding_out.divide(dataset, validates=False)
    assert splits.validation is splits.test
    return splits.train, splits.test


def numbers(pixels):
    return (pixels[:, 0, 0, 0].astype(int) * 256 + pixels[:, 0, 0, 1]).tolist()


@pytest.mark.parametrize(("count", "held"), [(2, 1), (19, 1), (20, 2), (330, 33), (2560, 256), (5000, 256)])
def test_a_tenth_is_held_out(count, held):
    train, out = held_out(make(count))
    assert len(out) == held
    assert sorted(numbers(train.columns["real"]) + numbers(out.columns["real"])) == list(range(count))
    assert train.columns["label"].tolist() == numbers(train.columns["real"]) == sorted(numbers(train.columns["real"]))
    assert out.columns["label"].tolist() == numbers(out.columns["real"])
    assert f"{held:,} of {count:,} images, chosen at random, were held out to test with" in train.treatment
    assert train.treatment != out.treatment
    assert train.class_names == out.class_names == ("a", "b")


def test_it_is_the_same_tenth_for_ever():
    assert numbers(held_out(make(30))[1].columns["real"]) == [2, 13, 28]


def test_pairs_stay_together():
    train, out = held_out(make(40, sources=40))
    for part in (train, out):
        assert numbers(part.columns["source"]) == [1000 + number for number in numbers(part.columns["real"])]
    assert "4 of 40 pairs" in train.treatment


def test_a_column_of_two_names_is_divided_once():
    made = make(40, sources=40)
    groups = (("real", "label", "source"), ("other",))
    columns = {**made.columns, "other": made.columns["source"]}
    made = dataclasses.replace(
        made, columns=columns, fields={**made.fields, "other": made.fields["source"]}, groups=groups
    )
    for part in vars(holding_out.divide(made)).values():
        paired = [1000 + number for number in numbers(part.columns["real"])]
        assert numbers(part.columns["source"]) == numbers(part.columns["other"]) == paired


def test_unrelated_sets_lose_a_tenth_each():
    train, out = held_out(make(40, sources=21, aligned=False))
    assert [len(part.columns[name]) for name in ("real", "source") for part in (train, out)] == [36, 4, 19, 2]
    assert sorted(numbers(train.columns["source"]) + numbers(out.columns["source"])) == list(range(1000, 1021))
    assert "4 of 40 images and 2 of 21 sources" in train.treatment


@pytest.mark.parametrize(("count", "sources"), [(1, None), (1, 1), (1, 5), (5, 1)])
def test_something_must_be_left(count, sources):
    with pytest.raises(UserError, match="folder:some has one image where at least two"):
        held_out(make(count, sources, aligned=count == sources))


def test_large_sets_stay_in_their_file(monkeypatch):
    monkeypatch.setattr(arrays, "MEMORY_LIMIT_BYTES", 100)
    pixels = arrays.allocate((400, 4, 4, 3))
    pixels[:] = np.arange(400)[:, None, None, None] % 256
    whole = np.array(pixels)
    train, out = held_out(image_dataset("folder:x", pixels, None, (), "", ""))
    assert isinstance(train.columns["real"], np.memmap)
    held = [int(row) for row in np.flatnonzero(~np.isin(np.arange(400), kept_of(400)))]
    np.testing.assert_array_equal(train.columns["real"], np.delete(whole, held, axis=0))
    np.testing.assert_array_equal(out.columns["real"], whole[held])


def kept_of(count):
    return numbers(held_out(make(count))[0].columns["real"])


def fill(folder, count, width=8):
    folder.mkdir(parents=True)
    for index in range(count):
        Image.new("RGB", (width, 8), (index, 0, 200)).save(folder / f"{index:03}.png")


def splits(name):
    parts = data.load_splits(DataOptions(dataset=name, image_size=8), "paired")
    return [[len(part.columns[name]) for name in part.columns if name != "label"] for part in vars(parts).values()]


def test_sources_with_a_test_split_use_it(tmp_path):
    fill(tmp_path / "paired" / "train", 12, width=16)
    fill(tmp_path / "paired" / "val", 3, width=16)
    assert splits(f"paired:{tmp_path / 'paired'}") == [[11, 11], [1, 1], [3, 3]]
    for name, count in (("trainA", 4), ("trainB", 5), ("testA", 2), ("testB", 3)):
        fill(tmp_path / "unpaired" / name, count)
    assert splits(f"unpaired:{tmp_path / 'unpaired'}") == [[4, 3], [1, 1], [3, 2]]


def test_sources_without_one_lose_a_tenth_for_each(tmp_path):
    fill(tmp_path / "folder", 20)
    fill(tmp_path / "paired", 20, width=16)
    fill(tmp_path / "unpaired" / "trainA", 20)
    fill(tmp_path / "unpaired" / "trainB", 30)
    assert splits(f"folder:{tmp_path / 'folder'}") == [[17], [1], [2]]
    assert splits(f"paired:{tmp_path / 'paired'}") == [[17, 17], [1, 1], [2, 2]]
    assert splits(f"unpaired:{tmp_path / 'unpaired'}") == [[25, 17], [2, 1], [3, 2]]


@pytest.mark.parametrize("count", [3, 20, 400, 6000])
def test_the_three_parts_share_nothing_and_are_everything(count):
    parts = vars(holding_out.divide(make(count))).values()
    assert sorted(number for part in parts for number in numbers(part.columns["real"])) == list(range(count))
    train, validation, test = parts
    assert train.validation == train.facts["validation"] == len(validation)
    assert "held out to choose the checkpoint by" in train.treatment
    assert len(test) == min(max(count // 10, 1), 256)


def test_a_run_finds_the_parts_it_had(tmp_path):
    fill(tmp_path / "some", 40)
    options = DataOptions(dataset=f"folder:{tmp_path / 'some'}", image_size=8)
    new = data.load_splits(options, "restore")
    again = data.load_splits(options, "restore", new.train.facts)
    before = data.load_splits(options, "restore", {"images": 36})  # a run of when two parts were held out as one
    assert [len(part) for part in vars(again).values()] == [len(part) for part in vars(new).values()] == [33, 3, 4]
    assert [len(part) for part in vars(before).values()] == [36, 4, 4]
    assert numbers(before.test.columns["real"]) == numbers(new.test.columns["real"])


def test_two_images_are_one_to_train_on_and_one_for_all_else():
    train, validation, test = vars(holding_out.divide(make(2))).values()
    assert len(train) == len(test) == 1
    assert validation is test
    assert "validation" not in train.facts


def test_what_draws_from_noise_trains_on_the_whole(tmp_path):
    fill(tmp_path / "some", 20)
    options = DataOptions(dataset=f"folder:{tmp_path / 'some'}", image_size=8)
    parts = data.load_splits(options)
    assert (len(parts.train), parts.validation, parts.test) == (20, None, None)
    with pytest.raises(UserError, match="has no test split"):
        parts.of("test")
    with pytest.raises(UserError, match="has no test split"):
        data.load(options, "test")


def test_tensorflow_datasets_may_have_their_own(mnist_dir):
    assert tfds.has_test("mnist", DataOptions(dataset="mnist", data_dir=str(mnist_dir)))
