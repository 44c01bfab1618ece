"""Spectra: the strengths of the lowest frequencies of curves."""

import numpy as np

from keras_gan.metrics.features import FeatureNetwork
from keras_gan.registry import Extractor

EXTRACTOR = Extractor("spectrum", about="strengths of the 16 lowest frequencies", of=("curve",))
FREQUENCIES = 16


def load(_options):
    """The extractor; it has nothing to load."""
    return FeatureNetwork(EXTRACTOR.name, "none", "none", lambda curves: (spectrum(curves), None))


def spectrum(curves):
    """float32 `[N, 16]` of curves `[N, points]`."""
    return np.abs(np.fft.rfft(curves, axis=1))[:, :FREQUENCIES].astype(np.float32)
