"""The options of every command, as frozen dataclasses, and the strict JSON form of a run's configuration.

The command line is made from these classes, so their field docs are what `--help` prints. Imports neither Keras
nor TensorFlow: whatever can be checked without them is checked here, at once.
"""

import dataclasses
import importlib.util
import json
import math
import re
import types
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tyro

from keras_gan import data, metrics, registry
from keras_gan.errors import UserError, unknown

# Of a run, where its variant has no `DEFAULTS` of its own.
DEFAULTS = {"steps": 1500, "batch_size": 64, "image_size": 32, "metrics": (), "eval_samples": 2048, "data_augment": ""}
DEFAULT_SNAPSHOTS = 10
DEFAULT_FRAMES = 24
MOST_FRAMES = 500

Precision = Literal["float32", "mixed_bfloat16", "mixed_float16"]
Strategy = Literal["auto", "single", "mirrored", "multi_worker"]
Format = Literal["saved_model", "tflite", "onnx"]
TFLitePrecision = Literal["float32", "float16", "dynamic", "int8", "int8_io"]
Fit = Literal["auto", "crop", "pad", "stretch"]
Direction = Literal["AtoB", "BtoA"]
Augment = Literal["none", "diffaugment", "ada"]
Which = Literal["best", "last"]


def defaults(variant):
    """What a run of this variant takes for options that are not given, `{field of RunConfig: value}`."""
    return {**DEFAULTS, **registry.defaults(variant)}


@dataclass(frozen=True)
class DataOptions:
    """Which images, and how they come to one size."""

    dataset: str = "avatars"
    """avatars (drawn here), mnist, fashion_mnist, cifar10, tfds:NAME, or folder:PATH (a tree of images; folder:A+B are
    two); for translation paired:PATH or unpaired:PATH (docs/data.md)."""
    data_dir: str | None = None
    """Where tensorflow-datasets keeps prepared data; default: $TFDS_DATA_DIR, then ~/tensorflow_datasets."""
    download: bool = False
    """Allow tensorflow-datasets to fetch what is missing."""
    image_size: int = 32
    """Edge of the square training images, in pixels."""
    fit: Fit = "auto"
    """How other sizes become square: crop (centre, then resize), pad, stretch; auto pads what is up to a quarter
    too small (28 px digits at 32) and crops the rest."""
    skip_bad_files: bool = False
    """Go on without unreadable image files instead of stopping."""
    direction: Direction = "AtoB"
    """For translation: AtoB makes images of the second side, B, from images of the first; BtoA the other way round.
    Both ways are learned from unpaired data: there A and B change places."""

    def __post_init__(self):
        data.check_name(self.dataset)
        if not 4 <= self.image_size <= 1024:
            raise UserError(f"--image-size must be between 4 and 1024 px, got {self.image_size}.")


@dataclass(frozen=True)
class _VariantOption:
    # A base of its own because options are listed base by base, and this one is to come first.
    variant: str = ""
    """Which GAN, required; --list names them all."""


