"""How a run trains."""

from dataclasses import dataclass
from typing import Literal

from keras_gan.config.option import option

Precision = Literal["float32", "mixed_bfloat16", "mixed_float16"]
Augment = Literal["none", "diffaugment", "ada"]


@dataclass(frozen=True)
class TrainingOptions:
    """How a run trains."""

    steps: int | None = option(None, decides="output")
    """Generator updates; default: 1500, or the variant's own."""
    epochs: int | None = option(None, decides="output")
    """Passes over the data, instead of --steps."""
    minutes: float | None = option(None, decides="output")
    """About how long to train by the clock, instead of --steps: some steps are timed and thrown away, and the number
    that fits is the run's from then on."""
    batch_size: int | None = option(None, decides="computation")
    """Examples per discriminator update, over all devices together; default: 64, or the variant's own."""
    augment: Augment | None = option(None, decides="computation")
    """Random changes of all that the discriminator sees, which the generator does not learn to draw: for small data
    sets. diffaugment has a fixed strength, ada adapts it; default: none, or the variant's own."""
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
    """Start from the networks of this run, by name or folder: of its best checkpoint, or its last one. Their average
    and the states of the training, such as ADA's p, come with them; steps and optimizers start anew."""
    init_optimizer: bool = option(False, decides="output")
    """With --init-from: go on with that run's optimizers, too; rates follow this run's own steps."""
