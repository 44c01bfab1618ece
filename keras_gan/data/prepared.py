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
    return Path(options.data_dir or os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets").expanduser()


def folder(name, options):
    """Folder of the newest prepared version, or None."""
    # tensorflow-datasets itself would try the network for minutes before it says that a set is absent.
    found = sorted((data_dir(options) / name.replace(":", "/")).rglob("dataset_info.json"))
    return found[-1].parent if found else None
