"""The cache folder."""

from pathlib import Path

import numpy as np
import pytest

from keras_gan.data import avatars
from keras_gan.metrics import reference
from keras_gan.metrics.features.network import FeatureNetwork
from keras_gan.networks import classifier
from keras_gan.storage import cache
from tests.conftest import ROOT


def test_directory_follows_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path / "cache"))
    assert cache.directory() == tmp_path / "cache"
    monkeypatch.delenv("KERAS_GAN_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.directory() == tmp_path / "keras_gan"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache.directory() == Path.home() / ".cache" / "keras_gan"


def _avatars():
    return avatars.pictures(32, "train", count=4)


def _classifier():
    rng = np.random.default_rng(0)
    network, _ = classifier.load(rng.integers(0, 256, (20, 16, 16, 1), dtype=np.uint8), np.arange(20) % 2, steps=1)
    return network.get_weights()[0]


def _reference():
    values = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
    look = FeatureNetwork("mine", "hash", "none", lambda batch: (batch, None))
    return reference.of_column(values, look, {}).gaussian.mean


@pytest.mark.parametrize("make", [_avatars, _classifier, _reference])
def test_what_cannot_be_kept_is_made_all_the_same(make, tmp_path, monkeypatch, capsys):
    (tmp_path / "a-file").write_text("")
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path / "good"))
    wanted = make()
    assert "cannot keep" not in capsys.readouterr().out
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path / "a-file/below"))
    np.testing.assert_array_equal(make(), wanted)
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "cannot keep" in line]
    assert str(tmp_path / "a-file/below") in line
    assert "KERAS_GAN_CACHE" in line


def test_a_user_without_a_home_gets_no_folder_of_that_name(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("KERAS_GAN_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # as it does for a number that no user has
    _avatars()
    assert "no home folder" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_to_the_cache_but_by_its_own_writer():
    sources = {path: path.read_text() for path in (ROOT / "keras_gan").rglob("*.py") if path.name != "cache.py"}
    users = [path for path, text in sources.items() if "cache.directory()" in text and "files.write(" in text]
    # `save`, to a file that is asked for; and packed data, which there is no training without.
    assert sorted(path.name for path in users) == ["reference.py", "remote.py"]
