"""Networks that the program trains itself, once, and keeps in the cache."""

import hashlib
import tempfile
from pathlib import Path

import numpy as np

from keras_gan.storage import cache, files


def load(what, key, build, train, form):
    """A network and what is known of it, from the cache, or trained and kept there.

    Args:
        what: it is, in a word, for messages and the file's name.
        key: parts, bytes or arrays, of all that decides what it learns: others are another network.
        build: function that returns the network, not trained yet.
        train: function of the network that trains it and returns what is to be known of it, JSON-able.
        form: of that, as `storage.schema` has it.

    Returns:
        `(network, facts)`.
    """
    path = cache.directory() / f"{what}-{_digest(key)}.weights.h5"
    network = build()
    try:
        facts = files.read_json(_beside(path), {"sha256": str, "facts": form})
        if files.sha256(path) == facts["sha256"]:
            network.load_weights(path)
            return network, facts["facts"]
    except (OSError, ValueError, KeyError):
        network = build()  # what was read of a damaged file is not to be kept
    facts = train(network)
    _keep(path, network, facts, what)
    return network, facts


def _keep(path, network, facts, what):
    """Writes the weights, and beside them their hash and the facts: what does not match is trained anew."""

    def write(file):
        with tempfile.TemporaryDirectory() as folder:
            weights = Path(folder) / path.name  # Keras wants a name, and writes there bit by bit
            network.save_weights(weights)
            files.write_json(_beside(path), {"sha256": files.sha256(weights), "facts": facts})
            file.write(weights.read_bytes())

    cache.keep(path, write, what)


def _beside(path):
    return path.with_suffix(".json")


def _digest(parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else np.ascontiguousarray(part))
    return digest.hexdigest()[:16]
