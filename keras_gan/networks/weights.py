"""Which weights an extractor has, and what is wrong with a file of them."""

import hashlib

import numpy as np

from keras_gan.errors import why
from keras_gan.storage import files


def hash_of_network(network):
    """The first digits of the sha256 of a Keras model's weights."""
    digest = hashlib.sha256()
    for weight in network.get_weights():
        digest.update(np.ascontiguousarray(weight))
    return digest.hexdigest()[:12]


def hash_of_file(path):
    """The first digits of the sha256 of a file."""
    return files.sha256(path)[:12]


def reason(error):
    """What an error of reading weights says, in one line without a full stop."""
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    text = why(error) if isinstance(error, OSError) else str(error)
    return (text.splitlines() or [type(error).__name__])[0].rstrip(".")
