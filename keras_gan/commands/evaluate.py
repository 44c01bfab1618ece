"""`evaluate`: scores of a run, of an exported model, or of a folder of images."""

import contextlib
import dataclasses
import functools
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from keras_gan import config, data, metrics
from keras_gan.distribution.startup import quiet_tensorflow
from keras_gan.errors import UserError, cannot_write, shown, similar
from keras_gan.modalities.base import Field
from keras_gan.runs import run_folder, trained_on
from keras_gan.runs.scoring import ReferenceData, examples_of, task_of, unseen_of
from keras_gan.storage.files import write_json

DEFAULT_SAMPLES = 10_000


@dataclass(frozen=True)
class _Scored:
    """What is scored.

    Attributes:
        name: what to call it, JSON-able.
        field: what its samples are.
        add_samples: function of a `keras_gan.metrics.subject.Subject` that returns it with samples, and all there is of
            labels, targets and latents.
        metrics: what is measured if nothing is named.
        trained_on: `RunConfig` of its training, or what is known of it, `DataOptions`; or None.
        data_facts: what its training data was, `Dataset.facts`, empty if that is not known.
        count: how many samples there will be.
        folder: where its scores go by default.
    """

    name: dict
    field: Field
    add_samples: Callable
    metrics: tuple[str, ...]
    trained_on: config.DataOptions | None = None
    data_facts: dict = dataclasses.field(default_factory=dict)
    count: int = DEFAULT_SAMPLES
    folder: Path = Path()


def run(options):
    """Makes or reads the samples, compares them with the reference and reports."""
    _check_reference(options)
    scored = (_of_run if options.run else _of_model if options.model else _of_folder)(options)
    from keras_gan.metrics import evaluation

    subject, left_out = _subject(options, scored)
    measured, warnings = evaluation.evaluate(scored.add_samples(subject), _bar("looking at the samples"))
    warnings = [*left_out, *warnings]
    report = {"subject": scored.name, **evaluation.as_json(measured, warnings)}
    path = Path(options.out) if options.out else scored.folder / "scores.json"
    try:
        write_json(path, report)
    except OSError as error:
        raise cannot_write(path, error) from None
    print(json.dumps(report, indent=2) if options.json else _text(report) + f"\n\nwritten: {path}")
    return 0


def _text(report):
    """The scores as a table for people, one for each protocol, with what they were measured by."""
    lines = [", ".join(f"{name} {value}" for name, value in report["subject"].items())]
    groups = {}
    for score in report["scores"]:
        groups.setdefault(json.dumps(score["protocol"], sort_keys=True), []).append(score)
    for scores in groups.values():
        columns = [
            "value",
            "std",
            "real",
            *(["baseline"] if any(score["baseline"] is not None for score in scores) else []),
        ]
        heads = "".join(f"{'± std' if name == 'std' else name:>12}" for name in columns)
        lines += ["", f"{'score':<22}{heads}  better"]
        for score in scores:
            better = {True: "lower", False: "higher", None: "near real"}[score["lower_is_better"]]
            numbers = "".join(f"{_number(score[name]):>12}" for name in columns)
            lines.append(f"{score['name']:<22}{numbers}  {better}")
        lines.append("  " + metrics.protocol_text(dict(sorted(scores[0]["protocol"].items()))))
    return "\n".join(lines + [f"\nnote: {sentence}" for sentence in report["warnings"]])


def _number(value):
    return "" if value is None else f"{value:.4f}" if abs(value) < 100 else f"{value:.2f}"


# --- What is scored ---------------------------------------------------------------------------------------------------


def _of_run(options):
    from keras_gan.runs.restore import restore

    folder = run_folder.find(options.log_dir, options.run)
    restored = restore(folder, options.checkpoint, options.dataset, options.data_dir)
    sampler, field = restored.sampler(options.samples or DEFAULT_SAMPLES), restored.model.fields["real"]
    name = {"run": folder.name, "step": restored.step}
    known = {"trained_on": restored.options, "data_facts": restored.data_facts}
    return _made_by(sampler, name, field, options, **known, folder=folder.path)


