"""The files of an export: whether they are whole, and what kind of model they hold."""

import os
from pathlib import Path

import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.storage import forms
from keras_gan.storage.files import Unreadable, read_json, sha256


def load(directory):
    """The SavedModel in a folder; `UserError` if there is none that can be loaded."""
    try:
        model = tf.saved_model.load(str(directory))
    except Exception as error:  # a damaged file can raise anything
        raise cannot_be_loaded(directory, error) from None
    if "serving_default" not in model.signatures:
        raise not_ours(directory, "serving_default")
    return model


def inputs_of(signature):
    """The inputs of a signature of a SavedModel, by their names."""
    return signature.structured_input_signature[1]


def no_translator(path, inputs):
    """The `UserError` for a model with these inputs where an image-to-image model is wanted."""
    if "latents" in inputs:
        return UserError(f"{path} draws images of noise, it does not change any: use the command sample.")
    return UserError(f"{path} takes no images: it was not exported by this program.")


def not_ours(path, signature):
    """The `UserError` for a signature that is missing."""
    return UserError(f"{path} has no signature {signature}: it was not exported by this program.")


def cannot_be_loaded(path, error):
    """The `UserError` for a file that is damaged, or is something else."""
    return UserError(f"{path} cannot be loaded: {(str(error).splitlines() or [''])[0]}")


def check_whole(directory, manifest, only=None):
    """Raises `UserError` if a file of the model is not the one that was exported: it might load all the same.

    Args:
        directory: folder of the manifest.
        manifest: what it says.
        only: name of the file; default: those of the SavedModel.
    """
    for name, facts in manifest.get("files", {}).items():
        path = directory / name
        belongs = name == only if only else name.startswith(("saved_model", "variables/"))
        if not belongs or not path.is_file():
            continue
        if sha256(path) != facts["sha256"]:
            raise UserError(f"{path} is not the file that manifest.json beside it describes: it is damaged.")


def read_manifest(directory):
    """The manifest of an export, or an empty one where none can be read."""
    try:
        return read_json(Path(directory) / "manifest.json", forms.EXPORT)
    except Unreadable:
        return {}


def runner_of(path):
    """The signature of a `.tflite` file."""
    from ai_edge_litert.interpreter import Interpreter

    if not path.is_file():
        raise UserError(f"there is no file {path}.")
    try:
        return Interpreter(str(path), num_threads=os.cpu_count()).get_signature_runner("serving_default")
    except (ValueError, RuntimeError) as error:
        raise cannot_be_loaded(path, error) from None
