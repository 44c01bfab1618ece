"""Chance: what a seed decides of a network that is given examples."""

from dataclasses import dataclass
from typing import ClassVar

from keras_gan.modalities.latents import Latents


@dataclass(frozen=True)
class Chance(Latents):
    """Latents that nobody has to give: by default they are those of seed 0."""

    kind: ClassVar[str] = "chance"
    is_control: ClassVar[bool] = True
    note_text: ClassVar[str] = ", standard normal; default: those of seed 0"

    def of_seeds(self, seeds):
        """The default, whatever the seed."""
        import tensorflow as tf

        return super().of_seeds(tf.zeros_like(seeds))

    def probes(self, seeds):
        """What each seed decides, float32 `[N, length]`."""
        return super().of_seeds(seeds)

    @property
    def given_facts(self):
        return {"chance_dim": self.length}


FIELD = Chance
