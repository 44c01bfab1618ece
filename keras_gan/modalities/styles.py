"""Styles: what a mapping network makes of latents, and layers of a style-based generator take."""

from dataclasses import dataclass
from typing import ClassVar

from keras_gan.modalities.base import Field


@dataclass(frozen=True)
class Styles(Field):
    """Vectors of float32, `[length]`, or one for each layer, `[layers, length]`.

    Attributes:
        length: of a style.
        layers: how many there are; None: one, which all layers take.
    """

    length: int
    layers: int | None = None

    kind: ClassVar[str] = "styles"
    plural: ClassVar[str] = "w"  # as papers call them
    is_inner: ClassVar[bool] = True

    @property
    def shape(self):
        return (self.length,) if self.layers is None else (self.layers, self.length)

    def of_seeds(self, seeds):
        """Normal numbers: not the style of a seed, but something to try a network with."""
        import tensorflow as tf

        from keras_gan.randomness import portable_latents

        numbers = portable_latents(tf.convert_to_tensor(seeds), self.length * (self.layers or 1))
        return tf.reshape(numbers, [-1, *self.shape])


FIELD = Styles
