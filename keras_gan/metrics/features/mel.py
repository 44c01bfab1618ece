"""Mel: how strong each band is, how much it varies in time and how fast, for any sounds."""

import numpy as np

from keras_gan.metrics.features.network import FeatureNetwork
from keras_gan.modalities.sound import analysis, files
from keras_gan.modalities.sound.analysis import Analysis
from keras_gan.registry import Extractor

EXTRACTOR = Extractor("mel", about="means and changes of mel bands, of any sounds", of=("sound", "sound.spectrogram"))
BANDS, PARTS, RATE = 32, 8, 8000  # bands, parts of the time, and Hz where nobody knows it


def load(options):
    """The extractor; it has nothing to load."""
    rate = getattr(options.field, "rate", RATE)

    def look(stored):
        waveforms = np.asarray(stored, np.float32) / np.float32(files.FULL_SCALE)
        hop = Analysis(rate, 0).hop
        samples = -(-waveforms.shape[1] // (PARTS * hop)) * PARTS * hop
        padded = np.pad(waveforms, [(0, 0), (0, samples - waveforms.shape[1])])
        return features(analysis.spectrograms(padded, Analysis(rate, samples, BANDS))), None

    return FeatureNetwork(EXTRACTOR.name, "none", "none", look)


def features(levels):
    """float32 `[N, bands * (PARTS + 2)]` of spectrograms `[N, bands, frames]`: means of parts of the time, the
    deviation of each band, and its mean step from frame to frame."""
    parts = levels.reshape(*levels.shape[:2], PARTS, -1).mean(axis=3)
    spread, steps = levels.std(axis=2), np.abs(np.diff(levels, axis=2)).mean(axis=2)
    return np.concatenate([parts.reshape(len(levels), -1), spread, steps], axis=1).astype(np.float32)
