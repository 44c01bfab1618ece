"""Stacked MNIST: three digits as three channels, put together when they are asked for."""

import logging
import subprocess
import sys

import numpy as np
import pytest

from keras_gan import data
from keras_gan.config import DataOptions
from keras_gan.data import holding_out, pipeline
from keras_gan.errors import UserError
from keras_gan.storage import arrays
from tests.conftest import ROOT

COUNTS = {"train": 30, "test": 20}
FIRST = {"train": 100, "test": 200}  # the grey level of the first digit of a split


@pytest.fixture(scope="module")
def digits_dir(tmp_path_factory):
    """Prepared MNIST of even grey squares: that of level FIRST + n is a digit n % 10."""
    import tensorflow as tf
    import tensorflow_datasets as tfds

    def part(split):
        numbers = np.arange(COUNTS[split])
        levels = (FIRST[split] + numbers).astype(np.uint8)[:, None, None, None]
        return tf.data.Dataset.from_tensor_slices({"image": np.tile(levels, (1, 28, 28, 1)), "label": numbers % 10})

    tfds.disable_progress_bar()
    logging.getLogger("absl").setLevel(logging.ERROR)
    folder = tmp_path_factory.mktemp("tfds")
    image, label = tfds.features.Image(shape=(28, 28, 1)), tfds.features.ClassLabel(num_classes=10)
    tfds.dataset_builders.store_as_tfds_dataset(
        name="mnist",
        version="3.0.1",
        features=tfds.features.FeaturesDict({"image": image, "label": label}),
        split_datasets={split: part(split) for split in COUNTS},
        data_dir=folder,
    )
    return folder


def options(folder, dataset="stacked_mnist:40", **more):
    return DataOptions(dataset=dataset, data_dir=str(folder), **more)


@pytest.mark.parametrize("split", COUNTS)
def test_channels_are_digits_of_the_split_and_the_class_says_which(split, digits_dir):
    loaded = data.load(options(digits_dir), split)
    images = np.asarray(loaded.columns["real"])
    assert (images.shape, images.dtype) == ((40, 32, 32, 3), np.uint8)
    assert images[:, :2].sum() == images[:, :, 30:].sum() == 0  # the padding
    assert (images[:, 2:30, 2:30] == images[:, 16:17, 16:17]).all()
    numbers = images[:, 16, 16].astype(int) - FIRST[split]  # of the digits in the channels
    assert ((numbers >= 0) & (numbers < COUNTS[split])).all()
    assert len(np.unique(numbers)) > 15
    red, green, blue = (numbers % 10).T
    assert (loaded.columns["label"] == 100 * red + 10 * green + blue).all()
    assert loaded.class_names[:2] + loaded.class_names[-1:] == ("000", "001", "999")
    assert len(loaded.class_names) == 1000
    assert f"40 times three random digits, as red, green and blue, of mnist/3.0.1, split {split}" in loaded.provenance
    assert "padded" in loaded.treatment


def test_triples_are_the_same_for_ever_and_however_many_there_are(digits_dir):
    few, many = (data.load(options(digits_dir, f"stacked_mnist:{count}")) for count in (5, 300))
    levels = np.asarray(few.columns["real"])[:, 16, 16]
    numbers = np.random.RandomState(0).randint(30, size=(5, 3))
    by_order = data.load(options(digits_dir, "mnist")).columns["real"][:, 16, 16, 0]  # as the files have them
    assert (levels == by_order[numbers]).all()
    assert numbers[:2].tolist() == [[12, 15, 21], [0, 3, 27]]
    assert (np.asarray(many.columns["real"][:5]) == np.asarray(few.columns["real"])).all()
    assert (many.columns["label"][:5] == few.columns["label"]).all()


