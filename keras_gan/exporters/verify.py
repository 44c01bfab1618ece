"""Loads every exported file in fresh processes that know nothing of this program, and compares with Keras."""

import contextlib
import dataclasses
import functools
import json
import math
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.exporters import onnx, saved_model
from keras_gan.exporters.tflite import PRECISIONS, Precision
from keras_gan.modalities.image.pictures import to_uint8
from keras_gan.randomness import portable_labels, portable_latents

BOUND = 1e-5
ROUNDED = 0.5 / 255  # of a picture in 8 bits
SEEDS = np.arange(-32, 32, dtype=np.int64)
JUDGED = np.arange(1024, dtype=np.int64)  # seeds of the pictures that a score is measured on
# The files that are run by another runtime than TensorFlow.
KINDS = {f"tflite {name}": kind for name, kind in PRECISIONS.items()}
KINDS["onnx"] = Precision(onnx.FILE, BOUND, "max_difference")
_RELOAD = Path(__file__).with_name("reload.py")
_processes = None


class VerificationError(UserError):
    """An exported file does not compute what the model computes."""

    exit_code = 1


@dataclass(frozen=True)
class Check:
    """One comparison of the pictures of 64 seeds in [0, 1] with Keras's.

    Attributes:
        format: `saved_model`, `onnx`, or `tflite` with its precision.
        signature: the one that was asked.
        runtime: what ran it.
        samples: how many pictures.
        max_difference: largest absolute difference of a pixel.
        mean_difference: mean absolute difference.
        worst_picture: largest mean absolute difference of a picture.
        psnr: peak signal-to-noise ratio in dB; None if there is no difference at all.
        bound: what `measure` was held to.
        measure: one of the three differences.
        milliseconds: of one call, by number of threads, where it was timed.
        score: `name`, and its value for the same `samples` seeds drawn by `keras` and by this `file`; None if there is
            no score, or the bound is too narrow for it to differ.
    """

    format: str
    signature: str
    runtime: str
    samples: int
    max_difference: float
    mean_difference: float
    worst_picture: float
    psnr: float | None
    bound: float
    measure: str = "max_difference"
    milliseconds: dict | None = None
    score: dict | None = None


@contextlib.contextmanager
def processes():
    """Keeps the fresh processes, one per format, for all exports inside; without it each export starts its own."""
    global _processes
    if _processes is not None:
        yield _processes
        return
    _processes = {}
    try:
        yield _processes
    finally:
        for process, errors in _processes.values():
            process.communicate()
            errors.close()
        _processes = None


def verify(network, directory, formats, num_classes=0, precisions=("float32",), judge=None):
    """Checks the files of `formats` in `directory` against the Keras generator on 64 seeds.

    Args:
        network: the generator, a Keras model that computes in float32.
        directory: folder of the exported files.
        formats: any of `saved_model`, `tflite` and `onnx`.
        num_classes: number of classes that the generator can be asked for, 0 if it takes no labels.
        precisions: those of the `.tflite` files.
        judge: see `exporters.export`.

    Returns:
        List of `Check`.

    Raises:
        VerificationError: if a file does not load, or differs by more than its bound.
    """
    # On the processor on both sides: a GPU rounds convolutions more coarsely (TF32) than the bound.
    with tf.device("CPU:0"), processes():
        inputs, expected = _inputs_and_images(network, num_classes)
        kinds = {"saved_model": [], "tflite": [f"tflite {name}" for name in precisions], "onnx": ["onnx"]}
        outputs = run_files({name: _files(kinds[name]) for name in formats}, directory, inputs)
        checks = []
        for name in formats:
            if name == "saved_model":
                checks += _of_saved_model(outputs[name], expected)
            else:
                checks += [_of_file(kind, outputs[name], expected["serving_default"]) for kind in kinds[name]]
        if judge:
            checks = _judged(checks, judge, network, directory, num_classes)
    return checks


def run_files(wanted, directory, inputs, threads=(1, 2)):
    """What fresh processes compute of `{format: files}`: `{format: {"runtime": …, signature or file: pictures}}`.

    `inputs` are those that `reload.py` tells of.
    """
    with tempfile.TemporaryDirectory() as scratch:
        job = {"directory": str(Path(directory).resolve()), "inputs": f"{scratch}/inputs.npz", "threads": threads}
        np.savez(job["inputs"], **inputs)
        # All start up at once, which takes most of the time, and compute one after the other, since they are timed.
        for name in wanted:
            _start(name)
        for name, files in wanted.items():
            _ask(name, **job, files=files, outputs=f"{scratch}/{name}.npz")
            error = _answer(name)
            if error:
                raise VerificationError(f"the exported {name} cannot be used in a fresh process: {error}")
        return {name: dict(np.load(f"{scratch}/{name}.npz")) for name in wanted}


def _files(kinds):
    return [KINDS[kind].file for kind in kinds]


def check_signatures(found, expected):
    """Raises `VerificationError` unless a SavedModel has the signatures that are expected."""
    if set(found) != set(expected):
        raise VerificationError(f"saved_model has the signatures {sorted(found)}, expected {sorted(expected)}.")


