"""Noise maps: what a style-based generator adds to the maps of a layer, and turns into detail."""

import math
from dataclasses import dataclass
from typing import ClassVar

from keras_gan.modalities.base import Field


@dataclass(frozen=True)
class NoiseMap(Field):
    """Standard normal numbers, float32 `[height, width, 1]`, one for all channels of a place."""

    height: int
    width: int

    kind: ClassVar[str] = "noise_map"
    plural: ClassVar[str] = "noise_maps"
    note_text: ClassVar[str] = ", standard normal"
    is_inner: ClassVar[bool] = True

    @property
    def shape(self):
        return self.height, self.width, 1

    def of_seeds(self, seeds):
        """Numbers of a seed, not those that the model was exported with: something to try it with."""
        import tensorflow as tf

        from keras_gan.randomness import portable_latents

        numbers = portable_latents(tf.convert_to_tensor(seeds), math.prod(self.shape))
        return tf.reshape(numbers, [-1, *self.shape])


FIELD = NoiseMap
