"""Checkpoints: everything that decides the future of a run, written atomically and checked by hash when read.

`checkpoints/step-000001500/` holds `model.weights.h5` (both networks, the EMA generator, both optimizers with
their slots, the step) and `manifest.json` (format version, step, sha256 of each file). The position in the data
and all noise are pure functions of seed and step, so nothing else needs to be saved. `checkpoints/best/` is another
such folder, of the step with the best score; its manifest has the score, too.
"""

import hashlib
import json
import os
import shutil
from pathlib import Path

from keras_gan.errors import UserError

FORMAT = 1
_WEIGHTS = "model.weights.h5"
_MANIFEST = "manifest.json"
_BEST = "best"


def save(model, directory, step, keep=3):
    """Writes a checkpoint of `model` at `step` and removes all but the newest `keep`. Returns its folder."""
    final = _write(model, Path(directory) / f"step-{step:09d}", step)
    for old in list_checkpoints(directory)[:-keep]:
        shutil.rmtree(old)
    return final


def save_best(model, directory, step, score):
    """Writes the checkpoint of the best score so far, over the one before it; `score` is JSON-able."""
    return _write(model, Path(directory) / _BEST, step, score=score)


def best_score(directory):
    """The score that the best checkpoint was saved with, or None if there is none."""
    path = Path(directory) / _BEST
    return read_manifest(path)["score"] if path.exists() and not verify(path) else None


def _write(model, final, step, **facts):
    directory = final.parent
    temporary = directory / f".{final.name}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    model.save_weights(temporary / _WEIGHTS)
    manifest = {"format": FORMAT, "step": step, "sha256": {_WEIGHTS: sha256(temporary / _WEIGHTS)}, **facts}
    (temporary / _MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    for path in (temporary / _WEIGHTS, temporary / _MANIFEST, temporary):
        _fsync(path)
    shutil.rmtree(final, ignore_errors=True)
    # The name appears when everything below it is on the disk: a checkpoint is whole or it is not there.
    temporary.rename(final)
    _fsync(directory)
    return final


def list_checkpoints(directory):
    """All checkpoints in a folder, oldest first."""
    return sorted(Path(directory).glob("step-*"))


def restore_newest(model, directory):
    """Loads the newest checkpoint whose hash is right into a compiled model; damaged ones are named and passed over.

    Returns:
        The step of the checkpoint; 0, and the model as it is, if none was ever saved.

    Raises:
        UserError: if there are checkpoints and none is usable.
    """
    if not list_checkpoints(directory):
        return 0
    for path in reversed(list_checkpoints(directory)):
        problem = verify(path)
        if problem:
            print(f"checkpoint {path.name} is damaged ({problem}), trying the one before it.")
            continue
        model.load_weights(path / _WEIGHTS)
        return read_manifest(path)["step"]
    raise UserError(f"there is no usable checkpoint in {directory}.")


def restore_best(model, directory):
    """Loads the checkpoint of the best score into a compiled model; returns its step, or None if there is none."""
    path = Path(directory) / _BEST
    if not path.exists():
        return None
    problem = verify(path)
    if problem:
        print(f"the best checkpoint is damaged ({problem}), taking the last one.")
        return None
    model.load_weights(path / _WEIGHTS)
    return read_manifest(path)["step"]


def verify(path):
    """What is wrong with a checkpoint, in a few words, or None."""
    try:
        manifest = read_manifest(path)
        if manifest["format"] != FORMAT:
            return f"format {manifest['format']}, this program reads {FORMAT}"
        wrong = [name for name, digest in manifest["sha256"].items() if sha256(path / name) != digest]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "incomplete"
    return f"{wrong[0]} was changed" if wrong else None


def read_manifest(path):
    """The manifest of one checkpoint."""
    return json.loads((Path(path) / _MANIFEST).read_text(encoding="utf-8"))


def sha256(path):
    """Hash of a file as hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fsync(path):
    if os.name == "nt":  # has no such call for what is open for reading
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
