"""The options of a training run, in groups, and what can be checked of them at once."""

import importlib.util
import re
from dataclasses import dataclass
from typing import Literal

from keras_gan import data, metrics, registry
from keras_gan.config.option import option
from keras_gan.errors import UserError

# Of a run, where its variant says nothing else.
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
    described = registry.variant(variant)
    return {**DEFAULTS, "dataset": described.data, **described.defaults}


@dataclass(frozen=True)
class DataOptions:
    """Which examples, and how images come to one size."""

    dataset: str = option("avatars", decides="computation")
    """avatars (drawn here), mnist, fashion_mnist, cifar10, tfds:NAME, or folder:PATH (a tree of images; folder:A+B are
    two); for translation paired:PATH or unpaired:PATH (docs/data.md)."""
    data_dir: str | None = option(None, decides="output")
    """Where tensorflow-datasets keeps prepared data; default: $TFDS_DATA_DIR, then ~/tensorflow_datasets."""
    download: bool = option(False, decides="output")
    """Allow tensorflow-datasets to fetch what is missing."""
    image_size: int = option(32, decides="computation")
    """Edge of the square training images, in pixels."""
    fit: Fit = option("auto", decides="computation")
    """How other sizes become square: crop (centre, then resize), pad, stretch; auto pads what is up to a quarter
    too small (28 px digits at 32) and crops the rest."""
    skip_bad_files: bool = option(False, decides="computation")
    """Go on without unreadable image files instead of stopping."""
    direction: Direction = option("AtoB", decides="computation")
    """For translation: AtoB makes images of the second side, B, from images of the first; BtoA the other way round.
    Both ways are learned from unpaired data: there A and B change places."""

    def __post_init__(self):
        data.check_name(self.dataset)
        if not 4 <= self.image_size <= 1024:
            raise UserError(f"--image-size must be between 4 and 1024 px, got {self.image_size}.")


@dataclass(frozen=True)
class TrainingOptions:
    """How a run trains."""

    steps: int | None = option(None, decides="output")
    """Generator updates; default: 1500, or the variant's own."""
    epochs: int | None = option(None, decides="output")
    """Passes over the data, instead of --steps."""
    batch_size: int | None = option(None, decides="computation")
    """Images per discriminator update, over all devices together; default: 64, or the variant's own."""
    augment: Augment = option("none", decides="computation")
    """Random changes of all that the discriminator sees, which the generator does not learn to draw: for small data
    sets. diffaugment has a fixed strength, ada adapts it."""
    data_augment: str | None = option(None, decides="computation")
    """Random changes that enlarge the data set, and that the generator will learn to draw: any of
    flip,rotate,color,crop,scale,light, joined by commas; default: none, or the variant's own; "" for none.
    docs/augmentation.md gives their ranges."""
    seed: int = option(0, decides="computation")
    """Decides initial weights, data order and noise."""
    precision: Precision = option("float32", decides="computation")
    """Arithmetic of the layers; weights, losses and exports are float32 always."""
    deterministic: bool = option(False, decides="output")
    """Use only operations that give the same bits every time; on GPUs that is slower. Processors do so anyway."""
    init_from: str | None = option(None, decides="output")
    """Start from the networks of this run, by name or folder: of its best checkpoint, or its last one. Steps and
    optimizers start anew."""


@dataclass(frozen=True)
class DeviceOptions:
    """What a run trains on."""

    strategy: Strategy = option("auto", decides="output")
    """auto: all GPUs of this machine if there are several, else one device; mirrored: MirroredStrategy in any case;
    multi_worker: several processes, as the next three options, TF_CONFIG or Slurm say (docs/distributed.md)."""
    coordinator: str | None = option(None, decides="call")
    """HOST:PORT of worker 0, as all workers can reach it."""
    num_workers: int | None = option(None, decides="call")
    """How many workers train together."""
    worker_index: int | None = option(None, decides="call")
    """Which of them this process is, from 0 on."""
    cpu_replicas: int | None = option(None, decides="output")
    """Split the processor into so many devices and train on all of them: to try out what several GPUs do."""
    steps_per_execution: int = option(1, decides="output")
    """Steps that TensorFlow does in one go, with nothing logged or saved between them: faster for small networks."""

    def check_workers(self):
        """Raises `UserError` unless the options of several workers make sense together."""
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


