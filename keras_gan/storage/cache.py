"""The folder for what can be made or fetched again."""

import os
from pathlib import Path


def directory():
    """Where such things are kept: $KERAS_GAN_CACHE, $XDG_CACHE_HOME/keras_gan or ~/.cache/keras_gan."""
    if os.environ.get("KERAS_GAN_CACHE"):
        return Path(os.path.expanduser(os.environ["KERAS_GAN_CACHE"]))
    return Path(os.path.expanduser(os.environ.get("XDG_CACHE_HOME") or "~/.cache")) / "keras_gan"
