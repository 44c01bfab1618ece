"""Data prepared by tensorflow-datasets: MNIST for real, and clear answers where nothing is prepared."""

import numpy as np
import pytest

from keras_gan import data
from keras_gan.config import DataOptions
from keras_gan.data import prepared
from keras_gan.data.packed import cached
from keras_gan.errors import UserError
from keras_gan.storage import cache


@pytest.mark.parametrize(
    ("dataset", "split", "counts"),
    [
        ("tfds:mnist", "test", [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
        pytest.param(
            *("mnist", "train", [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]), marks=pytest.mark.slow
        ),
    ],
)
def test_mnist_is_padded_and_labelled(dataset, split, counts, mnist_dir):
    loaded = data.load(DataOptions(dataset=dataset, data_dir=str(mnist_dir)), split)
    assert loaded.columns["real"].shape == (sum(counts), 32, 32, 1)
    assert loaded.columns["real"][:, :2].sum() == 0
    assert loaded.columns["real"][:, 2:30, 2:30].any(axis=(1, 2, 3)).all()
    assert loaded.class_names == tuple("0123456789")
    assert np.bincount(loaded.columns["label"]).tolist() == counts
    assert "padded" in loaded.treatment


def test_data_dir_from_the_environment(mnist_dir, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(mnist_dir))
    data.check_available(DataOptions(dataset="mnist"))


def test_newest_version_and_ambiguous_configurations(tmp_path):
    for name in ("some/9.0.0", "some/10.0.0", "two/8x8/1.0.0", "two/64x64/1.0.0"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "dataset_info.json").write_text("{}")
    options = DataOptions(dataset="tfds:some", data_dir=str(tmp_path))
    assert prepared.folder("some", options).name == "10.0.0"
    assert prepared.folder("two/8x8", options).name == "1.0.0"
    with pytest.raises(UserError, match="tfds:two/64x64, tfds:two/8x8"):
        prepared.folder("two", options)


def test_damaged_metadata(tmp_path):
    (tmp_path / "some" / "1.0.0").mkdir(parents=True)
    (tmp_path / "some" / "1.0.0" / "dataset_info.json").write_text("{")
    with pytest.raises(UserError, match="cannot be read"):
        data.load(DataOptions(dataset="tfds:some", data_dir=str(tmp_path)))


def test_missing_data_names_the_command(tmp_path):
    options = DataOptions(dataset="cifar10", data_dir=str(tmp_path))
    for attempt in (data.check_available, data.load):
        with pytest.raises(UserError, match=r"--dataset cifar10 --data-dir .* --download"):
            attempt(options)


@pytest.mark.parametrize("name", ["/", "/etc", "..", "a/../..", "a/./b", "~", "a b", "a:", "mnist\n"])
def test_names_cannot_lead_out_of_the_folder(name, tmp_path):
    with pytest.raises(UserError, match="is no name of a tensorflow-datasets set"):
        DataOptions(dataset=f"tfds:{name}", data_dir=str(tmp_path))


# --- ArrayRecord ------------------------------------------------------------------------------------------------------


PICTURES = np.random.RandomState(0).randint(0, 256, (9, 6, 5, 3), np.uint8)


@pytest.fixture(scope="module")
def prepare(tmp_path_factory):
    """A function that prepares nine pictures of 6x5 px as the ArrayRecord set `nine`, and returns its folder."""
    import tensorflow_datasets as tfds

    class Nine(tfds.core.GeneratorBasedBuilder):
        VERSION = tfds.core.Version("1.0.0")
        pkg_dir_path = tmp_path_factory.mktemp("package")  # its own is none

        def _info(self):
            features = {
                "image": tfds.features.Image(shape=(6, 5, 3)),
                "label": tfds.features.ClassLabel(names=["x", "y"]),
            }
            return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(features))

        def _split_generators(self, dl_manager):
            return {"train": self._generate_examples()}

        def _generate_examples(self):
            for number, picture in enumerate(self.pictures):
                yield number, {"image": picture, "label": number % 2}

    def prepare(pictures):
        folder = tmp_path_factory.mktemp("sets")
        Nine.pictures = pictures
        Nine(data_dir=folder, file_format="array_record").download_and_prepare()
        return folder

    return prepare


def nine(folder):
    return data.load(DataOptions(dataset="tfds:nine", data_dir=str(folder), image_size=6, fit="pad"))


def test_array_record_is_read_in_place(prepare):
    loaded, pictures = nine(prepare(PICTURES)), PICTURES
    column = loaded.columns["real"]
    assert not isinstance(column, np.ndarray)
    seen = column[np.arange(9)]
    assert seen.shape == column.shape == (9, 6, 6, 3)
    # tensorflow-datasets shuffles when it prepares, by keys.
    found = [int(np.abs(pictures.astype(int) - each[:, :5].astype(int)).sum(axis=(1, 2, 3)).argmin()) for each in seen]
    assert sorted(found) == list(range(9))
    np.testing.assert_array_equal(seen[:, :, :5], pictures[found])
    assert loaded.columns["label"].tolist() == [number % 2 for number in found]
    assert loaded.class_names == ("x", "y")
    np.testing.assert_array_equal(column.keep_rows([1, 4])[1], column[4])


def test_array_record_is_not_kept_in_the_cache(prepare, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cached, "FEWEST", 1)
    assert not isinstance(nine(prepare(PICTURES)).columns["real"], np.ndarray)
    assert not list(cache.directory().glob("packed-*"))


def test_what_array_record_holds_is_told_by_its_pictures(prepare):
    changed = PICTURES.copy()
    changed[8, 5, 4, 2] ^= 1
    first, again, other = (nine(prepare(pictures)) for pictures in (PICTURES, PICTURES, changed))
    assert first.facts["content"] == again.facts["content"]
    assert data.difference(first.facts, other.facts) == "as many images, but not the same ones in the same order"
    kept = [each.columns["real"].keep_rows([1, 4]).sha256 for each in (first, again)]
    assert kept[0] == kept[1] != first.columns["real"].sha256
