"""Checkpoints: everything that decides the future of a run, written atomically and checked by hash when read.

`checkpoints/step-000001500/` holds `model.weights.h5` (both networks, the EMA generator, both optimizers with
their slots, the step, every running state) and `manifest.json` (format version, step, sha256 of each file, the
`Course` of the training, and the circumstances that decide the last bits). The position in the data and all noise are
pure functions of seed and step, so nothing else needs to be saved. `checkpoints/best-000000900/` is another such
folder, of the step with the best score; its manifest has the score, too.
"""

import dataclasses
import errno
import math
import os
import shutil
import warnings
from contextlib import suppress
from pathlib import Path

import tensorflow as tf

from keras_gan.errors import MachineFailed, UserError, why
from keras_gan.storage import files, forms, schema
from keras_gan.storage.files import sha256

FORMAT = 3
# From each older format to the next. Every format that ever was can be read for ever.
_MIGRATIONS = {
    1: lambda manifest: {**manifest, "format": 2, "circumstances": {}},
    2: lambda manifest: {**manifest, "format": 3, "course": {"data_order": 1}},
}
_BYTES_PER_VARIABLE = 4096  # of an HDF5 file, beside the values
_WEIGHTS = "model.weights.h5"
_MANIFEST = "manifest.json"
SCORE = {**forms.SCORE, "step": schema.count}
_SCHEMA = {
    "format": int,
    "step": schema.count,
    "sha256": schema.only({_WEIGHTS: str}),  # else there might be weights that nothing vouches for
    "circumstances": dict,
    "course": schema.only(
        {
            "data_order": (schema.positive, None),
            "ema_rampup": schema.optional((schema.number, None)),
            "earlier_updates": schema.optional([schema.count, schema.count]),
        }
    ),
    "score": schema.optional(SCORE),
}


def save(model, directory, step, keep=3):
    """Writes a checkpoint of `model` at `step` and removes all but the newest `keep` that are whole.

    One that is damaged, or of another program, counts for nothing and stays where it is.

    Returns:
        Its folder.

    Raises:
        MachineFailed: if it cannot be written; all earlier ones are as they were.
    """
    final = _write(model, Path(directory) / f"step-{step:09d}", step)
    others = [path for path in reversed(list_checkpoints(directory)) if path != final and not verify(path)]
    for old in others[keep - 1 :]:
        shutil.rmtree(old)
    return final


def save_best(model, directory, step, score):
    """Writes the checkpoint of the best score so far and removes the one before it; `score` is a `SCORE`."""
    before = _bests(directory)
    final = _write(model, Path(directory) / f"best-{step:09d}", step, score=score)
    for old in before:
        if old != final:
            shutil.rmtree(old)
    return final


def best_score(directory):
    """The score that the best checkpoint was saved with, or None if there is none."""
    whole = [path for path in _bests(directory) if not verify(path)]
    return read_manifest(whole[-1]).get("score") if whole else None


def _bests(directory):
    """The best checkpoint, last; a kill can leave the one before it. Format 1 had it without its step."""
    return sorted(Path(directory).glob("best*"))


def _write(model, final, step, **facts):
    directory = final.parent
    for leftover in directory.glob(".*.tmp"):  # of a process that was killed while it saved
        shutil.rmtree(leftover, ignore_errors=True)
    temporary = directory / f".{final.name}.tmp"
    try:
        temporary.mkdir(parents=True)
        _check_space(model, temporary)
        model.save_weights(temporary / _WEIGHTS)
        manifest = {
            "format": FORMAT,
            "step": step,
            "sha256": {_WEIGHTS: sha256(temporary / _WEIGHTS)},
            "course": dataclasses.asdict(model.course),
            "circumstances": circumstances(model),
            **facts,
        }
        files.write_json(temporary / _MANIFEST, manifest)
        files.sync(temporary / _WEIGHTS)
        files.sync(temporary)
        shutil.rmtree(final, ignore_errors=True)
        # The name appears when everything below it is on the disk: a checkpoint is whole or it is not there.
        temporary.rename(final)
        files.sync(directory)
    except (OSError, RuntimeError) as error:  # h5py raises either when a disk is full
        with suppress(OSError):
            shutil.rmtree(temporary)
        raise MachineFailed(f"cannot save a checkpoint of step {step} in {directory}: {why(error)}.") from None
    return final


