"""Where a clip goes on from."""

from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np

from keras_gan.modalities.motion.field import Motion


@dataclass(frozen=True, eq=False)
class Start(Motion):
    """The last two frames of a clip, the second of which is the first of what goes on from it."""

    kind: ClassVar[str] = "motion.start"
    plural: ClassVar[str] = "start"
    is_inner: ClassVar[bool] = True
    note_text: ClassVar[str] = ", two frames: what goes on begins with the second"

    @classmethod
    def of_motion(cls, motion):
        """That of a `Motion`."""
        own = {each.name: getattr(motion, each.name) for each in fields(motion)}
        return cls(**{**own, "frames": 2})

    def from_edge(self, values):
        return self.to_model(values)

    def of_seeds(self, seeds):
        """Poses at random: not those of any clip, but something to try a network with."""
        import tensorflow as tf

        from keras_gan.randomness import portable_latents

        numbers = portable_latents(tf.convert_to_tensor(seeds), 2 * len(self.mean))
        return self.from_model(0.5 * tf.reshape(numbers, (-1, 2, len(self.mean))))[self.plural]

    def blanks(self, count, sizes=()):
        return np.asarray(self.of_seeds(np.arange(count, dtype=np.int64)))


FIELD = Start
