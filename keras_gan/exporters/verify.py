"""Loads every exported file in fresh processes that know nothing of this program, and compares with Keras."""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from keras_gan.exporters import formats, trials
from keras_gan.exporters.fresh_processes import VerificationError, kept, run_files, start
from keras_gan.exporters.outgoing import fixed_sizes
from keras_gan.exporters.targets import BOUND

ROUNDING = 2 / 255  # of the span; what 8 bits inside of a network may cost whatever it draws
FEWEST = 4  # rows whose median says something


@dataclass(frozen=True)
class Check:
    """One comparison of samples at the outer edge with Keras's.

    Attributes:
        format: `saved_model`, `onnx`, or `tflite` with its precision.
        signature: the one that was asked.
        runtime: what ran it.
        samples: how many samples.
        max_difference: largest absolute difference of a number; of whole numbers that of a sample, 1 for another one.
        mean_difference: mean absolute difference: of whole numbers the share of samples that are others.
        worst_sample: largest mean absolute difference of a sample.
        psnr: peak signal-to-noise ratio in dB, the peak being the `Field.span` of the output; None if there is no
            difference at all.
        bound: what `measure` was held to: that of the `Target`, times the span.
        measure: one of the three differences.
        spread: of a rounded file, the least mean difference of what gives the same sample always, or of each class:
            `mean_difference` was held to half of it, too; None where samples are too few to tell.
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
    worst_sample: float
    psnr: float | None
    bound: float
    measure: str = "max_difference"
    spread: float | None = None
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
    with tf.device("CPU:0"), kept():
        by_format = {name: formats.module(name).targets(networks, deliverables) for name in deliverables.formats}
        # All start up at once, which takes most of the time, and compute one after the other, since they are timed.
        for name in by_format:
            start(name)
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
            _check_signatures(answers[name].targets, [target.name for target in some])
    return [
        (target, _compare(target, note, trial, answers[name])) for name, some in asked.items() for target, trial in some
    ]


def _check_signatures(found, expected):
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
        expected = trial.expected[first.output.plural]
        score, before = judge(first.output.to_stored(expected))
        for target in rounded:
            drawn = answers.of(target, trial.expected)[first.output.plural]
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


def _compare(target, note, trial, answers):
    """The `Check` of what a target has made.

    Args:
        target: a `Target`.
        note: what is added to what the check says it asked.
        trial: the `Trial` of the target.
        answers: the `Answers` of its format.

    Raises:
        VerificationError: if it is farther from what is expected than the bound.
    """
    expected = trial.expected
    made = answers.of(target, expected)
    for name, values in made.items():
        wanted = expected[name]
        if values.shape != wanted.shape or values.dtype != wanted.dtype:
            raise VerificationError(
                f"{target.format} {target.asked} gives {values.dtype} {values.shape}, "
                f"expected {wanted.dtype} {wanted.shape}."
            )
    whole = target.signature.network.output.is_whole
    differences = [_differences(values, expected[name], whole) for name, values in made.items()]
    difference = np.concatenate(differences, axis=1)
    error, span = float(np.mean(difference**2)), _span(target, expected)
    check = Check(
        target.format,
        target.asked + note,
        answers.runtime,
        len(difference),
        max_difference=float(difference.max()),
        mean_difference=float(difference.mean()),
        worst_sample=float(difference.mean(axis=1).max()),
        psnr=-10 * math.log10(error / span**2) if error else None,
        bound=target.bound * span,
        measure=target.measure,
        spread=_spread(trial) if target.measure == "worst_sample" else None,
        milliseconds=answers.milliseconds(target),
    )
    _check_bounds(check, target, span)
    return check


def _differences(values, wanted, whole):
    """How far numbers are apart, `[N, numbers]`; of whole ones, 1 for each sample that is another one, `[N, 1]`."""
    differences = np.abs(values.astype(np.float64) - wanted).reshape(len(values), -1)
    return np.float64(differences.any(axis=1, keepdims=True)) if whole else differences


def _check_bounds(check, target, span):
    """Raises `VerificationError` if a target is too far from Keras.

    A bound that holds for all data says little of samples that differ by less than it: what gives the same sample
    always must not pass for what has been rounded.
    """
    noun = target.signature.network.output.noun
    advice = " Leave this file out of --tflite." if _is_rounded(target) else ""
    found = getattr(check, target.measure)
    if not found <= check.bound:  # a NaN fails too
        words = target.measure.replace("_", " ").replace("sample", noun)
        raise VerificationError(
            f"{target.format} {check.signature}: the {words} from Keras is {found:.2e}, more than {check.bound:.0e}."
            + advice
        )
    if check.spread is not None and check.mean_difference > max(check.spread / 2, ROUNDING * span):
        raise VerificationError(
            f"{target.format} {check.signature}: the mean difference from Keras is {check.mean_difference:.2e}, where "
            f"{check.spread:.2e} is that of one {noun} for all.{advice}"
        )


def _spread(trial):
    """The least mean difference from a trial's outputs of what gives one and the same for all rows of a class.

    That is their mean deviation from the median. None of rows that are too few to tell.
    """
    rows = np.concatenate([values.reshape(len(values), -1) for values in trial.expected.values()], axis=1)
    labels = np.asarray(trial.given.get("labels", np.zeros(len(rows))))
    groups = [rows[labels == label] for label in np.unique(labels)]
    if min(map(len, groups)) < FEWEST:
        groups = [rows]
    if len(rows) < FEWEST:
        return None
    return float(np.concatenate([np.abs(group - np.median(group, axis=0)) for group in groups]).mean())


def _span(target, expected):
    """How far apart values can be: bounds are for 1."""
    return target.signature.network.output.span(np.concatenate([values.ravel() for values in expected.values()]))
