"""Processes that know nothing of this program, one for each format, in which exported files are run."""

import contextlib
import inspect
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_gan.errors import UserError
from keras_gan.exporters import formats
from keras_gan.storage import files

_RELOAD = Path(__file__).with_name("reload.py")
_processes = None


class VerificationError(UserError):
    """An exported file does not compute what the model computes."""

    exit_code = 1


@contextlib.contextmanager
def kept():
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


@dataclass(frozen=True)
class _Answers:
    """What the files of one format have computed: the arrays that `reload.py` tells of."""

    arrays: dict

    @property
    def runtime(self):
        """Name and version of what ran them."""
        return str(self.arrays["runtime"])

    @property
    def targets(self):
        """The names of all that can be asked; None if the files do not say."""
        return self.arrays["targets"].tolist() if "targets" in self.arrays else None

    def of(self, target, expected):
        """What a target has made, `{name: array}` by the names of what is expected, files read."""
        names = dict(zip(expected, target.outputs or expected, strict=False))
        if target.signature.gives_files:
            ((name, field),) = target.signature.outputs.items()
            made = target.signature.network.output.plural
            return {made: np.stack([field.of.read(content) for content in self._files(f"{target.name}/{name}")])}
        return {name: self.arrays[f"{target.name}/{given}"] for name, given in names.items()}

    def milliseconds(self, target):
        """The time of one call, by number of threads; None if it was not taken."""
        start = f"{target.name}/milliseconds/"
        timed = {name.removeprefix(start): value for name, value in self.arrays.items() if name.startswith(start)}
        return {number: round(float(value), 3) for number, value in timed.items()} or None

    def _files(self, name):
        row = 0
        while f"{name}/{row}" in self.arrays:
            yield self.arrays[f"{name}/{row}"].tobytes()
            row += 1


def run_files(asked, directory, threads=None):
    """What fresh processes compute of `{format: [(Target, Trial)]}`: `{format: Answers}`.

    Args:
        asked: what is to be computed.
        directory: folder of the files.
        threads: numbers of threads to be timed on; default: those of each format.

    Raises:
        VerificationError: if files cannot be used.
    """
    with tempfile.TemporaryDirectory() as scratch, files.plain(Path(directory).resolve()) as place:
        for name, some in asked.items():
            start(name)
            inputs = {f"{t.name}/{key}": values for t, trial in some for key, values in trial.given.items()}
            np.savez(f"{scratch}/inputs.npz", **inputs)
            _ask(
                name,
                source=inspect.getsource(formats.module(name).load),
                directory=str(place),
                targets=[target.name for target, _ in some],
                threads=formats.module(name).THREADS if threads is None else threads,
                inputs=f"{scratch}/inputs.npz",
                outputs=f"{scratch}/{name}.npz",
            )
            error = _answer(name)
            if error:
                raise VerificationError(f"the exported {name} cannot be used in a fresh process: {error}")
        return {name: _Answers(dict(np.load(f"{scratch}/{name}.npz"))) for name in asked}


def start(name):
    """Starts the process of a format, which takes most of the time, unless it runs already; only inside of `kept`."""
    if name in _processes:
        return
    # -P keeps the current folder, and so keras_gan, off the path. Without a GPU, whose memory is taken already.
    command = [sys.executable, "-P", str(_RELOAD), formats.module(name).RUNTIME]
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
