"""Loads every exported file in fresh processes that know nothing of this program, and compares with Keras."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.exporters import saved_model
from keras_gan.randomness import portable_labels, portable_latents

BOUND = 1e-5
SEEDS = np.arange(-8, 8, dtype=np.int64)
_RELOAD = Path(__file__).with_name("reload.py")
_processes = None


class VerificationError(UserError):
    """An exported file does not compute what the model computes."""

    exit_code = 1


@dataclass(frozen=True)
class Check:
    """One comparison: `max_difference` is the largest absolute difference of a pixel in [0, 1]."""

    format: str
    signature: str
    runtime: str
    samples: int
    max_difference: float
    bound: float


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


def verify(network, directory, formats, num_classes=0):
    """Checks the files of `formats` in `directory` against the Keras generator on 16 seeds.

    Args:
        network: the generator, a Keras model that computes in float32.
        directory: folder of the exported files.
        formats: names of formats.
        num_classes: number of classes that the generator can be asked for, 0 if it takes no labels.

    Returns:
        List of `Check`.

    Raises:
        VerificationError: if a file does not load, or differs by more than its bound.
    """
    directory = Path(directory)
    # On the processor on both sides: a GPU rounds convolutions more coarsely (TF32) than the bound.
    with tf.device("CPU:0"):
        inputs, expected = _inputs_and_images(network, num_classes)
    with tempfile.TemporaryDirectory() as scratch, processes():
        job = {"directory": str(directory.resolve()), "inputs": f"{scratch}/inputs.npz"}
        np.savez(job["inputs"], **inputs)
        # All are asked before any is waited for: most of the time is each runtime's own start-up.
        for name in formats:
            _ask(name, **job, outputs=f"{scratch}/{name}.npz")
        errors = {name: _answer(name) for name in formats}
        for name, error in errors.items():
            if error:
                raise VerificationError(f"the exported {name} cannot be used in a fresh process: {error}")
        outputs = {name: dict(np.load(f"{scratch}/{name}.npz")) for name in formats}
    checks = []
    for name, images in outputs.items():
        runtime = str(images.pop("runtime"))
        signatures = ["serving_default"] if name == "tflite" else list(expected)
        if set(images) != set(signatures):
            raise VerificationError(f"{name} has the signatures {sorted(images)}, expected {sorted(signatures)}.")
        checks += [_compare(name, each, runtime, images[each], expected[each]) for each in signatures]
    return checks


def _inputs_and_images(network, num_classes):
    """What the signatures are given, and the images that each is to return."""
    latents = portable_latents(SEEDS, saved_model.latent_dim(network))
    inputs = {"latents": latents.numpy(), "seeds": SEEDS}
    if not num_classes:
        images = saved_model.images(network, latents)["images"].numpy()
        return inputs, {"serving_default": images, "from_seeds": images}
    own = portable_labels(SEEDS, num_classes)
    # Other labels than the seeds' own, so that a signature which ignored them would be found out.
    labels = (own + 1) % num_classes
    of_own, of_labels = (saved_model.images(network, latents, each)["images"].numpy() for each in (own, labels))
    return {**inputs, "labels": labels.numpy()}, {
        "serving_default": of_labels,
        "from_seeds": of_own,
        "from_seeds_and_labels": of_labels,
    }


def _ask(name, **job):
    if name not in _processes:
        # -P keeps the current folder, and so keras_gan, off the path. Without a GPU, whose memory is taken already.
        command = [sys.executable, "-P", str(_RELOAD), name]
        environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "2"}
        errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed when the process has ended
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
        )
        _processes[name] = process, errors
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


def _compare(name, signature, runtime, images, expected):
    if images.shape != expected.shape or images.dtype != np.float32:
        raise VerificationError(
            f"{name} {signature} gives {images.dtype} {images.shape}, expected float32 {expected.shape}."
        )
    difference = float(np.abs(images - expected).max())
    if not difference <= BOUND:  # a NaN fails too
        raise VerificationError(f"{name} {signature} differs from Keras by {difference:.2e}, more than {BOUND:.0e}.")
    return Check(name, signature, runtime, len(images), difference, BOUND)
