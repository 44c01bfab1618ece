"""The cache folder."""

from pathlib import Path

import pytest

from keras_gan.storage import cache


def test_directory_follows_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path / "cache"))
    assert cache.directory() == tmp_path / "cache"
    monkeypatch.delenv("KERAS_GAN_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.directory() == tmp_path / "keras_gan"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache.directory() == Path.home() / ".cache" / "keras_gan"


def test_put_leaves_a_whole_file_or_none(tmp_path):
    def fail(file):
        file.write(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        cache.put(tmp_path / "new" / "file", fail)
    assert list((tmp_path / "new").iterdir()) == []
    cache.put(tmp_path / "file", lambda file: file.write(b"whole"))
    assert (tmp_path / "file").read_bytes() == b"whole"
