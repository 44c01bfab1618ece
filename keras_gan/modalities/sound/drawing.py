"""Spectrograms as pictures."""

import numpy as np

from keras_gan.modalities.image import Image

# From silence to full scale: dark blue over purple and orange to pale yellow, evenly brighter.
_COLOURS = np.array(
    [(0, 0, 8), (34, 12, 84), (107, 24, 110), (178, 50, 90), (232, 102, 43), (251, 176, 40), (252, 253, 191)],
    np.float32,
)


def coloured(levels):
    """Spectrograms `[N, bands, frames]` in [0, 1], low bands first, as pictures `[N, bands, frames, 3]`."""
    places = np.clip(np.nan_to_num(levels[:, ::-1]), 0.0, 1.0) * (len(_COLOURS) - 1)
    channels = [np.interp(places, np.arange(len(_COLOURS)), channel) for channel in _COLOURS.T]
    return np.stack(channels, axis=-1).astype(np.float32) / np.float32(255)


def sheet(levels, columns=None, titles=(), zoom=None):
    """A `Preview` of spectrograms `[N, bands, frames]` in a grid; the rest as of `Field.sheet`."""
    pictures = coloured(np.asarray(levels))
    return Image(*pictures.shape[1:]).sheet(pictures, columns, titles, zoom or 1)
