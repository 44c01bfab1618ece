"""`tones`: the built-in data set of sounds, sung vowels and played notes that this program makes from a seed.

Five vowels are sung: a harmonic series with vibrato, shaped by the formants of the vowel, with a little breath. Five
instruments play notes: each has harmonics, an attack and a decay of its own. Pitches are those of a pentatonic scale,
so that any two sound well one after the other. Every sound is a pure function of `(split, index)`.
"""

import functools

import numpy as np

from keras_gan.data.sound_sets import clip, sound_dataset
from keras_gan.errors import UserError
from keras_gan.modalities.sound.analysis import whole_samples
from keras_gan.registry import Source

SOURCE = Source(gives=("sound", "sound.spectrogram"), tasks=("sample",))

SPLITS = {"train": 1000, "test": 200}
SEEDS = {"train": 0, "test": 1}
# Formants in Hz and their strengths (Peterson and Barney 1952, means of men and women, rounded).
VOWELS = {
    "ah": ((780, 1.0), (1150, 0.5), (2650, 0.10)),
    "eh": ((570, 1.0), (2000, 0.35), (2700, 0.20)),
    "ee": ((290, 1.0), (2500, 0.25), (3150, 0.20)),
    "oh": ((500, 1.0), (880, 0.40), (2600, 0.05)),
    "oo": ((330, 1.0), (800, 0.20), (2400, 0.03)),
}
# Strength of harmonic n, seconds of attack, seconds until an e-th is left (None: it is held), partials out of tune.
NOTES = {
    "flute": (lambda n: 0.25 ** (n - 1), 0.07, None, 0.0),
    "organ": (lambda n: np.where(np.isin(n, (1, 2, 3, 4, 6, 8)), 1.0 / np.sqrt(n), 0.0), 0.02, None, 0.0),
    "strings": (lambda n: 1.0 / n, 0.12, None, 0.0),
    "guitar": (lambda n: np.abs(np.sin(0.22 * np.pi * n)) / n, 0.004, 0.22, 0.0),
    "bell": (lambda n: 0.7 ** (n - 1), 0.002, 0.30, 0.06),
}
CLASS_NAMES = (*VOWELS, *NOTES)
PENTATONIC = np.array((0, 2, 4, 7, 9))
BANDWIDTH = 90.0  # Hz of a formant
HARMONICS = 32


def load(_rest, options, split="train", task="sample"):
    """Makes the sounds of a split; see `keras_gan.data.load`."""
    samples = whole_samples(options.seconds, options.rate)
    return sound_dataset(
        name=options.dataset,
        waveforms=_waveforms(split, samples, options.rate).copy(),
        rate=options.rate,
        labels=np.arange(SPLITS[split], dtype=np.int32) % len(CLASS_NAMES),
        class_names=CLASS_NAMES,
        provenance=f"sung vowels and played notes that this program makes, split {split}; free to use.",
        treatment=f"made at {options.rate} Hz, {samples / options.rate:.4g} s, all of them equally loud.",
    )


def has_test(_rest, options):
    """Whether there is a test split: always."""
    return True


def check_available(_rest, options):
    """Raises `UserError` for a rate at which vowels could not be told apart."""
    if options.rate < 6000:
        raise UserError(f"--dataset tones needs a --rate of at least 6000 Hz for its formants, got {options.rate}.")


@functools.lru_cache(maxsize=4)
def _waveforms(split, samples, rate):
    """int16 `[N, samples]`."""
    return np.stack([sound(split, index, samples, rate) for index in range(SPLITS[split])])


def sound(split, index, samples, rate):
    """The sound of an index, of the class `index mod 10`: int16 `[samples]`."""
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(index, spawn_key=(SEEDS[split],))))
    name = CLASS_NAMES[index % len(CLASS_NAMES)]
    seconds = samples / rate * rng.uniform(0.55, 0.9)
    time = np.arange(round(seconds * rate), dtype=np.float32) / np.float32(rate)
    made = _sung(VOWELS[name], time, rate, rng) if name in VOWELS else _played(NOTES[name], time, rate, rng)
    return clip(made.astype(np.float32), samples, rate)


def _pitch(rng, low, octaves):
    """A note of the pentatonic scale above a lowest one, in Hz."""
    note = rng.choice(PENTATONIC) + 12 * rng.integers(octaves)
    return low * 2.0 ** (note / 12.0)


def _sung(formants, time, rate, rng):
    pitch, size = _pitch(rng, 98.0, 1) * rng.choice((1.0, 2.0)), rng.uniform(0.94, 1.08)
    vibrato = 0.012 * np.sin(2 * np.pi * (rng.uniform(4.5, 6.0) * time + rng.random())) * np.minimum(1.0, time / 0.25)
    frequency = pitch * (1.0 + vibrato) * (1.0 - 0.03 * np.exp(-time / 0.05))
    numbers = np.arange(1, HARMONICS + 1)
    numbers = numbers[numbers * pitch * 1.05 < rate / 2]
    hertz = numbers * pitch
    strengths = sum(g / (1.0 + ((hertz - size * f) / BANDWIDTH) ** 2) for f, g in formants) + 0.01
    voice = _harmonics(frequency, strengths / np.sqrt(numbers), rate, rng)
    breath = rng.normal(size=len(time)) * 0.01 * np.abs(voice).max()
    return (voice + breath) * _envelope(time, 0.05, None, 0.09)


def _played(note, time, rate, rng):
    strength, attack, decay, detuned = note
    pitch = _pitch(rng, 196.0, 2)
    numbers = np.arange(1, 13)
    partials = numbers * (1.0 + detuned * (numbers - 1))  # a bell's are no harmonics
    kept = partials * pitch < rate / 2
    wave = np.zeros(len(time))
    for partial, number in zip(partials[kept], numbers[kept], strict=True):
        fading = 1.0 if decay is None else np.exp(-time * (0.6 + 0.4 * number) / decay)
        phase = 2 * np.pi * (partial * pitch * time + rng.random())
        wobble = 0.02 * np.sin(2 * np.pi * 5.0 * time) if decay is None else 0.0
        wave += strength(number) * fading * np.sin(phase + wobble * number)
    return wave * _envelope(time, attack * rng.uniform(0.8, 1.25), decay, 0.06)


def _harmonics(frequency, strengths, rate, rng):
    """A harmonic series whose pitch moves, by powers of one phasor."""
    turning = np.exp(2j * np.pi * (np.cumsum(frequency) / rate + rng.random())).astype(np.complex64)
    power, wave = np.ones_like(turning), np.zeros(len(turning))
    for strength in strengths:
        power = power * turning
        wave += strength * power.imag
    return wave


def _envelope(time, attack, decay, release):
    """From silence within the attack, and to silence within the release."""
    rest = time[-1] - time
    shape = np.minimum(1.0, time / attack) ** 0.7 * np.minimum(1.0, rest / release)
    return shape if decay else shape * (1.0 - 0.25 * time / time[-1])
