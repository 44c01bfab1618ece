"""Faults of sounds: silence, hum, and clipping."""

import numpy as np

from keras_gan.health.finding import Finding
from keras_gan.health.probe import Probe

LOOKED_AT = 64  # sounds
SILENT = 10.0 ** (-50.0 / 20.0)  # root mean square of full scale
MOST_SILENT, MOST_CLIPPED, MOST_HUMMING = 0.5, 0.001, 0.5  # shares of sounds, of samples, of sounds
FULL = 0.999
HUM = 0.8  # of a sound's energy in one narrow band, the same of all sounds
NARROW = 3  # bins of the spectrum of a whole sound, to both sides


def silence(step, share):
    """Says so if most sounds are silent; `share` is that of silent ones."""
    if share <= MOST_SILENT:
        return None
    return Finding(
        "silence",
        step,
        f"{share:.0%} of the sounds are silent (below -50 dB)",
        "the generator has learned the silence around sounds, and not yet, or no longer, the sounds.",
        "Wait for some hundred steps; then lower the learning rates, or give sounds a shorter length (--seconds).",
    )


def clipping(step, share, of_real):
    """Says so if more samples are at full scale than a thousandth, and than in real sounds."""
    if share <= max(MOST_CLIPPED, 2.0 * of_real):
        return None
    return Finding(
        "clipping",
        step,
        f"{share:.2%} of the samples of sounds are at full scale",
        "sounds are cut off at their peaks, which is heard as crackling.",
        "Lower the generator's learning rate, or go back to an earlier checkpoint.",
    )


def hum(step, share, hertz):
    """Says so if most sounds are one and the same tone; `share` is that of those, of `hertz`."""
    if share <= MOST_HUMMING:
        return None
    return Finding(
        "hum",
        step,
        f"{share:.0%} of the sounds are hardly more than one tone of {hertz:.0f} Hz, the same for all",
        "the generator hums: it makes a tone whatever it is given.",
        "Go back to an earlier checkpoint, and lower the learning rates or raise the gradient penalty.",
    )


def humming(waveforms, rate):
    """`(share of sounds that are one tone, the same for all; its frequency in Hz)` of waveforms `[N, samples]`."""
    power = np.abs(np.fft.rfft(waveforms * np.hanning(waveforms.shape[1]))) ** 2
    strongest = int(power.sum(axis=0).argmax())
    around = power[:, max(0, strongest - NARROW) : strongest + NARROW + 1].sum(axis=1)
    whole = power.sum(axis=1)
    share = float(np.mean((around > HUM * whole) & (whole > 0)))
    return share, strongest * rate / waveforms.shape[1]


class _SoundFaults(Probe):
    """Listens to what is made; of real sounds it knows how much they are clipped, and whether they hum, too."""

    signals = ("silence", "hum", "clipping")
    of = ("sound", "sound.spectrogram")
    certain = ("clipping",)

    def look(self, examination):
        field, step = examination.field, examination.step
        made = np.asarray(field.waveforms(examination.values[:LOOKED_AT]))
        column = examination.examiner.train.columns["real"]
        real = np.asarray(column[np.arange(min(LOOKED_AT, len(column)))], np.float32) / np.float32(32767)
        yield silence(step, float(np.mean(np.sqrt(np.mean(made**2, axis=1)) < SILENT)))
        share, hertz = humming(made, field.rate)
        yield hum(step, 0.0 if humming(real, field.rate)[0] > MOST_HUMMING else share, hertz)
        yield clipping(step, *(float(np.mean(np.abs(each) >= FULL)) for each in (made, real)))


PROBE = _SoundFaults()
