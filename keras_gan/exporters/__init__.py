"""What leaves the building: EMA generators as SavedModel, TFLite and ONNX, verified, with a manifest and a card.

The formats are a contract with programs that know nothing of this one; `export/README.md` states it.
"""

import dataclasses
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import keras

from keras_gan.errors import UserError, why
from keras_gan.exporters import manifest as manifests
from keras_gan.exporters import model_card, onnx, saved_model, tflite, translation, verify
from keras_gan.modalities.image import pictures
from keras_gan.storage.files import sha256
from keras_gan.training.translation import TranslationModel


def export(
    model,
    directory,
    formats=("saved_model", "tflite"),
    facts=None,
    precisions=("float32",),
    tflite_batch=1,
    judge=None,
    tflite_size=None,
):
    """Writes the EMA generator of `model` in float32 and verifies every file in a fresh process.

    Of a `TranslationModel`, every network that it exports, verified on its examples.

    Args:
        model: an `AdversarialModel`.
        directory: folder to make, such as `my_generator/1`. TensorFlow Serving wants its last part to be a number.
        formats: any of `saved_model`, `tflite` and `onnx`.
        facts: JSON-able facts for the manifest and the model card, such as configuration and data set.
        precisions: which `.tflite` files, any of `float32`, `float16`, `dynamic`, `int8` and `int8_io`.
        tflite_batch: pictures per call of these.
        judge: function from images uint8 [N, height, width, C] of the seeds from 0 on to `(name of a score, value)`;
            then the manifest says what each smaller `.tflite` file loses by it. Not of a `TranslationModel`.
        tflite_size: height and width in pixels of what the `.tflite` files of a `TranslationModel` take; default: those
            of its examples.

    Returns:
        The manifest, a dict; see `export/README.md`.

    Raises:
        UserError: if the folder exists or cannot be written, or the model cannot be given `tflite_size`.
        VerificationError: if what a file computes differs from Keras by more than its bound.
    """
    directory = Path(directory)
    if directory.exists():
        raise UserError(f"{directory} exists: an exported version is never overwritten.")
    size = _source_size(model, tflite_size)
    temporary = _scratch(directory)
    try:
        if size:
            written = translation.write(model, temporary, formats, precisions, tflite_batch, size)
        else:
            written = _write(model, temporary, formats, precisions, tflite_batch, judge)
        manifest = _describe(model, temporary, *written, facts or {})
        temporary.chmod(0o755)
        # Renamed when complete: a server that watches the folder never sees half a model.
        temporary.rename(directory)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return manifest


def check_writable(directory):
    """Raises `UserError` unless exports can be written below `directory`; makes it if need be."""
    _scratch(Path(directory) / "export").rmdir()


def _scratch(directory):
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    except OSError as error:
        raise UserError(f"cannot write {directory.parent}: {why(error)}.") from None


def next_version(base):
    """The folder of the next version below `base`: 1, 2, 3 …"""
    versions = [int(path.name) for path in Path(base).glob("*") if path.name.isdecimal() and path.name.isascii()]
    return Path(base) / str(max(versions, default=0) + 1)


def _source_size(model, tflite_size):
    """What the `.tflite` files of a `TranslationModel` take, `(height, width)`; None of any other model."""
    if isinstance(model, TranslationModel):
        return translation.source_size(model, tflite_size)
    if tflite_size is not None:
        raise UserError(f"--tflite-size is for models that are given images, and {model.name} draws them of noise.")
    return None


def _write(model, directory, formats, precisions, tflite_batch, judge):
    """Writes and checks a generator that draws images of noise; returns `(facts, checks)`."""
    trained = model.exported()["generator"]
    network = saved_model.float32_copy(trained)
    if "saved_model" in formats:
        saved_model.write(network, directory, model.num_classes)
    if "tflite" in formats:
        tflite.write(network, directory, model.num_classes, precisions, tflite_batch)
    if "onnx" in formats:
        onnx.write(network, directory, model.num_classes)
    # Against the network as it was trained, unless that rounds to 16 bits.
    is_float32 = all(layer.compute_dtype == "float32" for layer in trained.layers)
    exact = trained if is_float32 else network
    checks = verify.verify(exact, directory, formats, model.num_classes, precisions, judge)
    facts = {
        "variant": model.name,
        "latent_dim": saved_model.latent_dim(network),
        "num_classes": model.num_classes,
        "image_shape": list(network.output_shape[1:]),
        "parameters": network.count_params(),
        "step": int(keras.ops.convert_to_numpy(model.step)),
        "tflite_batch": tflite_batch,
    }
    return facts, checks


def _describe(model, directory, generator, checks, facts):
    """Adds sample pictures, the manifest and the model card; returns the manifest."""
    images, columns = pictures.preview(model)
    pictures.save_grid(directory / "samples.png", images, columns)
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    manifest = {
        "format": manifests.FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "generator": generator,
        "verification": [dataclasses.asdict(check) for check in checks],
        "versions": manifests.versions(),
        "files": {
            path.relative_to(directory).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256(path)}
            for path in files
        },
        **facts,
    }
    manifests.write(manifest, directory)
    model_card.write(manifest, directory)
    return manifest
