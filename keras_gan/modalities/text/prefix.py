"""Prefixes: how a line that is to be written begins."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from keras_gan.modalities.text.field import Tokens
from keras_gan.modalities.text.words import SPECIAL


@dataclass(frozen=True)
class Prefix(Tokens):
    """The first tokens of a line, int32 `[length]`, then 0 where the writer is free; by default all of it is 0."""

    kind: ClassVar[str] = "text.prefix"
    plural: ClassVar[str] = "prefix"
    is_control: ClassVar[bool] = True
    is_chosen: ClassVar[bool] = False
    note_text: ClassVar[str] = ", 0 after its end"

    by_text: ClassVar[str] = "from_prefix"

    def option(self, name):
        return str, "", "How lines begin."

    def said(self, value, name):
        return self.known(value, f"--{name}")

    @property
    def default(self):
        """No word."""
        return np.zeros(self.length, np.int32)

    def of_seeds(self, seeds):
        import tensorflow as tf

        return tf.zeros([tf.shape(seeds)[0], self.length], tf.int32)

    def probes(self, seeds):
        """Two words for every other row."""
        rows = np.arange(len(seeds))
        found = np.zeros((len(seeds), self.length), np.int32)
        for place in range(min(2, self.length)):
            found[:, place] = np.where(rows % 2, len(SPECIAL) + (rows + place) % (self.size - len(SPECIAL)), 0)
        return found


FIELD = Prefix
