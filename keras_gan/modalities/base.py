"""`Field`: one named value of an example, and all that the rest of the program must not decide by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np


@dataclass(frozen=True)
class Preview:
    """What shows a few values to a person.

    Attributes:
        suffix: of its file, such as `.png`.
        write: function that writes it into an open binary file.
        log: function `(name) -> None` that makes a TensorBoard entry of it, by the writer that is the default.
    """

    suffix: str
    write: Callable
    log: Callable


@dataclass(frozen=True)
class Field:
    """A kind of value: as it is stored, as networks see it, at the outer edge, and as a file.

    Stored values are what a data set holds, such as bytes. Networks take and give what training likes, such as
    [-1, 1]. The outer edge is what people and other programs get, such as [0, 1]; there `plural` is its name, in
    signatures and files. A subclass says how to come from one to the other; a range, a suffix or a rank is decided
    there and nowhere else. As it stands the class is for numbers that are the same everywhere.
    """

    kind: ClassVar[str] = ""  # the name of its module
    plural: ClassVar[str] = "values"
    array_names: ClassVar[tuple] = ()  # attributes that `fitted` has learned, NumPy arrays
    suffix: ClassVar[str] = ".npy"  # of one value as a file
    default_features: ClassVar[str] = ""  # the extractor that looks at values of this kind
    augmentations: ClassVar[tuple] = ()  # names that `augment` knows
    finished: ClassVar[str] = ""  # the signature of finished values, such as `png`; empty if there is none

    # --- What it is ------------------------------------------------------------------------------------------------

    @property
    def shape(self):
        """The shape of one stored value, without the batch."""
        raise NotImplementedError

    @property
    def dtype(self):
        """The type of stored values."""
        return "float32"

    @property
    def words(self):
        """What one value is, in a few words, such as `32x32x3`."""
        return "x".join("*" if size is None else str(size) for size in self.shape)

    @property
    def about(self):
        """What networks are given of it, in words."""
        return f"{self.plural} of {self.words}"

    def facts(self, count):
        """What a run says of so many values of this kind, JSON-able."""
        return {"examples": count, "shape": list(self.shape)}

    def fitted(self, column):
        """This field with what it learns of a column of stored values; most have nothing to learn."""
        return self

    # --- From one form to the other ----------------------------------------------------------------------------------

    def to_model(self, stored):
        """Stored values `[B, …]`, a tensor, as networks take them."""
        return stored

    def from_model(self, outputs):
        """What networks give, `[B, …]`, at the outer edge: `{name: tensor}`, in operations that LiteRT has."""
        return {self.plural: outputs}

    def to_edge(self, stored):
        """Stored values at the outer edge, both NumPy arrays."""
        return np.asarray(stored, np.float32)

    def to_stored(self, values, exact=False):
        """Values at the outer edge as they would be stored, both NumPy arrays.

        Args:
            exact: in the range of stored values, but not rounded to their type.
        """
        return np.asarray(values, np.float32)

    def finish(self, values):
        """The rest of the way, `{name: string tensor [B]}`: files of values at the outer edge."""
        raise NotImplementedError

    # --- As seen by people -------------------------------------------------------------------------------------------

    def preview(self, values, columns=None):
        """A `Preview` of values at the outer edge, a NumPy array; `columns` is for what can be laid out in rows."""
        raise NotImplementedError

    def write(self, file, value):
        """Writes one value at the outer edge into an open binary file."""
        np.save(file, value, allow_pickle=False)

    # --- While training ----------------------------------------------------------------------------------------------

    def augment(self, values, noise, names):
        """Values as networks take them, `[B, …]`, changed at random to others that might be data, too.

        Args:
            noise: the batch's `BatchNoise`; its `uniforms` are to be asked for once.
            names: some of `augmentations`.
        """
        raise NotImplementedError

    def discriminator_augmentation(self, name):
        """The function that changes all that the discriminator sees; None if this kind has none of this name."""
        return

    # --- As inputs and outputs of exported networks ------------------------------------------------------------------

    def spec(self, batch=None):
        """The `tf.TensorSpec` of values at the outer edge, named `plural`."""
        import tensorflow as tf

        return tf.TensorSpec([batch, *self.shape], tf.float32, name=self.plural)

    def of_seeds(self, seeds):
        """The value of each int64 `[N]` seed, a tensor `[N, …]`; None if seeds have none and examples must be given."""
        return
