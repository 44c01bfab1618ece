"""Loads every exported file in fresh processes that know nothing of this program, and compares with Keras."""

import contextlib
import dataclasses
import inspect
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
from keras_gan.exporters import formats, trials
from keras_gan.exporters.outgoing import fixed_sizes
from keras_gan.exporters.targets import BOUND

_RELOAD = Path(__file__).with_name("reload.py")
_processes = None


class VerificationError(UserError):
    """An exported file does not compute what the model computes."""

    exit_code = 1


@dataclass(frozen=True)
class Check:
    """One comparison of samples at the outer edge with Keras's.

    Attributes:
        format: `saved_model`, `onnx`, or `tflite` with its precision.
        signature: the one that was asked.
        runtime: what ran it.
        samples: how many samples.
        max_difference: largest absolute difference of a number, of a pixel in [0, 1].
        mean_difference: mean absolute difference.
        worst_picture: largest mean absolute difference of a sample.
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


def verify(networks, directory, deliverables, judge=None):
    """Checks the files in `directory` against Keras, on 64 seeds, or on a few examples and one of odd sizes.

    Args:
        networks: list of `Outgoing` that compute in float32.
        directory: folder of the exported files.
        deliverables: the `Deliverables` that were written.
        judge: see `exporters.export`.

    Returns:
        List of `Check`.

    Raises:
        VerificationError: if a file does not load, or differs by more than its bound.
    """
    # On the processor on both sides: a GPU rounds convolutions more coarsely (TF32) than the bound.
    with tf.device("CPU:0"), processes():
        by_format = {name: formats.module(name).targets(networks, deliverables) for name in deliverables.formats}
        # All start up at once, which takes most of the time, and compute one after the other, since they are timed.
        for name in by_format:
            _start(name)
        found = []
        for wanted, trial_of, note in _rounds(networks, by_format, deliverables):
            found += _checked(wanted, directory, trial_of, note)
        scores = _scores(by_format, networks[0], directory, judge) if judge and networks[0].has_seeds else {}
    return [dataclasses.replace(check, score=scores.get(target)) for target, check in found]


def _rounds(networks, by_format, deliverables):
    """What is asked of which targets: `({format: targets}, function from target to Trial, note)` for each round."""
    if not networks[0].free_axes:
        yield by_format, trials.usual, ""
        return
    any_size = {name: some for name, some in by_format.items() if formats.module(name).TAKES_ANY_SIZE}
    one_size = {name: some for name, some in by_format.items() if name not in any_size}
    sizes = fixed_sizes(networks, deliverables.tflite_size)
    yield any_size, trials.usual, ""
    yield one_size, lambda target: trials.usual(target, sizes), ""
    odd = trials.odd_sizes(networks[0])
    yield any_size, lambda target: trials.usual(target, odd, most=1), f", {'x'.join(map(str, reversed(odd)))} px"


def _checked(wanted, directory, trial_of, note):
    """A `(Target, Check)` for each target of `{format: targets}`."""
    asked = {name: [(target, trial_of(target)) for target in some] for name, some in wanted.items()}
    answers = run_files(asked, directory)
    for name, some in wanted.items():
        if answers[name].targets is not None:
            check_signatures(answers[name].targets, [target.name for target in some])
    return [
        (target, compare(target, note, trial.expected, answers[name]))
        for name, some in asked.items()
        for target, trial in some
    ]


def check_signatures(found, expected):
    """Raises `VerificationError` unless a SavedModel has the signatures that are expected."""
    if set(found) != set(expected):
        raise VerificationError(f"saved_model has the signatures {sorted(found)}, expected {sorted(expected)}.")


def _scores(by_format, first, directory, judge):
    """What the smaller files of the first network lose by a score, `{target: what Check.score is}`."""
    found = {}
    for name, some in by_format.items():
        rounded = [target for target in some if target.signature.network is first and _is_rounded(target)]
        if not rounded:
            continue
        trial = trials.judged(rounded[0])
        answers = run_files({name: [(target, trial) for target in rounded]}, directory, threads=(2,))[name]
        (expected,) = trial.expected.values()
        score, before = judge(first.output.to_stored(expected))
        for target in rounded:
            (drawn,) = answers.of(target, trial.expected).values()
            after = judge(first.output.to_stored(drawn))[1]
            found[target] = {"name": score, "samples": len(drawn), "keras": before, "file": after}
    return found


def _is_rounded(target):
    """Whether it is a file that computes with fewer bits, from nothing but what is needed."""
    signature = target.signature
    return (
        target.bound > BOUND
        and not signature.gives_files
        and signature.inputs.keys() == signature.network.needed.keys()
    )


def compare(target, note, expected, answers):
    """The `Check` of what a target has made.

    Args:
        target: a `Target`.
        note: what is added to what the check says it asked.
        expected: `{name: array [N, …]}` at the outer edge.
        answers: the `Answers` of its format.

    Raises:
        VerificationError: if it is farther from what is expected than the bound.
    """
    made = answers.of(target, expected)
    for name, values in made.items():
        wanted = expected[name]
        if values.shape != wanted.shape or values.dtype != wanted.dtype:
            raise VerificationError(
                f"{target.format} {target.asked} gives {values.dtype} {values.shape}, "
                f"expected {wanted.dtype} {wanted.shape}."
            )
    differences = [np.abs(values.astype(np.float64) - expected[name]) for name, values in made.items()]
    difference = np.concatenate([values.reshape(len(values), -1) for values in differences], axis=1)
    error = float(np.mean(difference**2))
    check = Check(
        target.format,
        target.asked + note,
        answers.runtime,
        len(difference),
        max_difference=float(difference.max()),
        mean_difference=float(difference.mean()),
        worst_picture=float(difference.mean(axis=1).max()),
        psnr=-10 * math.log10(error) if error else None,
        bound=target.bound,
        measure=target.measure,
        milliseconds=answers.milliseconds(target),
    )
    found = getattr(check, target.measure)
    if not found <= target.bound:  # a NaN fails too
        words = target.measure.replace("_", " ")
        raise VerificationError(
            f"{target.format} {check.signature}: the {words} from Keras is {found:.2e}, more than {target.bound:.0e}."
        )
    return check


# --- Fresh processes --------------------------------------------------------------------------------------------------


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


@dataclass(frozen=True)
class Answers:
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
        names = dict(zip(expected, target.outputs or expected, strict=True))
        if target.signature.gives_files:
            ((name, field),) = target.signature.outputs.items()
            (made,) = expected
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
    with tempfile.TemporaryDirectory() as scratch:
        for name, some in asked.items():
            _start(name)
            inputs = {f"{t.name}/{key}": values for t, trial in some for key, values in trial.given.items()}
            np.savez(f"{scratch}/inputs.npz", **inputs)
            _ask(
                name,
                source=inspect.getsource(formats.module(name).load),
                directory=str(Path(directory).resolve()),
                targets=[target.name for target, _ in some],
                threads=formats.module(name).THREADS if threads is None else threads,
                inputs=f"{scratch}/inputs.npz",
                outputs=f"{scratch}/{name}.npz",
            )
            error = _answer(name)
            if error:
                raise VerificationError(f"the exported {name} cannot be used in a fresh process: {error}")
        return {name: Answers(dict(np.load(f"{scratch}/{name}.npz"))) for name in asked}


def _start(name):
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
