"""From waveforms to mel spectrograms and back, by the same functions for NumPy arrays and for tensors.

Frames are Hann windows of about 32 ms, half of which overlaps the next; a waveform of `samples` has `samples / hop` of
them, their middles `hop` apart. Bands are triangles at equal distances on Slaney's mel scale, of equal area, as
librosa's are by default. Back go the pseudo-inverse of the bands and the algorithm of Griffin and Lim, "Signal
Estimation from Modified Short-Time Fourier Transform", 1984, with the momentum of Perraudin, Balazs and Søndergaard,
"A Fast Griffin-Lim Algorithm", 2013.
"""

import functools
import math
from dataclasses import dataclass

import numpy as np
import scipy.fft

from keras_gan.randomness import portable_angles

FRAME_SECONDS = 0.032
OVERLAP = 2  # frames that each sample is in
LOW, HIGH = -90.0, -30.0  # dB of a band: 0 and 1 of a spectrogram; silence, and a sine of full scale
ITERATIONS, MOMENTUM = 32, 0.99  # of Griffin and Lim
_FLOOR = 10.0 ** (LOW / 20.0)
_TINY = 1e-16
NO_SEEDS = np.zeros(1, np.int64)  # what begins where nobody knows of what seed a sound is
# Slaney's scale: linear up to 1 kHz, then logarithmic.
_HERTZ_PER_MEL, _BREAK = 200.0 / 3.0, 1000.0
_LOG_STEP = math.log(6.4) / 27.0


def whole_samples(seconds, rate, frames=16):
    """So many seconds in samples, rounded up to a multiple of so many frames."""
    block = frames * Analysis(rate, 0).hop
    return math.ceil(round(seconds * rate, 3) / block) * block


@dataclass(frozen=True)
class Analysis:
    """How waveforms of a length become spectrograms.

    Attributes:
        rate: samples a second.
        samples: of a waveform, a multiple of `hop`.
        bands: how many.
    """

    rate: int
    samples: int
    bands: int = 64

    @property
    def size(self):
        """Samples of a frame, a power of two."""
        return 2 ** round(math.log2(FRAME_SECONDS * self.rate))

    @property
    def hop(self):
        """Samples from a frame to the next."""
        return self.size // OVERLAP

    @property
    def frames(self):
        """How many there are."""
        return self.samples // self.hop

    @functools.cached_property
    def window(self):
        """Hann's, periodic: float32 `[size]`."""
        return (0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(self.size) / self.size)).astype(np.float32)

    @property
    def margin(self):
        """Samples that the first frame begins before the waveform, and the last one ends behind it."""
        return (self.size - self.hop) // 2

    @functools.cached_property
    def power(self):
        """The sum of the squared windows over each sample and the margins, float32 `[samples + 2 margin]`."""
        squares = np.broadcast_to(self.window**2, (1, self.frames, self.size))
        return _overlapped(np, squares, self)[0]

    @functools.cached_property
    def filters(self):
        """What each band takes of each bin, float32 `[bands, size / 2 + 1]`."""
        return mel_filters(self.rate, self.size, self.bands)

    @functools.cached_property
    def inverse(self):
        """The pseudo-inverse of the filters, float32 `[size / 2 + 1, bands]`."""
        return np.linalg.pinv(self.filters.astype(np.float64)).astype(np.float32)

    def phases(self, seeds):
        """Where Griffin and Lim begin for sounds of int64 `[N]` seeds: complex64 `[N, frames, size / 2 + 1]`."""
        ops, bins = _operations(seeds), self.size // 2 + 1
        angles = ops.reshape(portable_angles(seeds, self.frames * bins), [-1, self.frames, bins])
        return ops.turned(angles)


