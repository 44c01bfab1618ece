"""Scalars: the knobs of an exported network, such as truncation."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from keras_gan.errors import UserError
from keras_gan.modalities.base import Field


@dataclass(frozen=True)
class Scalar(Field):
    """A number for each row, float32 in [low, high].

    Attributes:
        name: of the input; the command line and the page make an option and a slider of it.
        default: what it is where nothing is said.
        low, high: its range.
        about: what it does, in a few words.
    """

    name: str
    default: float
    low: float
    high: float
    about: str = ""

    kind: ClassVar[str] = "scalar"
    is_control: ClassVar[bool] = True

    def __post_init__(self):
        if not self.low <= self.default <= self.high:
            raise ValueError(f"its default {self.default} is not from {self.low} to {self.high}")

    @property
    def shape(self):
        return ()

    @property
    def plural(self):
        return self.name

    @property
    def range_text(self):
        return f" in [{self.low:g}, {self.high:g}]"

    def of_seeds(self, seeds):
        """The default, whatever the seed."""
        import tensorflow as tf

        return tf.fill([tf.shape(seeds)[0]], tf.constant(self.default, tf.float32))

    def option(self, name):
        return float, self.default, f"{self.about or name}: {self.low:g} to {self.high:g}."

    def said(self, value, name):
        if not self.low <= value <= self.high:
            raise UserError(f"--{name} must be between {self.low:g} and {self.high:g}, got {value:g}.")
        return value

    def probes(self, seeds):
        """The whole range, with both ends."""
        return np.linspace(self.low, self.high, len(seeds), dtype=np.float32)

    def blanks(self, count, sizes=()):
        return np.full(count, self.default, np.float32)


FIELD = Scalar
