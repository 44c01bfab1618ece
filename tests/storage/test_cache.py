"""The cache folder."""

from pathlib import Path

from keras_gan.storage import cache


def test_directory_follows_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path / "cache"))
    assert cache.directory() == tmp_path / "cache"
    monkeypatch.delenv("KERAS_GAN_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.directory() == tmp_path / "keras_gan"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache.directory() == Path.home() / ".cache" / "keras_gan"
