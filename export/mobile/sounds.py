"""What `sample.py` needs to make WAV files of what a model of sounds gives; needs only numpy. Copy it beside that file.

    waveforms(values, field)    what a model gives as waveforms, by Griffin and Lim where these are spectrograms
    write(path, waveform, rate)

The rule from spectrograms to waveforms is specified in export/README.md.
"""

import math
import wave

import numpy as np

FRAME_SECONDS, OVERLAP = 0.032, 2
LOW, HIGH = -90.0, -30.0  # dB
ITERATIONS, MOMENTUM = 32, 0.99
PAUSE, SILENT = 0.15, 0.01
TINY = 1e-16
LEAST_RATE, MOST_RATE = 1000, 1_000_000  # Hz, of sounds that can be written


def waveforms(values, field, threefry, seeds):
    """float32 [N, samples] in [-1, 1].

    Args:
        values: float32 [N, …], as the model gives them.
        field: what `manifest.json` says of them, a dict: `kind`, `rate`, `samples` and perhaps `bands`.
        threefry: the function `threefry2x32` of sample.py.
        seeds: int64 [N], which decide where phases begin.

    Raises:
        ValueError: if the manifest says what cannot be of such values.
    """
    check(field, values.shape)
    if field["kind"] == "sound":
        return values
    form, made = Form(field), []
    for levels, seed in zip(values, seeds, strict=True):
        phases = form.phases(seed, threefry)
        made.append(np.clip(form.griffin_lim(form.magnitudes(levels[None]), phases), -1.0, 1.0))
    return np.concatenate(made)


def check(field, shape):
    """Raises `ValueError` unless a manifest's words fit values of a shape: `[N, samples]` or `[N, bands, frames]`."""
    rate, samples = field.get("rate"), field.get("samples")
    if type(rate) is not int or not LEAST_RATE <= rate <= MOST_RATE:
        raise ValueError("it says no rate that a sound can have")
    expected = (samples,)
    if field["kind"] != "sound":
        expected = (field.get("bands"), samples // hop_of(rate) if type(samples) is int else None)
    if shape[1:] != expected:
        raise ValueError(f"it speaks of sounds of another length than those of {shape[1:]} numbers")


def hop_of(rate):
    """Samples from one frame to the next."""
    return 2 ** round(math.log2(FRAME_SECONDS * rate)) // OVERLAP


class Form:
    """How sounds are cut into frames and bands."""

    def __init__(self, field):
        self.samples, rate, bands = field["samples"], field["rate"], field["bands"]
        self.size = 2 ** round(math.log2(FRAME_SECONDS * rate))
        self.hop = self.size // OVERLAP
        self.frames, self.margin = self.samples // self.hop, (self.size - self.hop) // 2
        self.window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(self.size) / self.size)
        self.power = np.maximum(self.overlapped(np.tile(self.window**2, (1, self.frames, 1))), TINY)
        self.inverse = np.linalg.pinv(mel_filters(rate, self.size, bands))

    def phases(self, seed, threefry):
        """Where they begin for a sound of a seed, [1, frames, size / 2 + 1]."""
        angles = portable_angles(seed, self.frames * (self.size // 2 + 1), threefry)
        return np.exp(1j * angles.reshape(1, self.frames, -1))

    def magnitudes(self, levels):
        """Spectra's magnitudes [N, frames, size / 2 + 1] of spectrograms [N, bands, frames] in [0, 1]."""
        floor = 10.0 ** (LOW / 20.0)
        bands = 10.0 ** ((levels.transpose(0, 2, 1).astype(np.float64) * (HIGH - LOW) + LOW) / 20.0) - floor
        return np.maximum(np.maximum(bands, 0.0) @ self.inverse.T, 0.0) * (self.window.sum() / 2.0)

    def griffin_lim(self, magnitudes, phases):
        """Waveforms float32 [N, samples] whose spectra have such magnitudes, as nearly as there are."""
        before, share = 0.0, MOMENTUM / (1.0 + MOMENTUM)
        for _ in range(ITERATIONS):
            spectra = self.spectra(self.synthesised(magnitudes * phases))
            ahead = spectra - share * before
            phases, before = ahead / (np.abs(ahead) + TINY), spectra
        whole = self.synthesised(magnitudes * phases)
        return whole[:, self.margin : self.margin + self.samples].astype(np.float32)

    def spectra(self, whole):
        blocks = whole.reshape(len(whole), -1, self.hop)
        parts = [blocks[:, start : start + self.frames] for start in range(OVERLAP)]
        return np.fft.rfft(np.concatenate(parts, axis=-1) * self.window)

    def synthesised(self, spectra):
        return self.overlapped(np.fft.irfft(spectra, self.size) * self.window) / self.power

    def overlapped(self, frames):
        blocks = np.zeros((len(frames), self.frames + OVERLAP - 1, self.hop))
        for start in range(OVERLAP):
            blocks[:, start : start + self.frames] += frames[..., start * self.hop : (start + 1) * self.hop]
        return blocks.reshape(len(frames), -1)


def portable_angles(seed, count, threefry):
    """Angles in [0, 2 pi) of a seed: the words of the counters (n // 2, 1)."""
    counters, bits = np.arange((count + 1) // 2, dtype=np.uint32), int(seed) % 2**64
    words = threefry((np.uint32([bits % 2**32]), np.uint32([bits // 2**32])), (counters, np.ones_like(counters)))
    return np.stack(words, axis=-1).reshape(-1)[:count].astype(np.float64) * (2.0 * math.pi * 2.0**-32)


def mel_filters(rate, size, bands):
    """Triangles of equal area at equal distances on Slaney's mel scale, [bands, size / 2 + 1]."""
    top = 15.0 + 27.0 * math.log(rate / 2000.0) / math.log(6.4) if rate > 2000 else rate * 3.0 / 400.0
    mel = np.linspace(0.0, top, bands + 2)
    edges = np.where(mel < 15.0, mel * 200.0 / 3.0, 1000.0 * np.exp(math.log(6.4) / 27.0 * (mel - 15.0)))
    bins, gaps = np.arange(size // 2 + 1) * rate / size, np.diff(edges)[:, None]
    triangles = np.minimum((bins - edges[:-2, None]) / gaps[:-1], (edges[2:, None] - bins) / gaps[1:])
    return np.maximum(0.0, triangles) * (2.0 / (edges[2:] - edges[:-2]))[:, None]


def joined(sounds, rate):
    """Sounds [N, samples] one after the other, without the silence at their ends: [M]."""
    parts = []
    for sound in sounds:
        loud = np.flatnonzero(np.abs(sound) > SILENT * np.abs(sound).max())
        parts += [sound[loud[0] : loud[-1] + 1] if len(loud) else sound[:1], np.zeros(round(PAUSE * rate))]
    return np.concatenate(parts[:-1])


def write(file, waveform, rate):
    """Writes a waveform in [-1, 1] as a WAV of 16 bits into an open binary file."""
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.rint(np.clip(waveform, -1.0, 1.0) * 32767.0).astype("<i2").tobytes())