def mel_filters(rate, size, bands):
    """Triangles of equal area from 0 to half the rate, at equal distances in mel: float32 `[bands, size / 2 + 1]`."""
    edges = _to_hertz(np.linspace(0.0, _to_mel(rate / 2.0), bands + 2))
    bins = np.arange(size // 2 + 1) * rate / size
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return (triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


def _to_mel(hertz):
    if hertz < _BREAK:
        return hertz / _HERTZ_PER_MEL
    return _BREAK / _HERTZ_PER_MEL + math.log(hertz / _BREAK) / _LOG_STEP


def _to_hertz(mel):
    straight = _BREAK / _HERTZ_PER_MEL
    return np.where(mel < straight, mel * _HERTZ_PER_MEL, _BREAK * np.exp(_LOG_STEP * (mel - straight)))


# --- From waveforms to spectrograms -----------------------------------------------------------------------------------


def stft(waveforms, analysis):
    """Spectra of the frames of waveforms `[B, samples]`, complex64 `[B, frames, size / 2 + 1]`.

    Beyond both ends there is silence.
    """
    beyond = [analysis.margin, analysis.margin]
    return _analysed(_operations(waveforms).pad(waveforms, [[0, 0], beyond]), analysis)


def istft(spectra, analysis):
    """Waveforms `[B, samples]` whose spectra are nearest to these `[B, frames, size / 2 + 1]`, by least squares."""
    whole = _synthesised(spectra, analysis)
    return whole[:, analysis.margin : analysis.margin + analysis.samples]


def _analysed(whole, analysis):
    """Spectra of waveforms with their margins, `[B, samples + 2 margin]`."""
    ops = _operations(whole)
    blocks = ops.reshape(whole, [-1, analysis.frames + OVERLAP - 1, analysis.hop])
    parts = [blocks[:, start : start + analysis.frames] for start in range(OVERLAP)]
    return ops.rfft(ops.concatenate(parts, axis=-1) * analysis.window)


def _synthesised(spectra, analysis):
    """Waveforms with their margins, of spectra."""
    ops = _operations(spectra)
    frames = ops.irfft(spectra, analysis.size) * analysis.window
    return _overlapped(ops, frames, analysis) / np.maximum(analysis.power, _TINY)


def _overlapped(ops, frames, analysis):
    """The sum `[B, samples + 2 margin]` of frames `[B, frames, size]`, each at its place."""
    whole = 0.0
    for start in range(OVERLAP):
        part = frames[..., start * analysis.hop : (start + 1) * analysis.hop]
        whole = whole + ops.pad(part, [[0, 0], [start, OVERLAP - 1 - start], [0, 0]])
    return ops.reshape(whole, [-1, analysis.samples + 2 * analysis.margin])


def spectrograms(waveforms, analysis):
    """Mel spectrograms of waveforms `[B, samples]` in [-1, 1]: float32 `[B, bands, frames]` in [0, 1].

    Bands are in dB, 0 being silence at -90 dB, and 1 about what a sine of full scale has, -30 dB.
    """
    ops = _operations(waveforms)
    magnitudes = ops.abs(stft(waveforms, analysis)) * np.float32(2.0 / analysis.window.sum())
    bands = ops.matmul(magnitudes, analysis.filters.T)
    decibels = ops.log(bands + np.float32(_FLOOR)) * np.float32(20.0 / math.log(10.0))
    levels = (decibels - np.float32(LOW)) * np.float32(1.0 / (HIGH - LOW))
    return ops.transpose(ops.clip(levels, 0.0, 1.0), [0, 2, 1])


# --- And back ---------------------------------------------------------------------------------------------------------


def magnitudes_of(levels, analysis):
    """The spectra's magnitudes `[B, frames, size / 2 + 1]` that mel spectrograms `[B, bands, frames]` tell of."""
    ops = _operations(levels)
    decibels = ops.transpose(levels, [0, 2, 1]) * np.float32(HIGH - LOW) + np.float32(LOW)
    bands = ops.exp(decibels * np.float32(math.log(10.0) / 20.0)) - np.float32(_FLOOR)
    magnitudes = ops.matmul(ops.maximum(bands, 0.0), analysis.inverse.T)
    return ops.maximum(magnitudes, 0.0) * np.float32(analysis.window.sum() / 2.0)


def waveforms_of(levels, analysis, iterations=ITERATIONS, seeds=NO_SEEDS):
    """Waveforms `[B, samples]` in [-1, 1] with such mel spectrograms `[B, bands, frames]`, as nearly as there are.

    Args:
        iterations: of Griffin and Lim.
        seeds: int64 `[B]`, or one for all, which decide where phases begin.
    """
    ops = _operations(levels)
    waveforms = griffin_lim(magnitudes_of(levels, analysis), analysis.phases(seeds), analysis, iterations)
    return ops.clip(waveforms, -1.0, 1.0)


def griffin_lim(magnitudes, phases, analysis, iterations=ITERATIONS, momentum=MOMENTUM):
    """Waveforms `[B, samples]` whose spectra have such magnitudes `[B, frames, size / 2 + 1]`, as nearly as there are.

    Args:
        phases: where they begin, complex64 of that shape, or of one row for all.
        iterations: in each, phases become those of the waveform that the last ones make.
        momentum: how far each goes on in the direction of the last.
    """
    ops = _operations(magnitudes)
    before = np.complex64(0.0)
    share = np.complex64(momentum / (1.0 + momentum))
    for _ in range(iterations):
        spectra = _analysed(_synthesised(ops.complex(magnitudes) * phases, analysis), analysis)
        ahead = spectra - share * before
        phases, before = ahead / ops.complex(ops.abs(ahead) + np.float32(_TINY)), spectra
    return istft(ops.complex(magnitudes) * phases, analysis)


class _NumPy:
    """What the functions above need, of arrays."""

    pad, reshape, concatenate = staticmethod(np.pad), staticmethod(np.reshape), staticmethod(np.concatenate)
    abs, log, exp, clip = staticmethod(np.abs), staticmethod(np.log), staticmethod(np.exp), staticmethod(np.clip)
    matmul, maximum, transpose = staticmethod(np.matmul), staticmethod(np.maximum), staticmethod(np.transpose)

    rfft, irfft = staticmethod(scipy.fft.rfft), staticmethod(scipy.fft.irfft)  # of 32 bits, where NumPy's have 64

    @staticmethod
    def turned(angles):
        return np.exp(1j * angles).astype(np.complex64)

    @staticmethod
    def complex(values):
        return values.astype(np.complex64)


def _operations(values):
    """The operations on values of this kind, an array or a tensor."""
    return _NumPy if isinstance(values, np.ndarray) else _of_tensors()


@functools.cache
def _of_tensors():
    import tensorflow as tf

    class TensorFlow:
        pad, reshape, concatenate = staticmethod(tf.pad), staticmethod(tf.reshape), staticmethod(tf.concat)
        abs, log, exp, clip = map(staticmethod, (tf.abs, tf.math.log, tf.exp, tf.clip_by_value))
        matmul, maximum, transpose = staticmethod(tf.matmul), staticmethod(tf.maximum), staticmethod(tf.transpose)
        rfft = staticmethod(tf.signal.rfft)

        @staticmethod
        def irfft(values, size):
            return tf.signal.irfft(values, [size])

        @staticmethod
        def turned(angles):
            return tf.cast(tf.complex(tf.cos(angles), tf.sin(angles)), tf.complex64)

        @staticmethod
        def complex(values):
            return tf.cast(values, tf.complex64)

    return TensorFlow
