"""Scalars: the knobs of an exported network, such as truncation."""

from dataclasses import dataclass
from typing import ClassVar

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

    @property
    def shape(self):
        return ()

    def spec(self, batch=None):
        import tensorflow as tf

        return tf.TensorSpec([batch], tf.float32, name=self.name)

    def of_seeds(self, seeds):
        """The default, whatever the seed."""
        import tensorflow as tf

        return tf.fill([tf.shape(seeds)[0]], tf.constant(self.default, tf.float32))


FIELD = Scalar
