"""Spectra: the strengths of the lowest frequencies of curves."""

import numpy as np

from keras_gan.registry import Extractor

EXTRACTOR = Extractor("spectrum", about="strengths of the 16 lowest frequencies", of=("curve",))
FREQUENCIES = 16


def spectrum(curves):
    """float32 `[N, 16]` of curves `[N, points]`."""
    return np.abs(np.fft.rfft(curves, axis=1))[:, :FREQUENCIES].astype(np.float32)
