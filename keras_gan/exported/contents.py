"""The files of an export beside the model itself: whether they are whole, and what they say."""

from pathlib import Path

import numpy as np

from keras_gan import modalities
from keras_gan.errors import UserError
from keras_gan.modalities.image import Image, Mask
from keras_gan.modalities.label import Label
from keras_gan.modalities.latents import Latents
from keras_gan.storage.files import Unreadable, read_json, sha256
from keras_gan.storage.schema import count, optional, positive

ARRAYS = "fields.npz"
# manifest.json of an export, of any age: what this program reads of it
FORM = {
    "generator": optional(
        {
            "kind": optional(str),
            "num_classes": optional(count),
            "scale": optional(positive),
            "content_size": optional(positive),
            "size_multiple": optional(positive),
            "bytes_per_pixel": optional(positive),
        }
    ),
    "fields": optional({str: {"inputs": {str: dict}, "outputs": {str: dict}}}),
    "data": optional({"classes": optional([str]), "content": optional({str: str})}),
    "configuration": optional(dict),
    "files": optional({str: {"sha256": str}}),
}


def whole_manifest(path):
    """The manifest beside a model, empty where none can be read.

    Args:
        path: folder of a SavedModel, or a `.tflite` file.

    Raises:
        UserError: if a file of the model is not the one that was exported: it might load all the same.
    """
    folder = _folder_of(path)
    manifest = _read_manifest(folder)
    for name, facts in manifest.get("files", {}).items():
        file = folder / name
        belongs = name.startswith(("saved_model", "variables/")) if folder == path else file == path
        if belongs and file.is_file() and sha256(file) != facts["sha256"]:
            raise UserError(f"{file} is not the file that manifest.json beside it describes: it is damaged.")
    return manifest


def _folder_of(path):
    """The folder of the export that a SavedModel or a `.tflite` file belongs to."""
    return path.parent if path.suffix == ".tflite" else path


def _read_manifest(directory):
    """The manifest of an export, or an empty one where none can be read."""
    try:
        return read_json(Path(directory) / "manifest.json", FORM)
    except Unreadable:
        return {}


def fields_of(path, manifest, network, inputs, outputs):
    """What a network takes and gives, `({name: Field}, {name: Field})`.

    Args:
        path: of the model.
        manifest: what stands beside it; where it is silent, the shapes tell: then all that is made are images.
        network: name of the network.
        inputs, outputs: `{name: shape without the batch}`, of values at the outer edge.

    Raises:
        UserError: if neither says it, or there is no such kind of values here.
    """
    described = manifest.get("fields", {}).get(network)
    if described is None:
        if [len(shape) for shape in outputs.values()] != [3]:
            raise UserError(f"{path} makes no images: it was not exported by this program.")
        return _by_shapes(inputs, manifest), {name: Image(*shape) for name, shape in outputs.items()}
    arrays = _arrays(_folder_of(path))
    return tuple(
        {
            name: modalities.restore(each, arrays.get(f"{network}/{group}/{name}"))
            for name, each in described[group].items()
        }
        for group in ("inputs", "outputs")
    )


def _by_shapes(inputs, manifest):
    num_classes = manifest.get("generator", {}).get("num_classes", 0)
    kinds = {"latents": Latents, "labels": lambda: Label(num_classes), "images": Image, "masks": Mask}
    return {name: kinds[name](*shape) for name, shape in inputs.items() if name in kinds}


def _arrays(directory):
    """What fields have learned of the data, `{NETWORK/inputs/NAME: {name of the array: array}}`."""
    path, found = directory / ARRAYS, {}
    if path.is_file():
        with np.load(path, allow_pickle=False) as arrays:
            for name, values in arrays.items():
                field, _, key = name.rpartition("/")
                found.setdefault(field, {})[key] = values
    return found
