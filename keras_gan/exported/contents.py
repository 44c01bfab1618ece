"""The files of an export beside the model itself: whether they are whole, and what they say."""

import zipfile
from pathlib import Path, PurePosixPath

import numpy as np

from keras_gan import modalities
from keras_gan.errors import UserError, shown, why
from keras_gan.modalities.image import Image, Mask
from keras_gan.modalities.label import Label
from keras_gan.modalities.latents import Latents
from keras_gan.storage.files import Missing, Unreadable, read_json, sha256
from keras_gan.storage.schema import count, optional, pixels, positive

ARRAYS = "fields.npz"
# manifest.json of an export, of any age: what this program reads of it
FORM = {
    "generator": optional(
        {
            "kind": optional(str),
            "num_classes": optional(count),
            "scale": optional(pixels),
            "content_size": optional(pixels),
            "size_multiple": optional(pixels),
            "bytes_per_pixel": optional(positive),
        }
    ),
    "fields": optional({str: {"inputs": {str: dict}, "outputs": {str: dict}}}),
    "data": optional({"classes": optional([str]), "content": optional({str: str})}),
    "configuration": optional(dict),
    "files": optional({str: {"sha256": str}}),
}


def whole_manifest(path):
    """The manifest beside a model, empty where there is none.

    Args:
        path: folder of a SavedModel, or a `.tflite` file.

    Raises:
        UserError: if it cannot be read, or a file of the model is not the one that was exported: it might load all the
            same.
    """
    folder = _folder_of(path)
    manifest = _read_manifest(folder)
    for name, facts in manifest.get("files", {}).items():
        if not _is_below(name):
            raise UserError(f"manifest.json of {path} names a file outside of its folder: {shown(name)}.")
        file = folder / name
        belongs = name.startswith(("saved_model", "variables/", "fingerprint")) if folder == path else file == path
        if (belongs or name == ARRAYS) and file.is_file() and sha256(file) != facts["sha256"]:
            raise UserError(f"{file} is not the file that manifest.json beside it describes: it is damaged.")
    return manifest


def is_vouched_for(path):
    """Whether there is a manifest beside a model, by which its files are checked."""
    return (_folder_of(Path(path)) / "manifest.json").exists()


def _is_below(name):
    """Whether a file of this name can only lie in the folder of the manifest, or below it."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and "\0" not in name


def _folder_of(path):
    """The folder of the export that a SavedModel or a `.tflite` file belongs to."""
    return path.parent if path.suffix == ".tflite" else path


def _read_manifest(directory):
    """The manifest of an export, or an empty one where there is none."""
    path = Path(directory) / "manifest.json"
    try:
        return read_json(path, FORM)
    except Missing:
        return {}
    except Unreadable as error:
        raise UserError(f"{path} cannot be read: {shown(error)}. By it the files beside it are checked.") from None


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
    found = tuple(
        {
            name: modalities.restore(each, arrays.get(f"{network}/{group}/{name}"))
            for name, each in described[group].items()
        }
        for group in ("inputs", "outputs")
    )
    known = inputs.keys() <= found[0].keys() and len(found[1]) == 1
    if not (known and _fit(found[0], inputs) and _fit(found[1], outputs)):
        raise UserError(f"manifest.json of {path} describes another network than the model has: it is damaged.")
    return found


def _fit(fields, shapes):
    """Whether `{name: Field}` are of a network with these shapes, which may be fixed where the fields' are not."""
    given = {name: field.edge_shape for name, field in fields.items() if not field.is_control}
    return given.keys() <= shapes.keys() and all(_meet(shape, shapes[name]) for name, shape in given.items())


def _meet(shape, other):
    return len(shape) == len(other) and all(
        None in sizes or sizes[0] == sizes[1] for sizes in zip(shape, other, strict=True)
    )


def _by_shapes(inputs, manifest):
    num_classes = manifest.get("generator", {}).get("num_classes", 0)
    kinds = {"latents": Latents, "labels": lambda: Label(num_classes), "images": Image, "masks": Mask}
    return {name: kinds[name](*shape) for name, shape in inputs.items() if name in kinds}


def _arrays(directory):
    """What fields have learned of the data, `{NETWORK/inputs/NAME: {name of the array: array}}`."""
    path, found = directory / ARRAYS, {}
    if path.is_file():
        try:
            with np.load(path, allow_pickle=False) as arrays:
                for name, values in arrays.items():
                    field, _, key = name.rpartition("/")
                    found.setdefault(field, {})[key] = values
        except (OSError, ValueError, EOFError, AttributeError, zipfile.BadZipFile) as error:
            raise UserError(f"{path} cannot be read: {why(error)}.") from None
    return found
