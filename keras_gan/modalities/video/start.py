"""The picture that a film begins with."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from keras_gan.modalities.image import Image


@dataclass(frozen=True)
class FirstFrame(Image):
    """An image at which a clip begins; seeds have pictures of noise, to try a network with."""

    kind: ClassVar[str] = "video.start"
    plural: ClassVar[str] = "start"
    is_inner: ClassVar[bool] = True

    def of_seeds(self, seeds):
        import tensorflow as tf

        from keras_gan.randomness import portable_latents

        numbers = portable_latents(tf.convert_to_tensor(seeds), self.height * self.width * self.channels)
        return tf.sigmoid(tf.reshape(numbers, (-1, *self.shape)))

    def blanks(self, count, sizes=()):
        return np.asarray(self.of_seeds(np.arange(count, dtype=np.int64)))


FIELD = FirstFrame
