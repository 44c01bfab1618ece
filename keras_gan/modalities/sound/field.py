"""Waveforms as values of an example."""

import io
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from keras_gan.modalities.base import Field, Preview
from keras_gan.modalities.sound import analysis, files
from keras_gan.modalities.sound.analysis import NO_SEEDS, Analysis

SHOWN_BANDS = 64
COMPARED_ITERATIONS = 4  # of Griffin and Lim, where nobody listens
MOST_LOGGED = 20  # sounds of an entry in TensorBoard


@dataclass(frozen=True)
class Waveform(Field):
    """A sound of one channel, so many samples at a rate in Hz.

    Stored as int16; networks take and give float32 in [-1, 1], `[samples]`, and so it is at the outer edge.
    """

    samples: int
    rate: int

    kind: ClassVar[str] = "sound"
    plural: ClassVar[str] = "waveform"
    suffix: ClassVar[str] = ".wav"
    default_features: ClassVar[str] = "mel"
    augmentations: ClassVar[tuple] = ("shift", "gain")
    noun: ClassVar[str] = "sound"
    numbers: ClassVar[str] = "samples"
    files: ClassVar[str] = "wav_bytes"
    range_text: ClassVar[str] = " in [-1, 1]"
    is_played: ClassVar[bool] = True

    @property
    def shape(self):
        return (self.samples,)

    @property
    def dtype(self):
        return "int16"

    @property
    def analysis(self):
        """How its spectrogram is made, an `Analysis`."""
        return Analysis(self.rate, self.samples, SHOWN_BANDS)

    @property
    def seconds(self):
        """How long it is."""
        return self.samples / self.rate

    @property
    def words(self):
        return f"{self.seconds:.4g} s at {self.rate} Hz"

    @property
    def protocol(self):
        return {"rate": self.rate, "seconds": self.seconds}

    @property
    def about(self):
        return f"sounds of {self.words}"

    def limits(self, integers):
        return (-32768, 32767) if integers else (-1.0, 1.0)

    @property
    def wanted(self):
        return "integers of 16 bits, or floats in [-1, 1]"

    # --- From one form to the other -----------------------------------------------------------------------------------

    def to_model(self, stored):
        """16 bits in [-1, 1]; what is of floats already is in that range."""
        import tensorflow as tf

        stored = tf.convert_to_tensor(stored)
        waveforms = tf.cast(stored, tf.float32)
        return waveforms / files.FULL_SCALE if stored.dtype.is_integer else waveforms

    def from_model(self, outputs):
        import tensorflow as tf

        return {self.plural: tf.clip_by_value(outputs, -1.0, 1.0)}

    def to_edge(self, stored):
        return np.asarray(stored, np.float32) / np.float32(files.FULL_SCALE)

    def to_stored(self, values, exact=False):
        return np.float32(files.FULL_SCALE) * values if exact else files.to_int16(values)

    def waveforms(self, values):
        """Values at the outer edge, an array or a tensor `[B, …]`, as sounds are heard: `[B, samples]` in [-1, 1]."""
        return values

    def spectrograms(self, values):
        """Values at the outer edge as sounds are seen: `[B, bands, frames]` in [0, 1], low bands first."""
        return analysis.spectrograms(values, self.analysis)

    @property
    def completions(self):
        return {"spectrogram": Spectrogram(self.samples, self.rate, SHOWN_BANDS)}

    def completed(self, values):
        return {"spectrogram": self.spectrograms(values), self.files: self._files(values)}

    def _files(self, waveforms):
        """WAV files, a string tensor `[B]`."""
        import tensorflow as tf

        # Its own rounding is towards zero; what is rounded before is not rounded again.
        rounded = tf.round(waveforms * files.FULL_SCALE) / files.FULL_SCALE
        heard = tf.where(tf.math.is_nan(rounded), 0.0, rounded)[:, :, None]
        encode = lambda waveform: tf.audio.encode_wav(waveform, self.rate)  # noqa: E731
        return tf.map_fn(encode, heard, fn_output_signature=tf.string)

    # --- As seen and heard by people ----------------------------------------------------------------------------------

    def preview(self, values, columns=None):
        """One WAV of all sounds with pauses between them; beside it a sheet of their spectrograms."""
        return self.sheet(values, columns)

    def sheet(self, values, columns=None, titles=(), zoom=None):
        from keras_gan.modalities.sound import drawing

        waveforms, shown = self.waveforms(values), drawing.sheet(self.spectrograms(values), columns, titles, zoom)

        def log(name):
            import tensorflow as tf

            # Without `encoding` it is WAV today, and nobody promises that it will be.
            heard = waveforms[:MOST_LOGGED, :, None]
            tf.summary.audio(f"{name}/heard", heard, self.rate, max_outputs=MOST_LOGGED, encoding="wav")
            shown.log(name)

        joined = files.joined(waveforms, self.rate)
        return Preview(self.suffix, write=lambda file: files.write(file, joined, self.rate), log=log, beside=(shown,))

    def write(self, file, value):
        files.write(file, self.waveforms(value[None])[0], self.rate)

    def read(self, content):
        return files.read(io.BytesIO(content))

    # --- While training -----------------------------------------------------------------------------------------------

    def augment(self, values, noise, names):
        from keras_gan.modalities.sound import augment

        return augment.waveforms_of_data(values, noise.uniforms(self.augmentations), names)

    def discriminator_augmentation(self, name):
        from keras_gan.modalities.sound import augment

        return {"diffaugment": augment.waveforms, "ada": augment.waveforms_some}.get(name)

    # --- As inputs and outputs of exported networks -------------------------------------------------------------------

    def of_shape(self, shape):
        return self

    def span(self, values):
        """From silence to full scale."""
        return 1.0

    @property
    def made_facts(self):
        return {"rate": self.rate, "samples": self.samples}


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

    seeds: ClassVar[np.ndarray] = NO_SEEDS

    def with_seeds(self, seeds):
        return _OfSeeds(self.samples, self.rate, self.bands, seeds)

    def waveforms(self, values):
        return analysis.waveforms_of(values, self.analysis, seeds=self.seeds)

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


@dataclass(frozen=True, eq=False)
class _OfSeeds(Spectrogram):
    """Sounds of these int64 `[N]` seeds, or all of one, which decide where their phases begin."""

    seeds: np.ndarray = None
