"""Scores of generated images by name, each with the protocol that it was measured by."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from keras_gan import latent_space, metrics
from keras_gan.errors import UserError
from keras_gan.metrics.features import Extractor, Seen
from keras_gan.metrics.fid import fid, fid_infinity, fid_warning
from keras_gan.metrics.fidelity import PEAK, PSNR_CAP, WINDOWS, l1, psnr, ssim
from keras_gan.metrics.inception_score import inception_score
from keras_gan.metrics.kid import kid
from keras_gan.metrics.ms_ssim import SIGMA, ms_ssim
from keras_gan.metrics.neighbours import prdc
from keras_gan.metrics.path_length import EPSILON, perceptual_path_length
from keras_gan.metrics.reference import Reference

MOST_PAIRS = 1000
PATHS = 1000
NEIGHBOURS = 5


@dataclass(frozen=True)
class Score:
    """One number and how it came about.

    Attributes:
        name: such as `fid` or `recall`.
        value: the number.
        std: its standard deviation over parts of the samples, where it has one.
        real: the same of real images, for scores that say nothing without it.
        lower_is_better: None where neither is.
        protocol: all that another number must share to be compared with it, JSON-able.
    """

    name: str
    value: float
    std: float | None
    real: float | None
    lower_is_better: bool | None
    protocol: dict


@dataclass(frozen=True)
class Case:
    """All that scores can ask for; what is None cannot be had.

    Attributes:
        metrics: names of `keras_gan.metrics.METRICS`.
        fakes: uint8 `[N, height, width, channels]`.
        labels: the class asked for in each fake.
        extractor: None if no metric needs features.
        reference: of the same extractor.
        real_images: some of the real images, uint8.
        real_labels: their classes.
        targets: uint8 like `fakes`; row i is what fake i should have been.
        perceptual: function that returns a `perceptual.Perceptual`.
        latents: function `(count, seed)` that returns latents `[count, D]` and labels or None.
        draw: function `(latents, labels)` that returns images float32 in [0, 1].
        protocol: what is true of all scores, such as the size of the images and the seed of the samples.
        seed: decides pairs and paths.
    """

    metrics: tuple[str, ...]
    fakes: np.ndarray
    labels: np.ndarray | None = None
    extractor: Extractor | None = None
    reference: Reference | None = None
    real_images: np.ndarray | None = None
    real_labels: np.ndarray | None = None
    targets: np.ndarray | None = None
    perceptual: Callable | None = None
    latents: Callable | None = None
    draw: Callable | None = None
    protocol: dict = field(default_factory=dict)
    seed: int = 0


def evaluate(case, progress=None):
    """The scores that `case` asks for, and what to know of them: `(list of Score, list of sentences)`.

    Raises:
        UserError: for a metric that needs what the case does not have.
    """
    metrics.check_names(case.metrics)
    check_count(case.metrics, len(case.fakes))
    seen = case.extractor(case.fakes, progress) if case.extractor else None
    scores = [score for name in case.metrics for score in _SCORERS[name](case, seen)]
    warnings = []
    if {"fid"} & set(case.metrics):
        count = min(len(case.fakes), case.reference.gaussian.count or len(case.fakes))
        warnings += [sentence for sentence in [fid_warning(count)] if sentence]
    return scores, warnings


def needs_features(names):
    """Whether any of the metrics looks through an extractor."""
    return bool({"fid", "fid-infinity", "kid", "is", "prdc", "accuracy"} & set(names))


def check_count(names, count):
    """Raises `UserError` if one of the metrics compares sets, and there is one sample alone."""
    sets = [name for name in names if needs_features([name])]
    if sets and count < 2:
        raise UserError(f"{sets[0]} compares sets of images, and there is one sample alone: hold out more images.")


def as_json(scores, warnings=()):
    """Scores as JSON-able values, each with its own protocol."""
    return {"scores": [dataclasses.asdict(score) for score in scores], "warnings": list(warnings)}


# --- One function per metric ------------------------------------------------------------------------------------------


def _fid(case, seen):
    yield _featured(case, "fid", fid(case.reference.gaussian, seen.features), lower=True)


def _fid_infinity(case, seen):
    limit = fid_infinity(case.reference.gaussian, seen.features, seed=case.seed)
    yield _featured(case, "fid_infinity", limit.value, lower=True, sizes=[limit.sizes[0], limit.sizes[-1]])


def _kid(case, seen):
    result = kid(_kept(case, "kid").features, seen.features)
    subsets = {"subsets": result.subsets, "subset_size": result.subset_size}
    yield _featured(case, "kid", result.mean, result.std, lower=True, **subsets)


def _inception_score(case, seen):
    result = inception_score(_logits(case, seen, "is"))
    real = case.reference.seen.logits if case.reference and case.reference.seen else None
    yield _featured(
        case,
        "inception_score",
        result.mean,
        result.std,
        real=None if real is None else inception_score(real).mean,
        lower=False,
        splits=result.splits,
    )


def _prdc(case, seen):
    kept = _kept(case, "prdc").features[: len(seen.features)]
    result = prdc(kept, seen.features[: len(kept)], NEIGHBOURS)
    for name in ("precision", "recall", "density", "coverage"):
        yield _featured(
            case,
            name,
            getattr(result, name),
            lower=False,
            neighbours=NEIGHBOURS,
            samples=min(len(kept), len(seen.features)),
            reference_samples=len(kept),
        )


def _accuracy(case, seen):
    if case.labels is None or not case.extractor.is_classifier:
        raise UserError(
            "--metrics accuracy asks whether a class is the one asked for: it needs a model with labels, and "
            "--features classifier."
        )
    verdicts = _logits(case, seen, "accuracy").argmax(axis=1)
    yield _featured(case, "accuracy", float((verdicts == case.labels).mean()), lower=False)


def _ms_ssim(case, _seen):
    yield _of_pairs(case, "ms_ssim", ms_ssim)


def _lpips(case, _seen):
    distance = case.perceptual()
    yield _of_pairs(case, "lpips", distance, **distance.protocol)


def _path_length(case, _seen):
    if case.latents is None:
        raise UserError("--metrics ppl moves through a latent space: it needs --run or --model, not --images.")
    distance = case.perceptual()
    ends, labels = case.latents(2 * PATHS, case.seed)
    start, end = ends[:PATHS], ends[PATHS:]
    position = np.random.RandomState(case.seed).uniform(size=(PATHS, 1))
    labels = None if labels is None else labels[:PATHS]
    images = [
        255.0 * case.draw(_slerp(start, end, t).astype(np.float32), labels) for t in (position, position + EPSILON)
    ]
    protocol = {**case.protocol, **distance.protocol, "paths": PATHS, "epsilon": EPSILON, "seed": case.seed}
    yield Score("ppl", perceptual_path_length(distance(*images)), None, None, True, protocol)


def _psnr(case, _seen):
    def capped(*images):
        return np.minimum(psnr(*images), PSNR_CAP)  # one output equal to its target would make the mean infinite

    yield _of_targets(case, "psnr", capped, lower=False, data_range=PEAK, mean_of="images", capped_at_db=PSNR_CAP)


def _ssim(case, _seen):
    window = f"Gaussian, {WINDOWS['gaussian']} px, sigma {SIGMA} px"
    yield _of_targets(case, "ssim", ssim, lower=False, data_range=PEAK, window=window)


def _l1(case, _seen):
    yield _of_targets(case, "l1", l1, lower=True, data_range=1.0)


def _lpips_target(case, _seen):
    _check_targets(case, "lpips-target")  # before weights are looked for
    distance = case.perceptual()
    yield _of_targets(case, "lpips-target", distance, lower=True, **distance.protocol)


_SCORERS = {
    "fid": _fid,
    "fid-infinity": _fid_infinity,
    "kid": _kid,
    "is": _inception_score,
    "prdc": _prdc,
    "accuracy": _accuracy,
    "ms-ssim": _ms_ssim,
    "lpips": _lpips,
    "ppl": _path_length,
    "psnr": _psnr,
    "ssim": _ssim,
    "l1": _l1,
    "lpips-target": _lpips_target,
}


# --- Inside -----------------------------------------------------------------------------------------------------------


def _featured(case, name, value, std=None, real=None, *, lower, **more):
    reference = case.reference.protocol if case.reference else {}
    protocol = {**case.protocol, **case.extractor.protocol, **reference, "samples": len(case.fakes), **more}
    return Score(name, float(value), std, real, lower, protocol)


def _kept(case, name) -> Seen:
    if case.reference.seen is None:
        raise UserError(
            f"--metrics {name} compares single images, and the reference has their mean and covariance alone: give "
            "the images themselves."
        )
    return case.reference.seen


def _logits(case, seen, name):
    if seen.logits is None:
        raise UserError(
            f"--metrics {name} reads the verdicts of a classifier, and --features {case.extractor.name} gives none: "
            "choose inception or classifier."
        )
    return seen.logits


def _of_pairs(case, name, function, **more):
    values = function(*_pairs(case.fakes, case.labels, case.seed))
    real = None
    if case.real_images is not None:
        labels = case.real_labels if case.labels is not None else None
        real = float(function(*_pairs(case.real_images, labels, case.seed)).mean())
    protocol = {**case.protocol, "pairs": len(values), "within_class": case.labels is not None, **more}
    return Score(name, float(values.mean()), float(values.std()), real, None, protocol)


def _of_targets(case, name, function, *, lower, **more):
    _check_targets(case, name)
    values = function(case.fakes, case.targets)
    protocol = {**case.protocol, "samples": len(values), "channels": case.fakes.shape[-1], **more}
    return Score(name.replace("-", "_"), float(values.mean()), float(values.std()), None, lower, protocol)


def _check_targets(case, name):
    if case.targets is None:
        raise UserError(
            f"--metrics {name} compares each image with its target: it needs an image-to-image model, and data with "
            "targets."
        )
    if case.targets.shape != case.fakes.shape:
        raise ValueError(f"{name} of images {case.fakes.shape} and targets {case.targets.shape}")


def _pairs(images, labels, seed):
    """Up to `MOST_PAIRS` disjoint random pairs, of one class each where there are labels (arXiv 1610.09585, 4.2)."""
    rng = np.random.RandomState(seed)
    groups = [np.arange(len(images))] if labels is None else [np.flatnonzero(labels == c) for c in np.unique(labels)]
    pairs = [order[: len(order) // 2 * 2].reshape(-1, 2) for order in map(rng.permutation, groups)]
    pairs = np.concatenate(pairs)
    if not len(pairs):
        raise UserError("pairs of samples are compared, and there are not two of any class: ask for more --samples.")
    chosen = pairs[np.sort(rng.permutation(len(pairs))[:MOST_PAIRS])]
    return images[chosen[:, 0]], images[chosen[:, 1]]


def _slerp(start, end, position):
    return np.stack([latent_space.slerp(a, b, t)[0] for a, b, t in zip(start, end, position, strict=True)])