def _of_model(options):
    from keras_gan.commands import models

    path = models.find(options.model)
    quiet_tensorflow()
    from keras_gan.commands import exported_samples

    count = options.samples or DEFAULT_SAMPLES
    model, field, data_options, sampler = exported_samples.load(path, options.dataset, options.data_dir, count)
    known = {"trained_on": data_options, "data_facts": model.manifest.get("data", {})}
    return _made_by(sampler, {"model": str(options.model)}, field, options, **known)


def _of_folder(options):
    if not Path(options.images).is_dir():
        where = f"the folder {shown(options.images)} of --images"
        raise UserError(f"{where} does not exist or is not a folder.{similar(options.images)}")
    quiet_tensorflow()
    from keras_gan.data import image_trees
    from keras_gan.randomness import random_rows

    size = options.image_size or image_trees.size_of_first(options.images)
    # Of which classes they are is not asked.
    chosen = dataclasses.replace(_data_options(options, f"folder:{options.images}", size), labels="none")
    images = _say_not_read(data.load(chosen))
    samples = images.columns["real"]
    if options.samples and options.samples < len(samples):
        samples = samples[random_rows(len(samples), options.samples, options.seed)]
    add_samples = functools.partial(dataclasses.replace, samples=samples)
    field = images.fields["real"]
    usual = metrics.usual("samples", field.kind)
    return _Scored({"images": options.images}, field, add_samples, usual, count=len(samples))


def _made_by(sampler, name, field, options, **more):
    """`_Scored` samples of a model, by its `Sampler`."""
    from keras_gan.metrics.subject import with_samples

    def add_samples(subject):
        count = options.samples or DEFAULT_SAMPLES
        return with_samples(subject, sampler, count, options.seed, _bar("making samples"))

    asked = options.samples or DEFAULT_SAMPLES
    count = asked if sampler.example_count is None else min(asked, sampler.example_count)
    return _Scored(name, field, add_samples, _usual_metrics(sampler, field.kind), count=count, **more)


def _usual_metrics(sampler, kind):
    """What is measured of a model where nothing is named."""
    if sampler.example_count is None:
        return metrics.usual("samples", kind)
    return (sampler.aligned and metrics.usual("targets", kind)) or metrics.usual("outputs", kind)


# --- What it is compared with -----------------------------------------------------------------------------------------


def _check_reference(options):
    """Raises `UserError` for a reference that cannot be, before anything is loaded."""
    if options.reference and not _is_statistics(options.reference):
        data.check_available(_data_options(options, _dataset(options.reference), options.image_size or 32))
    elif options.reference and not Path(options.reference).is_file():
        missing = f"the statistics {shown(options.reference)} of --reference do not exist."
        raise UserError(f"{missing}{similar(options.reference)}")


def _is_statistics(reference):
    return reference.endswith(".npz")


def _dataset(reference):
    """A data set's name: `--reference` also takes a folder as it is."""
    return f"folder:{reference}" if ":" not in reference and Path(reference).is_dir() else reference


def _data_options(options, dataset, image_size):
    values = {field.name: getattr(options, field.name) for field in dataclasses.fields(config.DataOptions)}
    return config.DataOptions(**{**values, "dataset": dataset, "image_size": image_size})


def _subject(options, scored):
    """The `Subject` without samples, with metrics and what they compare with; and why usual ones are left out."""
    from keras_gan.metrics import evaluation, perceptual
    from keras_gan.metrics.subject import Subject, protocol_of

    metrics.check_kind(options.metrics or (), scored.field.kind)
    reference_data = _reference_data(options, scored)
    wanted, left_out = _measurable(options, scored, reference_data and reference_data.dataset)
    extractor = reference = None
    if evaluation.needs_features(wanted):
        extractor, reference = _seen(options, scored, reference_data)
    class_counts = None
    if options.classes == "reference":
        class_counts = reference_data.dataset.class_counts if reference_data else reference and reference.class_counts
    subject = Subject(
        metrics=wanted,
        field=scored.field,
        extractor=extractor,
        reference=reference,
        real=reference_data.dataset.columns if reference_data else None,
        unseen=unseen_of(wanted, reference_data.options) if reference_data else None,
        class_names=reference_data.dataset.class_names if reference_data else (),
        training=reference_data.training if reference_data else None,
        perceptual=functools.cache(lambda: perceptual.load(options.squeezenet_weights, options.lpips_weights)),
        protocol=protocol_of(scored.field, options.seed) | examples_of(scored.trained_on, "test"),
        seed=options.seed,
        class_counts=class_counts,
    )
    return subject, left_out