@dataclass(frozen=True)
class LoggingOptions:
    """What is seen, saved and measured of a run."""

    run_name: str | None = option(None, decides="output")
    """Name of the run's folder; default: VARIANT-DATASET, numbered if it exists."""
    log_dir: str = option("tensorboard_logs", decides="output")
    """Folder of all runs, for TensorBoard."""
    snapshot_every: int | None = option(None, decides="output")
    """Steps between sample grids; default: a tenth of the run."""
    checkpoint_every: str | None = option(None, decides="output")
    """Steps between checkpoints, or minutes: 500, or 10min; default: at each sample grid."""
    keep_checkpoints: int = option(3, decides="output")
    """How many of the newest checkpoints to keep; the best one is kept beside them."""
    metrics: tuple[str, ...] | None = option(None, decides="output")
    """Score samples in training by any of fid, kid, is, prdc, … (docs/scores.md); the first decides which checkpoint is
    the best; default: none, or the variant's own; the option without a value: none."""
    eval_every: int | None = option(None, decides="output")
    """Steps between scores; default: a tenth of the run, put off while scores take more than a tenth of the time."""
    eval_samples: int | None = option(None, decides="output")
    """Samples of each of these scores; default: 2048, or the variant's own."""
    eval_features: str = option("auto", decides="output")
    """What looks at them, as --features of the command evaluate."""
    health: bool = option(True, decides="output")
    """Watch the run for collapse, divergence and the like, and say so; --no-health watches nothing, not even NaN."""

    def check_logging(self):
        """Raises `UserError` unless these options make sense together."""
        metrics.check_names(self.metrics)
        if self.eval_every and not self.metrics:
            raise UserError("--eval-every needs --metrics: say what to score, such as --metrics fid kid.")
        if self.eval_samples < 2:
            raise UserError(f"--eval-samples must be at least 2, got {self.eval_samples}.")
        parse_interval(self.checkpoint_every)
        if self.run_name is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", self.run_name):
            raise UserError(
                f"--run-name {self.run_name!r} must be a plain folder name: letters, digits, '.', '_', '+' and '-'."
            )


@dataclass(frozen=True)
class DeliveryOptions:
    """What leaves the building."""

    export_dir: str = option("export/models", decides="output")
    """Folder of all exported models."""
    export: tuple[Format, ...] = option(("saved_model", "tflite"), decides="output")
    """What to write when training ends; give the option without a value to write nothing. onnx needs two more packages,
    tf2onnx and onnxruntime."""
    tflite: tuple[TFLitePrecision, ...] = option(("float32",), decides="output")
    """Which .tflite files: float32; float16 (weights of 16 bits); dynamic (weights of 8); int8 (8 bits inside); int8_io
    (inputs and outputs, too)."""
    tflite_batch: int = option(1, decides="output")
    """Pictures per call of the .tflite files."""
    tflite_size: int | None = option(None, decides="output")
    """Edge of the images that .tflite files of an image-to-image model take, in pixels; default: as in training."""
    export_checkpoint: Which = option("best", decides="output")
    """Which checkpoint to export: best by the scores of --metrics, if there are any, or last."""

    def check_delivery(self):
        """Raises `UserError` unless what is to be exported makes sense and can be written."""
        if "onnx" in self.export and not all(importlib.util.find_spec(name) for name in ("tf2onnx", "onnxruntime")):
            raise UserError("--export onnx needs two packages that are optional: pip install tf2onnx onnxruntime.")
        if "tflite" in self.export and not self.tflite:
            raise UserError(
                "--tflite needs a value, such as float32; to write no such file, leave tflite out of --export."
            )
        if not 1 <= self.tflite_batch <= 1024:
            raise UserError(f"--tflite-batch must be between 1 and 1024, got {self.tflite_batch}.")
        if self.tflite_size is not None and not 1 <= self.tflite_size <= 4096:
            raise UserError(f"--tflite-size must be between 1 and 4096 px, got {self.tflite_size}.")


