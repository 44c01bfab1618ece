"""Export formats, one module each, found by their names.

A module of a format has

    RUNTIME: the module that is imported to run its files
    TAKES_ANY_SIZE: whether its files take values of any size, where the network does
    THREADS: numbers of threads on which a call is timed, none if it is not
    write(networks, directory, deliverables): writes the files of some `Outgoing`, which compute in float32
    targets(networks, deliverables): a list of `Target`, all that can be asked of these files
    load(directory): opens them, see `reload`; nothing that it needs is outside of this function
"""

import importlib

from keras_gan.errors import UserError


def module(name):
    """The module of a format; `UserError` if there is none."""
    path = f"keras_gan.exporters.{name}"
    try:
        found = importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name != path:
            raise
        found = None
    if not hasattr(found, "RUNTIME"):
        raise UserError(f"there is no export format {name!r}.")
    return found
