"""The folder for what can be made or fetched again."""

import os
from pathlib import Path

from keras_gan.errors import why
from keras_gan.storage import files


def directory():
    """Where such things are kept: $KERAS_GAN_CACHE, $XDG_CACHE_HOME/keras_gan or ~/.cache/keras_gan."""
    if os.environ.get("KERAS_GAN_CACHE"):
        return Path(os.path.expanduser(os.environ["KERAS_GAN_CACHE"]))
    return Path(os.path.expanduser(os.environ.get("XDG_CACHE_HOME") or "~/.cache")) / "keras_gan"


def keep(path, content, what):
    """Keeps a file of the cache; if it cannot be kept, prints a line that says so, and nothing else is amiss.

    Args:
        path: of the file, in `directory()`.
        content: as `files.write` takes it, but a function may raise `OSError`, too.
        what: it holds, in words that come after "the".
    """
    try:
        if str(path).startswith("~"):  # a user without a home: it would become a folder of that name, here
            raise OSError("there is no home folder")
        files.write(path, content)
    except OSError as error:
        print(
            f"cannot keep the {what} in {path.parent} ({why(error)}): it will be made again, unless "
            "KERAS_GAN_CACHE names a folder that can be written."
        )
