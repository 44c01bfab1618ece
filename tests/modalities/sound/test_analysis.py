"""Spectrograms and back: librosa's numbers, and the same of arrays and of tensors."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.modalities.sound import analysis
from keras_gan.modalities.sound.analysis import Analysis, mel_filters

HOW = Analysis(8000, 2048, 40)


@pytest.fixture(scope="module")
def waveforms():
    """Two sounds that are not alike: a tone that rises, and one with noise, louder at its end."""
    time = np.arange(HOW.samples) / HOW.rate
    rng = np.random.default_rng(0)
    rising = 0.6 * np.sin(2 * np.pi * (300 + 900 * time) * time)
    noisy = (0.3 * np.sin(2 * np.pi * 1234 * time) + 0.1 * rng.normal(size=len(time))) * time / time[-1]
    return np.stack([rising, noisy]).astype(np.float32)


def padded(waveform):
    return np.pad(waveform, HOW.margin)


@pytest.mark.parametrize(("rate", "size", "bands"), [(8000, 256, 64), (16000, 512, 80), (44100, 1024, 128)])
def test_bands_are_librosas(rate, size, bands):
    librosa = pytest.importorskip("librosa")
    expected = librosa.filters.mel(sr=rate, n_fft=size, n_mels=bands)
    np.testing.assert_allclose(mel_filters(rate, size, bands), expected, atol=1e-7)


def test_spectra_are_librosas(waveforms):
    librosa = pytest.importorskip("librosa")
    for waveform, spectra in zip(waveforms, analysis.stft(waveforms, HOW), strict=True):
        expected = librosa.stft(padded(waveform), n_fft=HOW.size, hop_length=HOW.hop, center=False)
        np.testing.assert_allclose(spectra.T, expected, atol=1e-4)
        back = librosa.istft(expected, hop_length=HOW.hop, n_fft=HOW.size, center=False)
        np.testing.assert_allclose(back[HOW.margin :][: HOW.samples], waveform, atol=1e-5)


@pytest.mark.parametrize("momentum", [0.0, 0.99])
def test_griffin_and_lim_are_librosas(waveforms, momentum):
    librosa = pytest.importorskip("librosa")
    magnitudes = np.abs(analysis.stft(waveforms, HOW))
    made = analysis.griffin_lim(magnitudes, np.ones((1, 1, 1), np.complex64), HOW, 8, momentum)
    for magnitude, one in zip(magnitudes, made, strict=True):
        options = {"hop_length": HOW.hop, "n_fft": HOW.size, "center": False, "momentum": momentum, "init": None}
        expected = librosa.griffinlim(magnitude.T, n_iter=8, **options)
        np.testing.assert_allclose(one, expected[HOW.margin :][: HOW.samples], atol=1e-4)


def test_mel_spectrograms_are_librosas(waveforms):
    librosa = pytest.importorskip("librosa")
    for waveform, levels in zip(waveforms, analysis.spectrograms(waveforms, HOW), strict=True):
        magnitude = np.abs(librosa.stft(padded(waveform), n_fft=HOW.size, hop_length=HOW.hop, center=False))
        bands = librosa.filters.mel(sr=HOW.rate, n_fft=HOW.size, n_mels=HOW.bands) @ magnitude / (HOW.size / 4)
        decibels = 20 * np.log10(bands + 10 ** (-90 / 20))
        np.testing.assert_allclose(levels, np.clip((decibels + 90) / 60, 0, 1), atol=1e-4)


def test_frames_that_overlap_give_the_waveform_back(waveforms):
    """Over every sample, at the ends, too, the windows sum to what they are divided by."""
    np.testing.assert_allclose(analysis.istft(analysis.stft(waveforms, HOW), HOW), waveforms, atol=1e-6)
    ones = np.ones((1, HOW.frames, HOW.size), np.float32) * HOW.window**2
    by_hand = np.zeros(HOW.samples + 2 * HOW.margin)
    for frame in range(HOW.frames):
        by_hand[frame * HOW.hop :][: HOW.size] += ones[0, frame]
    np.testing.assert_allclose(HOW.power, by_hand, rtol=1e-6)


def test_levels_tell_loudness_and_silence():
    silence = np.zeros((1, HOW.samples), np.float32)
    assert analysis.spectrograms(silence, HOW).max() == 0.0
    assert np.abs(analysis.waveforms_of(np.zeros((1, HOW.bands, HOW.frames), np.float32), HOW)).max() == 0.0
    time = np.arange(HOW.samples) / HOW.rate
    tone = np.sin(2 * np.pi * 1000 * time).astype(np.float32)[None]
    loud, soft = (analysis.spectrograms(factor * tone, HOW)[0, :, 8].max() for factor in (0.5, 0.05))
    assert loud - soft == pytest.approx(20 / 60, abs=6e-3)  # 20 dB of a range of 60, less what lies at its end
    row = analysis.spectrograms(tone, HOW)[0, :, 8].argmax()
    assert HOW.filters[row].argmax() * HOW.rate / HOW.size == pytest.approx(1000, abs=40)


def test_tensors_and_arrays_give_the_same(waveforms):
    levels = analysis.spectrograms(waveforms, HOW)
    np.testing.assert_allclose(analysis.spectrograms(tf.constant(waveforms), HOW), levels, atol=1e-5)
    made = analysis.waveforms_of(levels, HOW, iterations=4)
    traced = tf.function(lambda each: analysis.waveforms_of(each, HOW, iterations=4))
    np.testing.assert_allclose(traced(tf.constant(levels)), made, atol=1e-3)
    assert made.dtype == np.float32


def test_phases_are_those_of_the_seeds(waveforms):
    """Of arrays and of tensors; a seed sounds the same in any company, and two seeds do not."""
    levels = np.repeat(analysis.spectrograms(waveforms[:1], HOW), 3, axis=0)
    seeds = np.array([5, -(2**40), 5])
    first, other, again = made = analysis.waveforms_of(levels, HOW, iterations=2, seeds=seeds)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1
    traced = analysis.waveforms_of(tf.constant(levels), HOW, iterations=2, seeds=tf.constant(seeds))
    np.testing.assert_allclose(traced, made, atol=1e-3)


def test_what_is_heard_of_a_spectrogram_has_that_spectrogram(waveforms):
    levels = analysis.spectrograms(waveforms, HOW)
    heard = analysis.spectrograms(analysis.waveforms_of(levels, HOW), HOW)
    assert np.abs(heard - levels).mean() < 0.03
    assert np.corrcoef(heard.ravel(), levels.ravel())[0, 1] > 0.95


@pytest.mark.parametrize(
    ("seconds", "rate", "samples"), [(1.024, 8000, 8192), (1.0, 8000, 8192), (1.024, 16000, 16384)]
)
def test_lengths_are_whole_frames(seconds, rate, samples):
    assert analysis.whole_samples(seconds, rate) == samples
    how = Analysis(rate, samples)
    assert how.frames == 64
    assert how.size == 0.032 * rate