def _check_space(model, directory):
    # Beforehand, because HDF5 cannot let go of a file that it could not write to the end.
    variables = [*model.variables, *model.discriminator_optimizer.variables]
    needed = sum(math.prod(v.shape) * tf.as_dtype(v.dtype).size + _BYTES_PER_VARIABLE for v in variables)
    free = shutil.disk_usage(directory).free
    if free < needed:
        raise OSError(errno.ENOSPC, f"{os.strerror(errno.ENOSPC)}, {needed / 1e6:.1f} MB needed, {free / 1e6:.1f} free")


def circumstances(model):
    """What else decides the last bits of a training, JSON-able: a resume elsewhere goes on, but not to the bit."""
    # How a sum is split over threads decides in which order it is rounded.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "threads": tf.config.threading.get_intra_op_parallelism_threads() or cores,
        "replicas": model.distribute_strategy.num_replicas_in_sync,
        "tensorflow": tf.__version__,
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "TensorFlow's choice"),
    }


def changed_circumstances(model, directory):
    """How the circumstances differ from those of the newest whole checkpoint, in a few words; empty if they do not."""
    whole = [path for path in list_checkpoints(directory) if not verify(path)]
    was, now = read_manifest(whole[-1])["circumstances"] if whole else {}, circumstances(model)
    return ", ".join(f"{name} {was[name]} -> {now[name]}" for name in was if was[name] != now.get(name, was[name]))


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
    listed = list_checkpoints(directory)
    _refuse_later_formats([*listed, *_bests(directory)])
    if not listed:
        return 0
    for path in reversed(listed):
        step = _taken(model, path, f"checkpoint {path.name} is damaged ({{}}), trying the one before it.")
        if step is not None:
            return step
    if list_checkpoints(directory) != listed:  # the run is being trained, which has replaced them meanwhile
        return restore_newest(model, directory)
    step = restore_best(model, directory)
    if step is None:
        raise UserError(f"there is no usable checkpoint in {directory}.")
    print(f"going on from the best checkpoint, of step {step}.")
    return step


def _refuse_later_formats(paths):
    """Raises `UserError` if a checkpoint was written by a later version of this program, whose run is not for this."""
    for path in paths:
        with suppress(OSError, files.Unreadable):
            if (written := read_manifest(path)["format"]) > FORMAT:
                raise UserError(
                    f"{path} has format {written}, and this program reads 1 to {FORMAT}: the run was trained by a "
                    "later version, which has to go on with it."
                )


def restore_best(model, directory):
    """Loads the checkpoint of the best score into a compiled model; returns its step, or None if there is none."""
    listed = _bests(directory)
    for path in reversed(listed):
        step = _taken(model, path, f"the best checkpoint {path.name} is damaged ({{}}).")
        if step is not None:
            return step
    return restore_best(model, directory) if _bests(directory) != listed else None


def _taken(model, path, complaint):
    """Loads a checkpoint that is whole; returns its step, or None after a complaint, unless it has gone meanwhile."""
    problem = verify(path)
    if not problem:
        try:
            step = read_manifest(path)["step"]
            _load(model, path)
            return step
        except (OSError, UserError, files.Missing):
            if path.exists():
                raise
    if path.exists():
        print(complaint.format(problem))
    return None


def _load(model, path):
    course = read_manifest(path)["course"]
    try:
        with warnings.catch_warnings():
            # Keras only warns of networks that the file does not have, and leaves them as they are.
            warnings.simplefilter("error", UserWarning)
            model.load_weights(path / _WEIGHTS)
    except (ValueError, KeyError, UserWarning) as error:
        raise UserError(f"{path} holds weights of another model ({str(error).splitlines()[0]}).") from None
    # JSON has lists for tuples.
    model.follow(**{name: tuple(value) if isinstance(value, list) else value for name, value in course.items()})


def verify(path):
    """What is wrong with a checkpoint, in a few words, or None."""
    try:
        manifest = read_manifest(path)
        if manifest["format"] != FORMAT:
            return f"format {manifest['format']}, this program reads 1 to {FORMAT}"
        if not _is_well_formed(manifest):
            return "its manifest makes no sense"
        wrong = [name for name, digest in manifest["sha256"].items() if sha256(path / name) != digest]
    except (OSError, files.Unreadable):
        return "incomplete"
    return f"{wrong[0]} was changed" if wrong else None


def _is_well_formed(manifest):
    try:
        schema.check(manifest, _SCHEMA)
    except files.Unreadable:
        return False
    return True


def read_manifest(path):
    """The manifest of one checkpoint, in today's format whatever it was written in; see `verify`."""
    manifest = files.read_json(Path(path) / _MANIFEST, {"format": int})
    while manifest["format"] in _MIGRATIONS:
        manifest = _MIGRATIONS[manifest["format"]](manifest)
    return manifest
