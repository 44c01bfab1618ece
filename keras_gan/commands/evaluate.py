"""`evaluate`: scores of a run, of an exported model, or of any folder of images."""

import dataclasses
import functools
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from keras_gan import config, data, metrics, registry
from keras_gan.distribution.startup import quiet_tensorflow
from keras_gan.errors import UserError, why
from keras_gan.runs import run_folder
from keras_gan.runs.scoring import Real, task_of
from keras_gan.storage.files import write_json

DEFAULT_SAMPLES = 10_000


@dataclass(frozen=True)
class Generated:
    """What is scored.

    Attributes:
        subject: what to call it, JSON-able.
        image_size: its edge in pixels.
        trained_on: `DataOptions` of its training data, or None.
        samples: function that returns what there is to be scored, as fields of a `keras_gan.metrics.evaluation.Case`:
            `fakes`, and `labels`, `targets`, `latents` and `draw` where there are such.
        folder: where its scores go by default.
        metrics: what is measured if nothing is named.
    """

    subject: dict
    image_size: int
    trained_on: object
    samples: Callable
    folder: Path = Path()
    metrics: tuple[str, ...] = ("fid", "kid", "prdc")


def run(options):
    """Draws or reads the samples, compares them with the reference and reports."""
    kind = "run" if options.run else "model" if options.model else "images"
    _check_reference(options)
    generated = {"run": _of_run, "model": _of_model, "images": _of_folder}[kind](options)
    quiet_tensorflow()
    from keras_gan.metrics import evaluation

    case = _case(options, generated)
    scores, warnings = evaluation.evaluate(case, _bar("looking at the samples"))
    report = {"subject": generated.subject, **evaluation.as_json(scores, warnings)}
    path = Path(options.out) if options.out else generated.folder / "scores.json"
    try:
        write_json(path, report)
    except OSError as error:
        raise UserError(f"cannot write {path}: {why(error)}.") from None
    print(json.dumps(report, indent=2) if options.json else text(report) + f"\n\nwritten: {path}")
    return 0


def text(report):
    """The scores as a table for people, one for each protocol, with what they were measured by."""
    lines = [", ".join(f"{name} {value}" for name, value in report["subject"].items())]
    groups = {}
    for score in report["scores"]:
        groups.setdefault(json.dumps(score["protocol"], sort_keys=True), []).append(score)
    for scores in groups.values():
        lines += ["", f"{'score':<22}{'value':>12}{'± std':>12}{'real':>12}  better"]
        for score in scores:
            better = {True: "lower", False: "higher", None: "near real"}[score["lower_is_better"]]
            numbers = "".join(f"{_number(score[name]):>12}" for name in ("value", "std", "real"))
            lines.append(f"{score['name']:<22}{numbers}  {better}")
        lines.append("  " + metrics.protocol_text(dict(sorted(scores[0]["protocol"].items()))))
    return "\n".join(lines + [f"\nnote: {sentence}" for sentence in report["warnings"]])


def _number(value):
    return "" if value is None else f"{value:.4f}" if abs(value) < 100 else f"{value:.2f}"


# --- What is scored ---------------------------------------------------------------------------------------------------


def _of_run(options):
    from keras_gan.runs.restore import restore

    folder = run_folder.find(options.log_dir, options.run)
    restored = restore(folder, options.checkpoint, options.samples or DEFAULT_SAMPLES)
    from keras_gan.callbacks import scores  # not before TensorFlow has been imported without its messages

    model = restored.model
    if model.examples:
        samples = functools.partial(scores.samples, model, options.samples or DEFAULT_SAMPLES)
        wanted = _wanted_of_images(model.aligned)
    else:
        samples, wanted = functools.partial(_drawn, model.draw, model.inputs_of_seeds, options), Generated.metrics
    return Generated(
        subject={"run": folder.name, "step": restored.step},
        image_size=restored.run.image_size,
        trained_on=restored.run,
        samples=samples,
        folder=folder.path,
        metrics=wanted,
    )


def _of_model(options):
    from keras_gan.commands.sample import check_model

    directory = Path(options.model)
    check_model(directory)
    quiet_tensorflow()
    from keras_gan.exported import ExportedGenerator, files

    manifest = files.read_manifest(directory)
    if manifest.get("generator", {}).get("kind") == "image-to-image":
        return _of_translator(options, directory, manifest)
    generator = ExportedGenerator(directory)

    def latents(count, seed):
        from keras_gan.randomness import seed_range

        seeds = seed_range(seed, count)
        return generator.latents(seeds), generator.labels(seeds)

    return Generated(
        subject={"model": str(directory)},
        image_size=generator.image_shape[0],
        trained_on=_training_data(generator.configuration),
        samples=lambda: _drawn(generator.draw, latents, options),
    )


