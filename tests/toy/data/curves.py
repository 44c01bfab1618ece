"""`curves`: waves and saws with noise, drawn from a seed."""

import numpy as np
from keras_gan.modalities.curve import Curve

from keras_gan.data.dataset import Dataset
from keras_gan.modalities.label import Label
from keras_gan.registry import Source

SOURCE = Source(gives=("curve",), tasks=("sample",))
POINTS = 64
SPLITS = {"train": 400, "test": 80}
CLASS_NAMES = ("wave", "saw")


def load(_rest, options, split="train", task="sample"):
    """Draws the curves of a split; see `keras_gan.data.load`."""
    count, rng = SPLITS[split], np.random.RandomState(len(split))
    label = np.arange(count, dtype=np.int32) % 2
    turns = np.linspace(0, 2, POINTS)[None] * rng.uniform(0.8, 1.2, (count, 1)) + rng.uniform(0, 1, (count, 1))
    shapes = np.stack([np.sin(2 * np.pi * turns), 2 * (turns % 1) - 1])
    values = shapes[label, np.arange(count)] * rng.uniform(0.5, 1.5, (count, 1)) + 5.0
    return Dataset(
        name=options.dataset,
        fields={"real": Curve(POINTS), "label": Label(2, CLASS_NAMES)},
        columns={"real": values.astype(np.float32), "label": label},
        groups=(("real", "label"),),
        provenance=f"curves, split {split}, drawn from a seed.",
        treatment="none.",
    )


def has_test(_rest, options):
    """Whether there is a test split: always."""
    return True


def check_available(_rest, options):
    """Always there."""
