"""Latents: what a generator makes its samples of."""

from dataclasses import dataclass
from typing import ClassVar

from keras_gan.modalities.base import Field


@dataclass(frozen=True)
class Latents(Field):
    """Standard normal vectors, float32 `[length]`; a seed has the same ones on every runtime."""

    length: int

    kind: ClassVar[str] = "latents"
    plural: ClassVar[str] = "latents"
    note_text: ClassVar[str] = ", standard normal"

    @property
    def shape(self):
        return (self.length,)

    def of_seeds(self, seeds):
        import tensorflow as tf

        from keras_gan.randomness import portable_latents

        return portable_latents(tf.convert_to_tensor(seeds), self.length)

    @property
    def given_facts(self):
        return {"latent_dim": self.length}


FIELD = Latents
