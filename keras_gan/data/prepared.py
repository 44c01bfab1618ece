"""Where tensorflow-datasets keeps what it has prepared. Looks at folders and imports nothing, so it answers at once."""

import os
from pathlib import Path

from keras_gan.errors import UserError


def check_available(name, options):
    """Raises `UserError` if the set is not prepared and must not be fetched."""
    if not options.download and not folder(name, options):
        where, variant = data_dir(options), getattr(options, "variant", "dcgan")
        raise UserError(
            f"{options.dataset} is not prepared in {where}. Say where it is with --data-dir DIR, or let it be "
            f"fetched (once, needs network) with --download, as in\n"
            f"  python train.py --variant {variant} --dataset {options.dataset} --data-dir {where} --download"
        )


def data_dir(options):
    """The folder of all prepared sets."""
    return Path(os.path.expanduser(options.data_dir or os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets"))


def folder(name, options):
    """Folder of the newest prepared version, or None.

    Raises:
        UserError: if the set is prepared in several configurations and the name does not say which.
    """
    # tensorflow-datasets itself would try the network for minutes before it says that a set is absent.
    root = data_dir(options) / name.replace(":", "/")
    found = [path.parent for path in root.rglob("dataset_info.json")]
    configurations = sorted({path.parent.relative_to(root).as_posix() for path in found if path != root})
    if len(configurations) > 1:
        choices = ", ".join(f"tfds:{name}/{configuration}" for configuration in configurations)
        raise UserError(f"{name} is prepared in several configurations: say which, one of {choices}.")
    return max(found, key=_version, default=None)


def _version(path):
    return [int(part) if part.isdecimal() else -1 for part in path.name.split(".")]