@dataclass(frozen=True)
class RunConfig(DataOptions, _VariantOption):
    """Trains a GAN, then exports its generator."""

    image_size: int | None = None
    """Edge of the square training images, in pixels; default: 32, or the variant's own."""
    steps: int | None = None
    """Generator updates; default: 1500, or the variant's own."""
    epochs: int | None = None
    """Passes over the data, instead of --steps."""
    batch_size: int | None = None
    """Images per discriminator update, over all devices together; default: 64, or the variant's own."""
    augment: Augment = "none"
    """Random changes of all that the discriminator sees, which the generator does not learn to draw: for small data
    sets. diffaugment has a fixed strength, ada adapts it."""
    data_augment: str | None = None
    """Random changes that enlarge the data set, and that the generator will learn to draw: any of
    flip,rotate,color,crop,scale,light, joined by commas; default: none, or the variant's own; "" for none.
    docs/augmentation.md gives their ranges."""
    seed: int = 0
    """Decides initial weights, data order and noise."""
    run_name: str | None = None
    """Name of the run's folder; default: VARIANT-DATASET, numbered if it exists."""
    precision: Precision = "float32"
    """Arithmetic of the layers; weights, losses and exports are float32 always."""
    strategy: Strategy = "auto"
    """auto: all GPUs of this machine if there are several, else one device; mirrored: MirroredStrategy in any case;
    multi_worker: several processes, as the next three options, TF_CONFIG or Slurm say (docs/distributed.md)."""
    coordinator: str | None = None
    """HOST:PORT of worker 0, as all workers can reach it."""
    num_workers: int | None = None
    """How many workers train together."""
    worker_index: int | None = None
    """Which of them this process is, from 0 on."""
    cpu_replicas: int | None = None
    """Split the processor into so many devices and train on all of them: to try out what several GPUs do."""
    steps_per_execution: int = 1
    """Steps that TensorFlow does in one go, with nothing logged or saved between them: faster for small networks."""
    deterministic: bool = False
    """Use only operations that give the same bits every time; on GPUs that is slower. Processors do so anyway."""
    snapshot_every: int | None = None
    """Steps between sample grids; default: a tenth of the run."""
    checkpoint_every: str | None = None
    """Steps between checkpoints, or minutes: 500, or 10min; default: at each sample grid."""
    keep_checkpoints: int = 3
    """How many of the newest checkpoints to keep; the best one is kept beside them."""
    metrics: tuple[str, ...] | None = None
    """Score samples in training by any of fid, kid, is, prdc, … (docs/scores.md); the first decides which checkpoint is
    the best; default: none, or the variant's own; the option without a value: none."""
    eval_every: int | None = None
    """Steps between scores; default: a tenth of the run, put off while scores take more than a tenth of the time."""
    eval_samples: int | None = None
    """Samples of each of these scores; default: 2048, or the variant's own."""
    eval_features: str = "auto"
    """What looks at them, as --features of the command evaluate."""
    health: bool = True
    """Watch the run for collapse, divergence and the like, and say so; --no-health watches nothing, not even NaN."""
    log_dir: str = "tensorboard_logs"
    """Folder of all runs, for TensorBoard."""
    export_dir: str = "export/models"
    """Folder of all exported models."""
    export: tuple[Format, ...] = ("saved_model", "tflite")
    """What to write when training ends; give the option without a value to write nothing. onnx needs two more packages,
    tf2onnx and onnxruntime."""
    tflite: tuple[TFLitePrecision, ...] = ("float32",)
    """Which .tflite files: float32; float16 (weights of 16 bits); dynamic (weights of 8); int8 (8 bits inside); int8_io
    (inputs and outputs, too)."""
    tflite_batch: int = 1
    """Pictures per call of the .tflite files."""
    tflite_size: int | None = None
    """Edge of the images that .tflite files of an image-to-image model take, in pixels; default: as in training."""
    export_checkpoint: Which = "best"
    """Which checkpoint to export: best by the scores of --metrics, if there are any, or last."""
    resume: bool = False
    """Continue a run from its newest checkpoint, with its saved configuration: --resume NAME, or --resume FOLDER."""
    allow_config_change: bool = False
    """Continue also with options or data that change what a step computes."""
    init_from: str | None = None
    """Start from the networks of this run, by name or folder: of its best checkpoint, or its last one. Steps and
    optimizers start anew."""
    dry_run: bool = False
    """Print configuration, sizes, memory and time from two discarded steps, and write nothing."""

    def __post_init__(self):
        if not self.variant:
            raise UserError(f"--variant is required: choose from {', '.join(registry.list_variants())}.")
        object.__setattr__(self, "variant", registry.resolve(self.variant))
        # `steps` stays None, which says that --epochs may decide.
        for name, value in {**defaults(self.variant), "steps": self.steps}.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        super().__post_init__()
        data.check_task(self.dataset, registry.task(self.variant), self.variant)
        object.__setattr__(self, "data_augment", ",".join(data.augmentations(self.data_augment)))
        self._check_counts()
        self._check_workers()
        sizes = registry.image_sizes(self.variant)
        if sizes and self.image_size not in sizes:
            nearest = min(sizes, key=lambda size: abs(size - self.image_size))
            raise UserError(
                f"{self.variant} cannot make {self.image_size} px images (it makes {', '.join(map(str, sizes))}): "
                f"try --image-size {nearest}."
            )
        if self.run_name is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", self.run_name):
            raise UserError(
                f"--run-name {self.run_name!r} must be a plain folder name: letters, digits, '.', '_', '+' and '-'."
            )

    def total_steps(self, images, discriminator_steps=1):
        """Steps of the whole run on so many images."""
        if self.epochs:
            return math.ceil(self.epochs * images / (self.batch_size * discriminator_steps))
        return self.steps or defaults(self.variant)["steps"]

    def _check_counts(self):
        if self.steps is not None and self.epochs is not None:
            raise UserError("give --steps or --epochs, not both.")
        metrics.check_names(self.metrics)
        if self.eval_every and not self.metrics:
            raise UserError("--eval-every needs --metrics: say what to score, such as --metrics fid kid.")
        if self.eval_samples < 2:
            raise UserError(f"--eval-samples must be at least 2, got {self.eval_samples}.")
        parse_interval(self.checkpoint_every)
        check_export(self)
        counts = ("steps", "epochs", "batch_size", "snapshot_every", "eval_every")
        for name in (*counts, "cpu_replicas", "num_workers", "steps_per_execution", "keep_checkpoints"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UserError(f"--{name.replace('_', '-')} must be at least 1, got {value}.")
        if not 0 <= self.seed < 2**31:
            raise UserError(f"--seed must be between 0 and 2147483647, got {self.seed}.")

    def _check_workers(self):
        workers = (self.coordinator, self.num_workers, self.worker_index)
        if workers == (None, None, None):
            return
        if self.strategy != "multi_worker":
            raise UserError("--coordinator, --num-workers and --worker-index belong to --strategy multi_worker.")
        if None in workers:
            raise UserError("give --coordinator, --num-workers and --worker-index all three, or none of them.")
        address = re.fullmatch(r"[^\s:/]+:(\d{1,5})", self.coordinator)
        if not address or not 0 < int(address[1]) < 65536:
            raise UserError(f"--coordinator {self.coordinator!r} must be HOST:PORT, such as 10.0.0.1:2222.")
        if not 0 <= self.worker_index < self.num_workers:
            raise UserError(
                f"--worker-index must be from 0 to --num-workers - 1, {self.num_workers - 1}, got {self.worker_index}."
            )


def check_export(options):
    """Raises `UserError` unless what is to be exported makes sense and can be written."""
    if "onnx" in options.export and not all(importlib.util.find_spec(name) for name in ("tf2onnx", "onnxruntime")):
        raise UserError("--export onnx needs two packages that are optional: pip install tf2onnx onnxruntime.")
    if "tflite" in options.export and not options.tflite:
        raise UserError("--tflite needs a value, such as float32; to write no such file, leave tflite out of --export.")
    if not 1 <= options.tflite_batch <= 1024:
        raise UserError(f"--tflite-batch must be between 1 and 1024, got {options.tflite_batch}.")
    if options.tflite_size is not None and not 1 <= options.tflite_size <= 4096:
        raise UserError(f"--tflite-size must be between 1 and 4096 px, got {options.tflite_size}.")
    variant = getattr(options, "variant", None)  # of an export alone the run knows it
    if options.tflite_size is not None and variant and registry.task(variant) == "sample":
        raise UserError(f"--tflite-size is for models that are given images, and {variant} draws them of noise.")


def parse_interval(text):
    """`500` to `(500, None)`, `10min` to `(None, 10.0)`, None to `(None, None)`: steps and minutes."""
    if text is None:
        return None, None
    found = re.fullmatch(r"(?:([1-9]\d*)|(\d+(?:\.\d+)?) ?min)", text)
    if not found or (found[2] and not float(found[2])):
        raise UserError(f"--checkpoint-every {text!r}: give steps or minutes, such as 500 or 10min.")
    return (int(found[1]), None) if found[1] else (None, float(found[2]))


@dataclass(frozen=True)
class SampleOptions:
    """Draws pictures from an exported model."""

    model: str
    """Folder of an exported SavedModel, such as export/models/RUN/1."""
    count: int | None = None
    """How many pictures; default: 64, or 8 of each class if the model knows 2 to 16 classes, a column for each."""
    seed: int | None = None
    """The pictures are those of seeds SEED … SEED + COUNT - 1; default: 0. Of a model with n classes, seed s has the
    class s mod n."""
    label: str | None = None
    """Draw this class alone: its name if the model knows names, or its number from 0 on."""
    truncation: float = 1.0
    """Above 0, at most 1: latents are multiplied by it (scaled towards the mean, not drawn again), so that pictures
    vary less and often look better."""
    interpolate: tuple[int, int] | None = None
    """Two seeds: draw the way from the picture of the one to that of the other, in the class of --label or of the
    first seed."""
    frames: int | None = None
    """How many pictures that way has, both ends included; default: 24."""
    out: str | None = None
    """A .png file for one grid, or a folder (ending in /) for one file per picture, named by its seed; with
    --interpolate a .gif there and back, or a .png with one row. Default: samples.png, or walk.gif."""

    def __post_init__(self):
        walk = self.interpolate is not None
        if walk:
            _check_walk(self)
        elif self.frames is not None:
            raise UserError("--frames belongs to --interpolate A B: say how many other pictures with --count.")
        if not 0 < self.truncation <= 1:
            raise UserError(f"--truncation must be above 0 and at most 1, got {self.truncation}.")
        defaults = {"seed": 0, "frames": DEFAULT_FRAMES if walk else None, "out": "walk.gif" if walk else "samples.png"}
        for name, value in defaults.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        check_sampling(self.count, self.seed)


@dataclass(frozen=True)
class TranslateOptions:
    """Turns images into images by an exported model."""

    model: str
    """Folder of an exported SavedModel, such as export/models/RUN/1, or a .tflite file."""
    input: str
    """An image, or a folder of images."""
    out: str
    """Folder of the results: the same names and sub-folders, as .png. Of one image, a .png file will do, too."""
    mask: str | None = None
    """For a model that fills holes: an image as large as the input, white in the hole, or a folder of images with the
    inputs' names; default: what is transparent is the hole."""
    direction: Direction | None = None
    """Which way a model with two goes; default: AtoB."""
    tile: int | None = None
    """Divide images into overlapping tiles of this edge, in pixels; default: as --memory-limit-mb says."""
    memory_limit_mb: int = 1000
    """Images for which the network would need more than about so much memory are divided into tiles."""

    def __post_init__(self):
        if self.tile is not None and self.tile < 32:
            raise UserError(f"--tile must be at least 32 px, got {self.tile}.")
        if self.memory_limit_mb < 1:
            raise UserError(f"--memory-limit-mb must be at least 1, got {self.memory_limit_mb}.")


@dataclass(frozen=True)
class ExportOptions:
    """Exports the best or the last checkpoint of a run."""

    run: str
    """Name of the run."""
    log_dir: str = "tensorboard_logs"
    """Folder of all runs."""
    export_dir: str = "export/models"
    """Folder of all exported models."""
    export: tuple[Format, ...] = ("saved_model", "tflite")
    """What to write; onnx needs two more packages, tf2onnx and onnxruntime."""
    tflite: tuple[TFLitePrecision, ...] = ("float32",)
    """Which .tflite files: float32; float16 (weights of 16 bits); dynamic (weights of 8); int8 (8 bits inside); int8_io
    (inputs and outputs, too)."""
    tflite_batch: int = 1
    """Pictures per call of the .tflite files."""
    tflite_size: int | None = None
    """Edge of the images that .tflite files of an image-to-image model take, in pixels; default: as in training."""
    export_checkpoint: Which = "best"
    """Which checkpoint: best by its scores in training, if it has any, or last."""

    def __post_init__(self):
        if not self.export:
            raise UserError("--export needs at least one of saved_model, tflite and onnx.")
        check_export(self)


@dataclass(frozen=True)
class _Judged:
    # What is scored comes first in the help, and with what it is compared second.
    run: str | None = None
    """Score a run: its name. Exactly one of --run, --model and --images is needed."""
    model: str | None = None
    """Score an exported SavedModel: its folder, such as export/models/RUN/1."""
    images: str | None = None
    """Score a folder of images, made by any program."""
    reference: str | None = None
    """Real images to compare with: a data set as in --dataset, a folder, or statistics in a .npz file; default: the
    training data of the run or model."""
    reference_split: Literal["train", "test"] = "train"
    """Which split of the reference data set."""


@dataclass(frozen=True)
class EvaluateOptions(DataOptions, _Judged):
    """Scores a run, an exported model or a folder of images."""

    dataset: tyro.conf.Suppress[str] = "avatars"
    image_size: int | None = None
    """Edge of the images that are compared, in pixels; default: that of the generator, or of the first image."""
    metrics: tuple[str, ...] | None = None
    """Any of fid, fid-infinity, kid, is, prdc, accuracy, ms-ssim, lpips and ppl, and of models that are given images
    psnr, ssim, l1 and lpips-target; docs/scores.md explains them; default: fid kid prdc, or l1 psnr ssim."""
    samples: int | None = None
    """How many samples are drawn; default: 10000. Of a folder, default: all its images."""
    features: str = "auto"
    """What looks at the images: inception (as published scores), classifier (trained on the reference), squeezenet,
    random, or the file of a Keras model; auto: classifier if the reference has classes, else random."""
    resize: Literal["legacy", "clean"] = "legacy"
    """How images come to Inception's size: legacy as in published FIDs, clean with antialiasing as in clean-fid."""
    inception_weights: str | None = None
    """File of Inception's weights; default: the cache, then the internet."""
    squeezenet_weights: str | None = None
    """File of SqueezeNet's weights (.h5), for squeezenet, lpips, lpips-target and ppl; default: the cache."""
    lpips_weights: str | None = None
    """File of the weights of LPIPS for SqueezeNet (.npz), for lpips, lpips-target and ppl; default: the cache."""
    checkpoint: Which = "best"
    """Which checkpoint of the run: best by its scores in training, if it has any, or last."""
    seed: int = 0
    """First seed of the samples; also decides pairs and paths."""
    log_dir: str = "tensorboard_logs"
    """Folder of all runs."""
    out: str | None = None
    """File of the scores; default: scores.json in the run's folder, or here."""
    save_reference: str | None = None
    """Also write the statistics of the reference as a .npz file, for --reference."""
    json: bool = False
    """Print the scores as JSON alone."""

    def __post_init__(self):
        given = [name for name in ("run", "model", "images") if getattr(self, name) is not None]
        if len(given) != 1:
            raise UserError("give exactly one of --run NAME, --model FOLDER and --images FOLDER.")
        if self.images and not self.reference:
            raise UserError("--images needs --reference: a data set, a folder, or a .npz file of statistics.")
        if self.metrics == ():
            raise UserError(f"--metrics needs at least one of {', '.join(metrics.METRICS)}.")
        metrics.check_names(self.metrics or ())
        if self.samples is not None and not 2 <= self.samples <= 1_000_000:
            raise UserError(f"--samples must be between 2 and 1000000, got {self.samples}.")
        check_sampling(None, self.seed)
        if self.image_size is not None:
            super().__post_init__()


@dataclass(frozen=True)
class ReportOptions:
    """Writes one web page about a run."""

    run: str
    """Name of the run."""
    log_dir: str = "tensorboard_logs"
    """Folder of all runs."""
    out: str | None = None
    """The .html file to write; default: report.html in the run's folder."""


@dataclass(frozen=True)
class InspectOptions(DataOptions):
    """Reports what a data set holds, and what training will do with it."""


@dataclass(frozen=True)
class ListOptions:
    """Names every variant, one line each."""


def check_sampling(count, seed):
    """Raises `UserError` unless `count` pictures (None: as many as is usual) can be drawn from `seed` on."""
    if count is not None and not 1 <= count <= 1_000_000:
        raise UserError(f"--count must be between 1 and 1000000, got {count}.")
    if not _fits(seed):
        raise UserError("--seed must fit in 64 bits.")


def _check_walk(options):
    """Raises `UserError` unless the options of `--interpolate` agree."""
    for name, instead in (("count", "say how many pictures with --frames"), ("seed", "it names its own two seeds")):
        if getattr(options, name) is not None:
            raise UserError(f"leave out --{name} with --interpolate: {instead}.")
    if options.frames is not None and not 2 <= options.frames <= MOST_FRAMES:
        raise UserError(f"--frames must be between 2 and {MOST_FRAMES}, got {options.frames}.")
    if not all(map(_fits, options.interpolate)):
        raise UserError("the seeds of --interpolate must fit in 64 bits.")
    if options.interpolate[0] == options.interpolate[1]:
        raise UserError(f"--interpolate needs two different seeds, got {options.interpolate[0]} twice.")


def _fits(seed):
    return -(2**63) <= seed < 2**63


# Options that say how a run was called, not what it is.
HOW_IT_WAS_CALLED = {
    **{"resume": False, "dry_run": False, "allow_config_change": False},
    **{"coordinator": None, "num_workers": None, "worker_index": None},
}


def to_json(run, model):
    """The JSON text of a run: every field of `RunConfig`, and the variant's options under `model`."""
    run = dataclasses.replace(run, **HOW_IT_WAS_CALLED)
    return json.dumps({**dataclasses.asdict(run), "model": dataclasses.asdict(model)}, indent=2) + "\n"


def load_json(path):
    """Reads what `to_json` wrote.

    Returns:
        `(RunConfig, dict of the variant's options)`; the variant itself checks the latter with `from_dict`.

    Raises:
        UserError: if the file is missing, is not JSON, or has an unknown key or a value of the wrong type.
    """
    try:
        values = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"cannot read the configuration {path}: {error.strerror}.") from None
    except ValueError as error:
        raise UserError(f"{path} is not JSON: {error}.") from None
    return parse(values, path)


def parse(values, where):
    """The same of what the file holds."""
    if not isinstance(values, dict) or not isinstance(values.get("model", {}), dict):
        raise UserError(f"{where} must hold one JSON object, with the variant's options in an object under 'model'.")
    run = {name: value for name, value in values.items() if name != "model"}
    return from_dict(RunConfig, run, where), values.get("model", {})


def from_dict(cls, values, where):
    """Builds the dataclass `cls` from JSON values; an unknown key or a wrong type is a `UserError`."""
    hints = typing.get_type_hints(cls)
    checked = {}
    for key, value in values.items():
        if key not in hints:
            raise unknown(f"key in {where}:", key, hints)
        value = tuple(value) if isinstance(value, list) else value
        if not _matches(value, hints[key]):
            raise UserError(f"{where}: {key} cannot be {json.dumps(value)}.")
        checked[key] = value
    return cls(**checked)


def _matches(value, hint):
    """Whether a JSON value is of the type that a field declares."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return any(_matches(value, argument) for argument in arguments)
    if origin is Literal:
        return value in arguments
    if origin is tuple:
        return isinstance(value, tuple) and all(_matches(item, arguments[0]) for item in value)
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)
