"""Loudness: whether sounds are as loud as real ones, begin and end as these do, and are not clipped."""

import numpy as np

from keras_gan.metrics.subject import Measurement
from keras_gan.modalities.sound import files
from keras_gan.randomness import random_rows
from keras_gan.registry import Score

SCORE = Score(
    "loudness",
    about="share of sounds as loud as real ones, silence at their ends beside theirs, share of clipped samples",
    needs=("real",),
    of=("sound", "sound.spectrogram"),
    usual=("samples",),
)
MOST = 2000  # real sounds
BETWEEN = (0.05, 0.95)  # quantiles of the real ones
CLIPPED = 0.999  # of full scale


def measure(subject):
    """Yields `loud_as_real`, `clipped`, `silence_before` and `silence_behind` of a `Subject`, with those of real ones.

    The first is the share of sounds whose root mean square lies between the 5th and the 95th percentile of the real
    ones'; silences are means in seconds, nearer to the real ones being better.
    """
    column, rate = subject.real["real"], subject.field.rate
    real = _in_unit_range(column[random_rows(len(column), MOST)])
    samples = _in_unit_range(subject.samples)
    protocol = {**subject.protocol, "samples": len(samples), "real_sounds": len(real)}
    low, high = np.quantile(rms(real), BETWEEN)
    for name, function, lower in (
        ("loud_as_real", lambda some: np.mean((low <= rms(some)) & (rms(some) <= high)), False),
        ("clipped", lambda some: np.mean(np.abs(some) >= CLIPPED), True),
        ("silence_before", lambda some: silences(some, rate)[0], None),
        ("silence_behind", lambda some: silences(some, rate)[1], None),
    ):
        value, there = float(function(samples)), float(function(real))
        yield Measurement(name, value, real=there, lower_is_better=lower, protocol=protocol)


def rms(waveforms):
    """The root mean square of each waveform `[N, samples]`, `[N]`."""
    return np.sqrt(np.mean(np.square(waveforms, dtype=np.float64), axis=1))


def silences(waveforms, rate):
    """Mean seconds before the first and behind the last sample above a hundredth of each one's loudest."""
    loud = np.abs(waveforms) > files.SILENT * np.abs(waveforms).max(axis=1, keepdims=True)
    some = loud.any(axis=1)
    size = waveforms.shape[1]
    before = np.where(some, loud.argmax(axis=1), size)
    behind = np.where(some, loud[:, ::-1].argmax(axis=1), size)
    return float(before.mean() / rate), float(behind.mean() / rate)


def _in_unit_range(stored):
    return np.asarray(stored, np.float32) / np.float32(files.FULL_SCALE)
