"""Spectrograms: sounds as networks of two dimensions see them."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from keras_gan.modalities.sound import analysis, files
from keras_gan.modalities.sound.analysis import Analysis
from keras_gan.modalities.sound.field import Waveform

COMPARED_ITERATIONS = 4  # of Griffin and Lim, where nobody listens


@dataclass(frozen=True)
class Spectrogram(Waveform):
    """A sound of one channel whose mel spectrogram networks take and give.

    Stored as a `Waveform`; networks take and give float32 in [-1, 1], `[bands, frames, 1]`, low bands first; at the
    outer edge it is `[bands, frames]` in [0, 1], as `analysis.spectrograms` makes it. It is heard by way of Griffin and
    Lim.
    """

    bands: int = 64

    kind: ClassVar[str] = "sound.spectrogram"
    plural: ClassVar[str] = "spectrogram"
    range_text: ClassVar[str] = " in [0, 1]"
    note_text: ClassVar[str] = ", low bands first"

    @property
    def analysis(self):
        return Analysis(self.rate, self.samples, self.bands)

    @property
    def model_shape(self):
        return (*self.edge_shape, 1)

    @property
    def edge_shape(self):
        return (self.bands, self.analysis.frames)

    @property
    def wanted(self):
        return "waveforms of 16 bits, or spectrograms of floats in [-1, 1]"

    def to_model(self, stored):
        """Waveforms of 16 bits as spectrograms; what is of floats already is one."""
        import tensorflow as tf

        stored = tf.convert_to_tensor(stored)
        if not stored.dtype.is_integer:
            return tf.cast(stored, tf.float32)
        waveforms = tf.cast(stored, tf.float32) / files.FULL_SCALE
        return 2.0 * analysis.spectrograms(waveforms, self.analysis)[..., None] - 1.0

    def from_model(self, outputs):
        import tensorflow as tf

        return {self.plural: tf.clip_by_value(outputs[..., 0] * 0.5 + [0.5], 0.0, 1.0)}

    def to_edge(self, stored):
        return analysis.spectrograms(super().to_edge(stored), self.analysis)

    def to_stored(self, values, exact=False):
        """What is heard of it; what is to be exact, and so to be compared alone, by fewer iterations."""
        iterations = COMPARED_ITERATIONS if exact else analysis.ITERATIONS
        return super().to_stored(analysis.waveforms_of(np.asarray(values), self.analysis, iterations), exact)

    def waveforms(self, values):
        return analysis.waveforms_of(values, self.analysis)

    def spectrograms(self, values):
        return values

    @property
    def completions(self):
        return {"waveform": Waveform(self.samples, self.rate)}

    def completed(self, values):
        waveforms = self.waveforms(values)
        return {"waveform": waveforms, self.files: self._files(waveforms)}

    def read(self, content):
        return analysis.spectrograms(super().read(content)[None], self.analysis)[0]

    def augment(self, values, noise, names):
        from keras_gan.modalities.sound import augment

        return augment.spectrograms_of_data(values, noise.uniforms(self.augmentations), names)

    def discriminator_augmentation(self, name):
        from keras_gan.modalities.sound import augment

        return {"diffaugment": augment.spectrograms, "ada": augment.spectrograms_some}.get(name)

    def from_edge(self, values):
        return values[..., None] * 2.0 - [1.0]

    @property
    def made_facts(self):
        return {**super().made_facts, "bands": self.bands, "frames": self.analysis.frames}


FIELD = Spectrogram