@dataclass(frozen=True)
class CallOptions:
    """How a run is begun or gone on with."""

    resume: bool = option(False, decides="call")
    """Continue a run from its newest checkpoint, with its saved configuration: --resume NAME, or --resume FOLDER."""
    allow_config_change: bool = option(False, decides="call")
    """Continue also with options or data that change what a step computes."""
    dry_run: bool = option(False, decides="call")
    """Print configuration, sizes, memory and time from two discarded steps, and write nothing."""


@dataclass(frozen=True)
class VariantOption:
    """The one option that must be given."""

    variant: str = option("", decides="computation")
    """Which GAN, required; --list names them all."""


# Options are listed base by base, the last one first.
@dataclass(frozen=True)
class RunConfig(
    CallOptions, DeliveryOptions, LoggingOptions, DeviceOptions, TrainingOptions, DataOptions, VariantOption
):
    """Trains a GAN, then exports its generator."""

    dataset: str | None = option(None, decides="computation")
    """avatars (drawn here), mnist, fashion_mnist, cifar10, tfds:NAME, or folder:PATH (a tree of images; folder:A+B are
    two); for translation paired:PATH or unpaired:PATH (docs/data.md); default: avatars, or the variant's own."""
    image_size: int | None = option(None, decides="computation")
    """Edge of the square training images, in pixels; default: 32, or the variant's own."""

    def __post_init__(self):
        if not self.variant:
            raise UserError(f"--variant is required: choose from {', '.join(registry.list_variants())}.")
        object.__setattr__(self, "variant", registry.resolve(self.variant))
        # `steps` stays None, which says that --epochs may decide.
        for name, value in {**defaults(self.variant), "steps": self.steps}.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        super().__post_init__()
        data.check_task(self.dataset, self.variant)
        augmentations = data.augmentations(self.data_augment, registry.variant(self.variant).gives)
        object.__setattr__(self, "data_augment", ",".join(augmentations))
        self.check_logging()
        self.check_delivery()
        self._check_numbers()
        self.check_workers()
        self._check_size()
        if self.tflite_size is not None and registry.variant(self.variant).task == "sample":
            raise UserError(
                f"--tflite-size is for models that are given images, and {self.variant} draws them of noise."
            )

    def total_steps(self, examples, schedule):
        """Steps of the whole run on so many examples, by the `Schedule` of its stages."""
        if self.epochs:
            return schedule.steps_for(self.epochs * examples)
        return self.steps or defaults(self.variant)["steps"]

    def _check_size(self):
        from keras_gan.modalities.image.sizes import check_size  # it imports NumPy and Pillow

        check_size(self.variant, self.image_size)

    def _check_numbers(self):
        if self.steps is not None and self.epochs is not None:
            raise UserError("give --steps or --epochs, not both.")
        counts = ("steps", "epochs", "batch_size", "snapshot_every", "eval_every")
        for name in (*counts, "cpu_replicas", "num_workers", "steps_per_execution", "keep_checkpoints"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UserError(f"--{name.replace('_', '-')} must be at least 1, got {value}.")
        if not 0 <= self.seed < 2**31:
            raise UserError(f"--seed must be between 0 and 2147483647, got {self.seed}.")


def parse_interval(text):
    """`500` to `(500, None)`, `10min` to `(None, 10.0)`, None to `(None, None)`: steps and minutes."""
    if text is None:
        return None, None
    found = re.fullmatch(r"(?:([1-9]\d*)|(\d+(?:\.\d+)?) ?min)", text)
    if not found or (found[2] and not float(found[2])):
        raise UserError(f"--checkpoint-every {text!r}: give steps or minutes, such as 500 or 10min.")
    return (int(found[1]), None) if found[1] else (None, float(found[2]))
