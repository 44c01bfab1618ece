"""Features: what one network finds in examples, and another is given."""

from dataclasses import dataclass
from typing import ClassVar

from keras_gan.modalities.base import Field


@dataclass(frozen=True)
class Features(Field):
    """Vectors of float32, `[length]`.

    Attributes:
        name: what they are called.
        length: how many numbers one has.
        positive: whether what they are tried with is above 0, as variances are.
    """

    name: str
    length: int
    positive: bool = False

    kind: ClassVar[str] = "features"
    is_inner: ClassVar[bool] = True

    @property
    def shape(self):
        return (self.length,)

    @property
    def plural(self):
        return self.name

    def of_seeds(self, seeds):
        """Normal numbers: not the features of a seed, but something to try a network with."""
        import tensorflow as tf

        from keras_gan.randomness import portable_latents

        numbers = portable_latents(tf.convert_to_tensor(seeds), self.length)
        return tf.abs(numbers) + 0.1 if self.positive else numbers


FIELD = Features
