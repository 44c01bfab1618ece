"""The options of a training run, as a frozen dataclass, and what can be checked of them at once."""

import importlib.util
import math
import re
from dataclasses import dataclass
from typing import Literal

from keras_gan import data, metrics, registry
from keras_gan.errors import UserError

# Of a run, where its variant has no `DEFAULTS` of its own.
DEFAULTS = {"steps": 1500, "batch_size": 64, "image_size": 32, "metrics": (), "eval_samples": 2048, "data_augment": ""}
DEFAULT_SNAPSHOTS = 10


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
    return {**DEFAULTS, **registry.variant(variant).defaults}


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
        data.check_task(self.dataset, registry.variant(self.variant).task, self.variant)
        object.__setattr__(self, "data_augment", ",".join(data.augmentations(self.data_augment)))
        self._check_counts()
        self._check_workers()
        sizes = registry.variant(self.variant).sizes
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
    if options.tflite_size is not None and variant and registry.variant(variant).task == "sample":
        raise UserError(f"--tflite-size is for models that are given images, and {variant} draws them of noise.")


def parse_interval(text):
    """`500` to `(500, None)`, `10min` to `(None, 10.0)`, None to `(None, None)`: steps and minutes."""
    if text is None:
        return None, None
    found = re.fullmatch(r"(?:([1-9]\d*)|(\d+(?:\.\d+)?) ?min)", text)
    if not found or (found[2] and not float(found[2])):
        raise UserError(f"--checkpoint-every {text!r}: give steps or minutes, such as 500 or 10min.")
    return (int(found[1]), None) if found[1] else (None, float(found[2]))


# Options that say how a run was called, not what it is.
HOW_IT_WAS_CALLED = {
    **{"resume": False, "dry_run": False, "allow_config_change": False},
    **{"coordinator": None, "num_workers": None, "worker_index": None},
}