def _of_translator(options, directory, manifest):
    """A model of images, on those held out from its training, as 8 bits hold them; of two networks the first."""
    from keras_gan.data import pipeline
    from keras_gan.exported import ExportedTranslator
    from keras_gan.modalities.image.pictures import to_uint8
    from keras_gan.training.translation import unit_range

    if "configuration" not in manifest:
        raise UserError(f"the manifest of {directory} does not say what it was trained on: translate images yourself.")
    trained, model_options = config.parse(manifest["configuration"], directory)
    trained = dataclasses.replace(trained, data_dir=options.data_dir or trained.data_dir)
    task = registry.variant(trained.variant).task
    prepare = registry.preparation(
        trained.variant, config.from_dict(registry.module(trained.variant).Config, model_options, directory)
    )
    translator = ExportedTranslator(directory)
    aligned = task != "unpaired"

    def samples():
        _, held_out = data.load_splits(trained, task)
        batch = pipeline.examples(held_out, options.samples or DEFAULT_SAMPLES, prepare)
        sources, targets = (to_uint8(unit_range(batch[name])) for name in ("source", "real"))
        holes = batch["mask"][..., 0] > 0.5 if translator.takes_mask else [None] * len(sources)
        pairs = zip(sources, holes, strict=True)
        fakes = np.stack([translator.translate(*each) for each in _bar("translating")(list(pairs))])
        return {"fakes": fakes, "targets": targets if aligned else None}

    return Generated(
        subject={"model": str(directory)},
        image_size=trained.image_size,
        trained_on=trained,
        samples=samples,
        metrics=_wanted_of_images(aligned),
    )


def _wanted_of_images(aligned):
    """What is measured of images made of images where nothing is named."""
    return ("l1", "psnr", "ssim") if aligned else ("kid",)


def _of_folder(options):
    if not Path(options.images).is_dir():
        raise UserError(f"the folder {options.images} of --images does not exist or is not a folder.")
    from keras_gan.data import image_trees

    size = options.image_size or image_trees.size_of_first(options.images)

    def images():
        loaded = data.load(_data_options(options, f"folder:{options.images}", size))
        pixels = loaded.images
        if options.samples and options.samples < len(pixels):
            pixels = pixels[np.sort(np.random.RandomState(options.seed).permutation(len(pixels))[: options.samples])]
        return {"fakes": pixels}

    return Generated({"images": options.images}, size, None, images)


def _training_data(configuration):
    """The data set that an exported model says it was trained on, or None."""
    names = {field.name for field in dataclasses.fields(config.DataOptions)}
    known = {name: value for name, value in configuration.items() if name in names}
    try:
        return config.from_dict(config.DataOptions, known, "the model's manifest") if "dataset" in known else None
    except UserError:
        return None


def _drawn(draw, latents, options, block=512):
    """Samples of consecutive seeds, uint8 as a picture file would hold them, their classes, and how to draw more."""
    from keras_gan.modalities.image.pictures import to_uint8

    count = options.samples or DEFAULT_SAMPLES
    parts, classes = [], []
    for start in _bar("drawing samples")(range(0, count, block)):
        some, labels = latents(min(block, count - start), options.seed + start)
        parts.append(to_uint8(draw(some, labels)))
        classes.append(labels)
    labels = None if classes[0] is None else np.concatenate(classes)
    return {"fakes": np.concatenate(parts), "labels": labels, "latents": latents, "draw": draw}


# --- What it is compared with -----------------------------------------------------------------------------------------


def _check_reference(options):
    """Raises `UserError` for a reference that cannot be, before anything is loaded."""
    if options.reference and not _is_statistics(options.reference):
        data.check_available(_data_options(options, _dataset(options.reference), options.image_size or 32))
    elif options.reference and not Path(options.reference).is_file():
        raise UserError(f"the statistics {options.reference} of --reference do not exist.")


def _is_statistics(reference):
    return reference.endswith(".npz")


def _dataset(reference):
    """A data set's name: `--reference` also takes a folder as it is."""
    return f"folder:{reference}" if ":" not in reference and Path(reference).is_dir() else reference


def _data_options(options, dataset, image_size):
    values = {field.name: getattr(options, field.name) for field in dataclasses.fields(config.DataOptions)}
    return config.DataOptions(**{**values, "dataset": dataset, "image_size": image_size})


def _case(options, generated):
    from keras_gan.metrics import evaluation, features, perceptual, reference

    real = _real(options, generated)
    extractor = statistics = None
    wanted = options.metrics or generated.metrics
    if evaluation.needs_features(wanted):
        sources = features.Sources(options.inception_weights, options.squeezenet_weights, options.resize)
        if real:
            extractor, statistics = real.seen_by(options.features, sources, progress=_bar("looking at the reference"))
        else:
            extractor = features.load("random" if options.features == "auto" else options.features, sources)
            statistics = reference.load(options.reference, extractor)
        if options.save_reference:
            reference.save(options.save_reference, statistics, extractor)
    return evaluation.Case(
        metrics=wanted,
        **generated.samples(),
        extractor=extractor,
        reference=statistics,
        real_images=real.images.images if real else None,
        real_labels=real.images.labels if real else None,
        perceptual=lambda: perceptual.load(options.squeezenet_weights, options.lpips_weights),
        protocol={"image_size": generated.image_size, "seed": options.seed},
        seed=options.seed,
    )


def _real(options, generated):
    """The reference images, or None if statistics are given instead."""
    if options.reference and _is_statistics(options.reference):
        return None
    if options.reference:
        chosen = _data_options(options, _dataset(options.reference), generated.image_size)
    elif generated.trained_on:
        # As the training saw them, wherever they lie now.
        changes = {"image_size": generated.image_size, "skip_bad_files": True}
        changes |= {"data_dir": options.data_dir or generated.trained_on.data_dir}
        chosen = dataclasses.replace(generated.trained_on, **changes)
    else:
        raise UserError("the model does not say what it was trained on: name a data set with --reference.")
    return Real(data.load(chosen, options.reference_split, task_of(chosen)), chosen, options.reference_split)


def _bar(what):
    """A progress bar on the error stream, for loops that take more than a moment."""
    return lambda loop: tqdm(loop, what, leave=False, delay=1, file=sys.stderr)
