"""Data sets of sounds: their fields and columns from arrays, and clips brought to one length."""

from math import gcd

import numpy as np

from keras_gan.data.dataset import Dataset
from keras_gan.modalities.label import Label
from keras_gan.modalities.sound import Waveform
from keras_gan.modalities.sound.files import to_int16, without_ends

PEAK = 0.8  # of full scale, the loudest sample of every clip
MARGIN = 0.01  # seconds before the first loud sample of a clip


def sound_dataset(name, waveforms, rate, labels=None, class_names=(), provenance="", treatment="", passed_over=None):
    """A `Dataset` of sounds.

    Args:
        name, provenance, treatment, passed_over: as there.
        waveforms: int16 `[N, samples]`, the column `real`.
        rate: samples a second.
        labels: int32 `[N]`, the column `label`, or None.
        class_names: one name per class.
    """
    columns, fields = {"real": waveforms}, {"real": Waveform(waveforms.shape[1], rate)}
    if labels is not None:
        columns["label"], fields["label"] = labels, Label(len(class_names), tuple(class_names))
    return Dataset(name, fields, columns, (tuple(columns),), provenance, treatment, passed_over=passed_over or {})


def clip(waveform, samples, rate):
    """A waveform as training sees it, int16 `[samples]`: without the silence at its ends, cut or followed by silence.

    Its loudest sample is at `PEAK`.
    """
    heard = without_ends(waveform)
    room = max(0, min(round(MARGIN * rate), samples - len(heard)))
    heard = heard[: samples - room]
    found = np.zeros(samples, np.float32)
    found[room : room + len(heard)] = faded(heard, rate) * (PEAK / np.abs(heard).max())
    return to_int16(found)


def faded(waveform, rate, seconds=0.004):
    """A waveform whose ends come from silence and go there, so that they do not click."""
    count = min(round(seconds * rate), len(waveform) // 2)
    slope = np.linspace(0.0, 1.0, count, endpoint=False, dtype=np.float32)
    shape = np.ones(len(waveform), np.float32)
    shape[:count], shape[len(waveform) - count :] = slope, slope[::-1]
    return waveform * shape


def resampled(waveform, rate, wanted):
    """A waveform of one rate at another, by a polyphase filter."""
    if rate == wanted:
        return waveform
    from scipy.signal import resample_poly

    common = gcd(rate, wanted)
    return resample_poly(waveform, wanted // common, rate // common).astype(np.float32)