def _measurable(options, scored, reference):
    """The metrics that there is enough for, and a sentence for each usual one that there is not.

    Raises:
        UserError: if there is too little for one that is asked for, or for all.
    """
    from keras_gan.metrics import evaluation

    real, classes = (len(reference), len(reference.class_names)) if reference else (None, 0)
    if options.metrics:
        evaluation.check_enough(options.metrics, scored.field, scored.count, real, classes)
        return options.metrics, []
    reasons = metrics.obstacles(scored.metrics, scored.field, scored.count, real, classes)
    if len(reasons) == len(scored.metrics):
        raise UserError("; ".join(f"{name} {reason}" for name, reason in reasons.items()) + ".")
    wanted = tuple(name for name in scored.metrics if name not in reasons)
    return wanted, [f"{name} is left out: it {reason}." for name, reason in reasons.items()]


def _seen(options, scored, reference_data):
    """The extractor, and the reference as it sees it; written to a file, too, if that is asked for."""
    from keras_gan.metrics import features, reference

    given = features.ExtractorOptions(
        options.inception_weights, options.squeezenet_weights, options.resize, field=scored.field
    )
    if reference_data:
        bar = _bar("looking at the reference")
        extractor, statistics = reference_data.seen_through(options.features, given, progress=bar)
    else:
        extractor = features.load(features.resolve(options.features, scored.field), given)
        statistics = reference.load(options.reference, extractor)
    if options.save_reference:
        reference.save(options.save_reference, statistics, extractor)
    return extractor, statistics


def _reference_data(options, scored):
    """The `ReferenceData`, or None if statistics are given instead; `UserError` if it is of another kind."""
    if options.reference and _is_statistics(options.reference):
        return None
    size = scored.field.resized_to
    if options.reference:
        chosen = _data_options(options, _dataset(options.reference), size or options.image_size or 32)
    elif scored.trained_on:
        # As the training saw them.
        changes = {"skip_bad_files": True, **({"image_size": size} if size else {})}
        chosen = dataclasses.replace(scored.trained_on, **changes)
    else:
        raise UserError("the model does not say what it was trained on: name a data set with --reference.")
    with contextlib.nullcontext() if options.reference else trained_on.may_have_moved():
        dataset = _say_not_read(_reference_dataset(chosen, options, scored))
    # Where examples were held out of it, the sampler's data was the same, and has been looked at.
    if not options.reference and options.reference_split == "train" and task_of(chosen) == "sample":
        trained_on.check(dataset, scored.data_facts)
    real = dataset.fields["real"]
    if real.kind != scored.field.kind and isinstance(scored.field, type(real)):
        # The same stored values, which the networks see in another way.
        dataset = dataclasses.replace(dataset, fields={**dataset.fields, "real": scored.field})
    found = ReferenceData(dataset, chosen, options.reference_split)
    if found.field.kind != scored.field.kind:
        raise UserError(
            f"{chosen.dataset} holds values of the kind {found.field.kind}, and the samples are of the kind "
            f"{scored.field.kind}: name another data set with --reference."
        )
    return found


def _reference_dataset(chosen, options, scored):
    """The split of a data set to compare with, less what was held out where it is the training data of a translator."""
    training, split = scored.trained_on, options.reference_split
    task = task_of(training) if training else "sample"
    if task == "sample" or chosen.dataset != training.dataset:
        return data.load(chosen, split, task_of(chosen))
    return data.load_splits(chosen, task, scored.data_facts).of(split)


def _say_not_read(dataset):
    """Says what lay beside the examples of a `Dataset`; returns it."""
    if dataset.passed_over:
        print(f"{shown(dataset.name)}: not read: {dataset.not_read}", file=sys.stderr)
    return dataset


def _bar(what):
    """A progress bar on the error stream, for loops that take more than a moment."""
    return lambda loop: tqdm(loop, what, leave=False, delay=1, file=sys.stderr)
