"""The options of a training run, in groups, and what can be checked of them at once."""

import math
from dataclasses import dataclass

from keras_gan import data, registry
from keras_gan.config.groups.call import CallOptions, VariantOption
from keras_gan.config.groups.data import DataOptions
from keras_gan.config.groups.delivery import DeliveryOptions
from keras_gan.config.groups.devices import DeviceOptions
from keras_gan.config.groups.logging import LoggingOptions
from keras_gan.config.groups.training import TrainingOptions
from keras_gan.config.option import option
from keras_gan.errors import UserError

# Of a run, where its variant says nothing else.
DEFAULTS = {"steps": 1500, "batch_size": 64, "image_size": 32, "metrics": (), "eval_samples": 2048}
DEFAULTS |= {"augment": "none", "data_augment": ""}
DEFAULT_SNAPSHOTS = 10


def defaults(variant, preset=None):
    """What a run of this variant takes for options that are not given, `{field of RunConfig: value}`.

    Args:
        preset: name of one; default: the usual one, if the variant has it.
    """
    described, preset = registry.variant(variant), preset or _usual_preset(variant)
    own = registry.preset(variant, preset).run
    return {**DEFAULTS, "dataset": described.data, **described.defaults, **own, "preset": preset}


def _usual_preset(variant):
    return registry.USUAL_PRESET if registry.USUAL_PRESET in registry.presets(variant) else registry.NO_PRESET


# Options are listed base by base, the last one first.
@dataclass(frozen=True)
class RunConfig(
    CallOptions, DeliveryOptions, LoggingOptions, DeviceOptions, TrainingOptions, DataOptions, VariantOption
):
    """Trains a GAN, then exports its generator."""

    dataset: str | None = option(None, decides="computation")
    """avatars (drawn here), mnist, fashion_mnist, cifar10, stacked_mnist, tfds:NAME, or folder:PATH (a tree of images;
    folder:A+B are two); for translation paired:PATH or unpaired:PATH (docs/data.md); of movement walker or motion:PATH,
    of film moving_avatars or video:PATH (docs/movement.md); default: avatars, or the variant's own."""
    image_size: int | None = option(None, decides="computation")
    """Edge of the square training images, in pixels; default: 32, or the variant's own."""

    def __post_init__(self):
        if not self.variant:
            raise UserError(f"--variant is required: choose from {', '.join(registry.list_variants())}.")
        object.__setattr__(self, "variant", registry.resolve(self.variant))
        for name, value in defaults(self.variant, self.preset).items():
            decided = name == "steps" and (self.epochs is not None or self.minutes is not None)
            if getattr(self, name) is None and not decided:
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

    @property
    def preset_options(self):
        """The options of the variant that the preset has values for, `{field: value}`."""
        return registry.preset(self.variant, self.preset).model

    def total_steps(self, examples, schedule):
        """Steps of the whole run on so many examples, by the `Schedule` of its stages."""
        if self.epochs:
            return schedule.steps_for(self.epochs * examples)
        return self.steps

    def _check_size(self):
        from keras_gan.modalities.image.sizes import check_size  # it imports NumPy and Pillow

        check_size(self.variant, self.image_size)

    def _check_numbers(self):
        if sum(length is not None for length in (self.steps, self.epochs, self.minutes)) > 1:
            raise UserError("give one of --steps, --epochs and --minutes.")
        if self.minutes is not None and not 0 < self.minutes < math.inf:
            raise UserError(f"--minutes must be above 0, got {self.minutes}.")
        if self.init_optimizer and not self.init_from:
            raise UserError("--init-optimizer needs --init-from RUN, whose optimizers it takes.")
        counts = ("steps", "epochs", "batch_size", "snapshot_every", "eval_every")
        for name in (*counts, "cpu_replicas", "num_workers", "steps_per_execution", "keep_checkpoints", "profile"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UserError(f"--{name.replace('_', '-')} must be at least 1, got {value}.")
        if not 0 <= self.seed < 2**31:
            raise UserError(f"--seed must be between 0 and 2147483647, got {self.seed}.")