def _of_saved_model(images, expected):
    runtime = str(images.pop("runtime"))
    check_signatures(images, expected)
    return [
        compare("saved_model", name, runtime, images[name], pictures, BOUND + (ROUNDED if name == "png" else 0.0))
        for name, pictures in expected.items()
    ]


def _of_file(name, outputs, expected):
    kind = KINDS[name]
    return compare(
        *(name, "serving_default", str(outputs["runtime"]), outputs[kind.file], expected),
        *(kind.bound, kind.measure, milliseconds_of(kind.file, outputs)),
    )


def milliseconds_of(file, outputs):
    """The time of one call, by number of threads."""
    return {str(number): round(float(outputs[f"{file} {number}"]), 3) for number in (1, 2)}


def _judged(checks, judge, network, directory, num_classes):
    """The same checks, those of smaller files with what they lose by a score."""
    rounded = [check.format for check in checks if check.format in KINDS and check.bound > BOUND]
    if not rounded:
        return checks
    inputs = {"latents": portable_latents(JUDGED, saved_model.latent_dim(network)).numpy(), "seeds": JUDGED}
    if num_classes:
        inputs["labels"] = portable_labels(JUDGED, num_classes).numpy()
    drawn = run_files({"tflite": _files(rounded)}, directory, inputs, threads=(2,))["tflite"]
    name, before = judge(to_uint8(_draw(network, inputs["latents"], inputs.get("labels"))))
    scores = {}
    for kind in rounded:
        after = judge(to_uint8(drawn[KINDS[kind].file]))[1]
        scores[kind] = {"name": name, "samples": len(JUDGED), "keras": before, "file": after}
    return [dataclasses.replace(check, score=scores.get(check.format)) for check in checks]


def _inputs_and_images(network, num_classes):
    """What the signatures are given, and the images that each is to return."""
    latents = portable_latents(SEEDS, saved_model.latent_dim(network)).numpy()
    truncation = np.linspace(0.2, 1.0, len(SEEDS), dtype=np.float32)
    inputs = {"latents": latents, "seeds": SEEDS, "truncation": truncation}

    draw = functools.partial(_draw, network)
    if not num_classes:
        whole = draw(latents)
        truncated = draw(truncation[:, None] * latents)
        return inputs, {
            **{"serving_default": whole, "from_seeds": whole},
            **{"from_seeds_truncated": truncated, "png": whole},
        }
    own = portable_labels(SEEDS, num_classes).numpy()
    # Other labels than the seeds' own, so that a signature which ignored them would be found out.
    labels = (own + 1) % num_classes
    of_labels = draw(latents, labels)
    return {**inputs, "labels": labels}, {
        **{"serving_default": of_labels, "from_seeds": draw(latents, own), "from_seeds_and_labels": of_labels},
        **{"from_seeds_truncated": draw(truncation[:, None] * latents, labels), "png": of_labels},
    }


def _draw(network, latents, labels=None, batch_size=64):
    rows = [slice(start, start + batch_size) for start in range(0, len(latents), batch_size)]
    batches = [saved_model.images(network, latents[i], None if labels is None else labels[i]) for i in rows]
    return np.concatenate([batch["images"] for batch in batches])


def _start(name):
    if name in _processes:
        return
    # -P keeps the current folder, and so keras_gan, off the path. Without a GPU, whose memory is taken already.
    command = [sys.executable, "-P", str(_RELOAD), name]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "2"}
    errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed when the process has ended
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
    )
    _processes[name] = process, errors


def _ask(name, **job):
    with contextlib.suppress(BrokenPipeError):  # then there will be no answer
        _processes[name][0].stdin.write(json.dumps(job) + "\n")
        _processes[name][0].stdin.flush()


def _answer(name):
    """Why the files of a format cannot be used, or None."""
    process, errors = _processes[name]
    for line in process.stdout:
        if line.startswith('{"error":'):  # libraries may print lines of their own
            return json.loads(line)["error"]
    errors.seek(0)
    return (errors.read().strip().splitlines() or ["the process ended without a word"])[-1]


def compare(name, signature, runtime, images, expected, bound, measure="max_difference", milliseconds=None):
    """The `Check` of images; raises `VerificationError` if they are farther from the expected ones than the bound."""
    if images.shape != expected.shape or images.dtype != np.float32:
        raise VerificationError(
            f"{name} {signature} gives {images.dtype} {images.shape}, expected float32 {expected.shape}."
        )
    difference = np.abs(images.astype(np.float64) - expected)
    error = float(np.mean(difference**2))
    check = Check(
        name,
        signature,
        runtime,
        len(images),
        max_difference=float(difference.max()),
        mean_difference=float(difference.mean()),
        worst_picture=float(difference.mean(axis=(1, 2, 3)).max()),
        psnr=-10 * math.log10(error) if error else None,
        bound=bound,
        measure=measure,
        milliseconds=milliseconds,
    )
    found = getattr(check, measure)
    if not found <= bound:  # a NaN fails too
        words = measure.replace("_", " ")
        raise VerificationError(f"{name} {signature}: the {words} from Keras is {found:.2e}, more than {bound:.0e}.")
    return check
