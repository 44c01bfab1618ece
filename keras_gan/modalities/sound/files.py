"""WAV files of one channel and 16 bits, and several sounds as one."""

import wave

import numpy as np

FULL_SCALE = 32767.0
PAUSE = 0.15  # seconds between sounds that are joined
SILENT = 0.01  # below this share of the loudest sample, ends are left out where sounds are joined


def to_int16(waveforms):
    """Waveforms in [-1, 1] as 16 bits."""
    return np.rint(np.clip(np.nan_to_num(waveforms), -1.0, 1.0) * FULL_SCALE).astype(np.int16)


def write(file, waveform, rate):
    """Writes a waveform `[samples]` in [-1, 1] into an open binary file."""
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(to_int16(waveform).astype("<i2").tobytes())


def read(file):
    """The waveform, float32 `[samples]` in [-1, 1], in an open binary file that `write` has written."""
    with wave.open(file, "rb") as given:
        return np.frombuffer(given.readframes(given.getnframes()), "<i2").astype(np.float32) / np.float32(FULL_SCALE)


def joined(waveforms, rate, pause=PAUSE):
    """Sounds `[N, samples]` one after the other, without the silence at their ends: `[M]`.

    Args:
        pause: seconds between them.
    """
    silence = np.zeros(round(pause * rate), np.float32)
    parts = [part for waveform in waveforms for part in (without_ends(waveform), silence)]
    return np.concatenate(parts[:-1])


def without_ends(waveform, share=SILENT):
    """A waveform without what is quieter than so much of its loudest sample before and behind it; at least a sample."""
    loud = np.flatnonzero(np.abs(waveform) > share * np.abs(waveform).max())
    return waveform[loud[0] : loud[-1] + 1] if len(loud) else waveform[:1]
