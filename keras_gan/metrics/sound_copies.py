"""Copies: how near sounds lie to the nearest one they were learned from, beside how near real ones do to each other."""

import numpy as np

from keras_gan.metrics.neighbours import nearest
from keras_gan.metrics.subject import Measurement
from keras_gan.modalities.sound import analysis, files
from keras_gan.modalities.sound.analysis import Analysis
from keras_gan.randomness import random_rows
from keras_gan.registry import Score

SCORE = Score(
    "sound-copies",
    about="share of sounds that are copies of training sounds, and how far from them the median is; lower, higher",
    lower_is_better=True,
    needs=("real",),
    of=("sound", "sound.spectrogram"),
    usual=("samples",),
)
COPY = 0.5  # of the usual distance of a real sound to the nearest other one, below which it is a copy
MOST = 5000  # real sounds
BANDS, FRAMES_TOGETHER = 32, 2


def measure(subject):
    """Yields `sound_copies`, and `nearest_training_sound`, the median distance in usual ones, of a `Subject`."""
    column, rate = subject.real["real"], subject.field.rate
    real = seen(column[random_rows(len(column), MOST)], rate)
    usual = _usual(real)
    _, distances = nearest(seen(subject.samples, rate), real)
    counts = {"samples": len(distances), "real_sounds": len(real)}
    protocol = {**subject.protocol, **counts, "seen_in": f"{BANDS} mel bands"}
    yield Measurement("sound_copies", float(np.mean(distances < COPY * usual)), real=0.0, protocol=protocol)
    ratio = float(np.median(distances) / max(usual, 1e-12))
    yield Measurement("nearest_training_sound", ratio, real=1.0, lower_is_better=False, protocol=protocol)


def _usual(real):
    """The median distance of real sounds to the nearest other one."""
    distances = []
    for row in range(len(real)):
        away = np.linalg.norm(real - real[row], axis=1)
        away[row] = np.inf
        distances.append(away.min())
    return float(np.median(distances))


def seen(stored, rate):
    """Sounds of 16 bits `[N, samples]` as what distances are measured in: mel bands in dB, `[N, D]`."""
    waveforms = np.asarray(stored, np.float32) / np.float32(files.FULL_SCALE)
    block = FRAMES_TOGETHER * Analysis(rate, 0).hop
    samples = -(-waveforms.shape[1] // block) * block
    padded = np.pad(waveforms, [(0, 0), (0, samples - waveforms.shape[1])])
    levels = analysis.spectrograms(padded, Analysis(rate, samples, BANDS))
    return levels.reshape(len(levels), BANDS, -1, FRAMES_TOGETHER).mean(axis=3).reshape(len(levels), -1)
