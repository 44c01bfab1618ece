"""Packed data that lie elsewhere: fetched into the cache by TensorFlow's file systems."""

import hashlib
from pathlib import Path

from tqdm import tqdm

from keras_gan.data.packed import manifest
from keras_gan.errors import UserError, shown
from keras_gan.storage import cache, files

_BLOCK = 2**24  # bytes


def is_remote(rest):
    """Whether a path is one of another file system, such as gs://bucket/packed."""
    return "://" in str(rest)


def local(rest):
    """The folder of a packed set on this machine."""
    if not is_remote(rest):
        return Path(rest)
    folder = cache.directory() / f"packed-{hashlib.sha256(rest.encode()).hexdigest()[:16]}"
    # The manifest first and always, for what lies there may have been packed anew.
    _fetch(f"{rest}/{manifest.NAME}", folder / manifest.NAME)
    facts = manifest.read(folder)
    missing = [file for file in manifest.all_files(facts) if not _is_there(folder / file["name"], file)]
    for file in tqdm(missing, desc=f"fetching {shown(rest)}", unit=" files", leave=False, delay=1):
        _fetch(f"{rest}/{file['name']}", folder / file["name"])
    return folder


def _is_there(path, file):
    return path.is_file() and path.stat().st_size == file["bytes"] and files.sha256(path) == file["sha256"]


def _fetch(source, target):
    import tensorflow as tf

    def copy(file):
        with tf.io.gfile.GFile(source, "rb") as reader:
            while block := reader.read(_BLOCK):
                file.write(block)

    try:
        files.write(target, copy, durable=False)
    except (tf.errors.OpError, OSError) as error:
        raise UserError(f"{shown(source)} cannot be fetched: {' '.join(str(error).split())[:200]}.") from None
