"""Scores of samples by name, each with the protocol that it was measured by."""

import dataclasses

from keras_gan import metrics
from keras_gan.errors import UserError
from keras_gan.registry import SCORES

# What scores need of a subject: the attribute that has it, and what to say if it does not.
NEEDS = {
    "features": ("extractor", "looks through an extractor, and there is none"),
    "real": ("real", "compares with real examples themselves, and there are none: give them in place of statistics"),
    "labels": ("labels", "asks whether a class is the one asked for: it needs a model with labels"),
    "classes": ("training", "needs real examples of several classes to compare with, and there are none"),
    "unseen": ("unseen", "compares with examples that the training did not see, and there are none"),
    "targets": (
        "targets",
        "compares each sample with its target: it needs a model that is given examples, and data with targets",
    ),
    "latents": ("inputs", "moves through a latent space: it needs --run or --model, and a model of noise"),
    "perceptual": ("perceptual", "needs a perceptual distance, and there is none"),
}


def evaluate(subject, progress=None):
    """The scores that a `Subject` asks for, and what to know of them: `(list of Measurement, list of sentences)`.

    Args:
        subject: with samples.
        progress: function that wraps the loop over batches of the extractor, for a bar.

    Raises:
        UserError: for a metric that there is not, that cannot look at such values, or that needs what there is not.
    """
    _check(subject)
    if subject.extractor:
        subject = dataclasses.replace(subject, extracted=subject.extractor(subject.samples, progress))
    measured, warnings = [], []
    for name in subject.metrics:
        score = SCORES.module(name)
        beside = _of_baseline(score, subject)
        measured += [
            dataclasses.replace(_with_better(each, score.SCORE.lower_is_better), baseline=beside.get(each.name))
            for each in score.measure(subject)
        ]
        warnings += score.warnings(subject) if hasattr(score, "warnings") else []
    return measured, warnings


def _of_baseline(score, subject):
    """What a score says of the samples of the model's baseline, `{name of a value: value}`; empty if it has none."""
    if subject.baseline is None or "features" in score.SCORE.needs:
        return {}
    samples = dataclasses.replace(subject, samples=subject.baseline, baseline=None)
    return {each.name: each.value for each in score.measure(samples)}


def _with_better(measurement, lower):
    """It says what is better, by itself or as its score does."""
    own = measurement.lower_is_better
    return dataclasses.replace(measurement, lower_is_better=lower if own is None else own)


def _check(subject):
    """Raises `UserError` if a `Subject` does not have what its metrics need, before anything is looked at."""
    metrics.check_names(subject.metrics)
    metrics.check_kind(subject.metrics, subject.field.kind)
    real = len(subject.reference.extracted.features) if subject.reference and subject.reference.extracted else None
    check_enough(subject.metrics, subject.field, len(subject.samples), real)
    for name in subject.metrics:
        for need in SCORES.describe(name).needs:
            attribute, what = NEEDS[need]
            if getattr(subject, attribute) is None:
                raise UserError(f"--metrics {name} {what}.")


def needs_features(names):
    """Whether any of the metrics looks through an extractor."""
    return bool(metrics.needing(names, "features"))


def check_enough(names, field, samples, real=None, classes=None):
    """Raises `UserError` if there is too little, or too small, for one of the metrics; see `metrics.obstacles`."""
    for name, why in metrics.obstacles(names, field, samples, real, classes).items():
        raise UserError(f"--metrics {name} {why}.")


def as_json(measured, warnings=()):
    """Measurements as JSON-able values, each with its own protocol."""
    return {"scores": [dataclasses.asdict(each) for each in measured], "warnings": list(warnings)}
