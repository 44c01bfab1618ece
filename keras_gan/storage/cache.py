"""The folder for what can be made or fetched again."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def directory():
    """Where such things are kept: $KERAS_GAN_CACHE, $XDG_CACHE_HOME/keras_gan or ~/.cache/keras_gan."""
    if os.environ.get("KERAS_GAN_CACHE"):
        return Path(os.path.expanduser(os.environ["KERAS_GAN_CACHE"]))
    return Path(os.path.expanduser(os.environ.get("XDG_CACHE_HOME") or "~/.cache")) / "keras_gan"


def put(path, write):
    """Makes the file `path` by `write(open binary file)`: as a whole or not at all, also if two programs do at once.

    Raises:
        OSError: if it cannot be written.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(temporary, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