def test_column_is_read_as_an_array_is(digits_dir):
    column = data.load(options(digits_dir)).columns["real"]
    whole = np.asarray(column)
    assert (len(column), column.shape, column.dtype) == (40, whole.shape, whole.dtype)
    for rows in (7, slice(3, 9), np.array([5, 5, 0]), np.arange(40) % 3 == 1):
        np.testing.assert_array_equal(column[rows], whole[rows])
    assert arrays.content(column) == arrays.content(whole)
    np.testing.assert_array_equal(list(column), whole)
    np.testing.assert_array_equal(arrays.keep_rows(column, [1, 4]), whole[[1, 4]])


def test_batches_are_those_of_the_images_in_memory(digits_dir):
    lazy = data.load(options(digits_dir, image_size=16))
    whole = data.load(options(digits_dir, image_size=16))
    whole.columns["real"] = np.asarray(whole.columns["real"])
    batches = [next(iter(pipeline.batches(each, 8, seed=5, start_step=3))) for each in (lazy, whole)]
    for name in ("real", "label"):
        np.testing.assert_array_equal(batches[0][name], batches[1][name])
    assert batches[0]["real"].shape == (8, 16, 16, 3)


def test_examples_are_held_out_to_restore(digits_dir):
    whole = np.asarray(data.load(options(digits_dir)).columns["real"])
    splits = data.load_splits(options(digits_dir), "restore")
    assert [len(splits.of(name)) for name in ("train", "validation", "test")] == [36, 4, 40]
    both = np.concatenate([np.asarray(splits.of(name).columns["real"]) for name in ("train", "validation")])
    assert sorted(map(bytes, both)) == sorted(map(bytes, whole))
    assert isinstance(splits, holding_out.Splits)


def test_as_many_as_mnist_has_where_nothing_is_said(mnist_dir):
    loaded = data.load(options(mnist_dir, "stacked_mnist"), "test")
    assert len(loaded) == 10_000
    counts = np.bincount(loaded.columns["label"], minlength=1000)
    assert (counts > 0).sum() > 990
    assert loaded.columns["real"][:50].any(axis=(1, 2)).all()  # a digit in each channel


@pytest.mark.parametrize("count", ["many", "0", "-3", "1000001", "07", "1e3", "٣", "9" * 5000])
def test_what_is_no_number_of_images(count, tmp_path):
    with pytest.raises(UserError, match="takes a number of images from 1 to 1,000,000, not"):
        data.check_available(options(tmp_path, f"stacked_mnist:{count}"))


@pytest.mark.parametrize("name", ["stacked_mnist", "stacked_mnist:1000000"])
def test_missing_mnist_names_the_command(name, tmp_path):
    for attempt in (data.check_available, data.load):
        with pytest.raises(UserError, match=f"(?s)^{name} is not prepared in .*--dataset {name} .*--download"):
            attempt(options(tmp_path, name))


def test_it_is_refused_at_once():
    code = (
        "import sys; from keras_gan import data; from keras_gan.config import DataOptions\n"
        "try: data.check_available(DataOptions(dataset='stacked_mnist:many'))\n"
        "except Exception as error: print(error)\n"
        "print([name for name in ('tensorflow', 'keras', 'tensorflow_datasets') if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    message, heavy = ended.stdout.splitlines()
    assert message.endswith("from 1 to 1,000,000, not 'many'.")
    assert heavy == "[]"


def test_its_names():
    assert {"stacked_mnist", "stacked_mnist:COUNT"} <= set(data.kinds())
    assert data.short_name("stacked_mnist") == "stacked_mnist"
    assert data.short_name("stacked_mnist:500") == "stacked_mnist-500"
    data.check_task("stacked_mnist", "denoise")
    with pytest.raises(UserError, match="learns from paired images"):
        data.check_task("stacked_mnist:500", "pix2pix")


def test_it_has_classes_of_its_own(digits_dir):
    with pytest.raises(UserError, match="stacked_mnist:40 has classes of its own"):
        data.check_available(options(digits_dir, labels="none"))
