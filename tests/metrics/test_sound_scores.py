"""Scores of sounds against numbers by hand."""

import numpy as np
import pytest

from keras_gan.metrics import entropy, features, fid_floor, loudness, sound_copies
from keras_gan.metrics.features import ExtractorOptions, FeatureNetwork
from keras_gan.metrics.features.network import Extracted
from keras_gan.metrics.reference import Reference
from keras_gan.metrics.statistics import gaussian
from keras_gan.metrics.subject import Subject
from keras_gan.modalities.sound import Waveform

FIELD = Waveform(8192, 8000)


def tones(pitches, peak=0.5, seconds=0.5, start=0.1):
    time, found = np.arange(8192) / 8000, np.zeros((len(pitches), 8192))
    heard = (time >= start) & (time < start + seconds)
    for row, pitch in enumerate(pitches):
        found[row, heard] = peak * np.sin(2 * np.pi * pitch * time[heard])
    return np.rint(found * 32767).astype(np.int16)


def values(score, **subject):
    subject = Subject(metrics=(), field=FIELD, **subject)
    return {each.name: each for each in score.measure(subject)}


def test_loudness_beside_real_sounds():
    real = np.concatenate([tones([300], peak) for peak in np.linspace(0.4, 0.6, 21)])
    samples = np.concatenate([tones([300, 500], 0.5), tones([300], 0.1), tones([300], 0.99999, start=0.3)])
    found = values(loudness, samples=samples, real={"real": real})
    assert found["loud_as_real"].value == 0.5
    assert found["loud_as_real"].real == pytest.approx(19 / 21)
    assert 0 < found["clipped"].value < 0.05
    assert found["clipped"].real == 0
    assert found["silence_before"].real == pytest.approx(0.1, abs=0.002)
    assert found["silence_before"].value == pytest.approx((3 * 0.1 + 0.3) / 4, abs=0.002)
    assert found["silence_behind"].real == pytest.approx(1.024 - 0.6, abs=0.002)


def test_copies_are_told_from_sounds_of_their_own():
    real = tones(np.geomspace(200, 3000, 24))
    found = values(sound_copies, samples=real[:6], real={"real": real})
    assert found["sound_copies"].value == 1.0
    assert found["nearest_training_sound"].value == pytest.approx(0.0, abs=1e-6)
    between = tones(np.sqrt(np.geomspace(200, 3000, 24)[:-1] * np.geomspace(200, 3000, 24)[1:]), start=0.15)
    found = values(sound_copies, samples=between, real={"real": real})
    assert found["sound_copies"].value == 0.0
    assert 0.5 < found["nearest_training_sound"].value < 1.5


def classified(samples, real=None):
    extractor = FeatureNetwork("ear", "none", "none", None, {"accuracy": 0.97}, is_classifier=True)
    logits = np.eye(4)[samples]
    reference = None
    if real is not None:
        seen = Extracted(np.asarray(real, float), np.eye(4)[np.arange(len(real)) % 4])
        reference = Reference(gaussian(seen.features), seen, {})
    return {
        "samples": logits,
        "extractor": extractor,
        "extracted": Extracted(logits, logits),
        "reference": reference,
    }


def test_entropy_of_classes_in_bits():
    found = values(entropy, **classified([0, 0, 1, 2], np.zeros((8, 2))))
    assert found["class_entropy[ear]"].value == 1.5
    assert found["class_entropy[ear]"].real == 2.0
    assert found["class_entropy[ear]"].protocol["accuracy_of_verdicts"] == 0.97
    assert values(entropy, **classified([3, 3, 3]))["class_entropy[ear]"].value == 0.0


def test_the_floor_of_fid_is_small_and_above_nothing():
    real = np.random.default_rng(0).normal(size=(400, 3))
    found = values(fid_floor, **classified([0, 1], real), real={"real": real})["fid_floor[ear]"]
    assert 0 < found.value < 0.2
    assert found.protocol["halves"] == [200, 200]


def test_mel_features_tell_bands_and_times():
    look = features.load("mel", ExtractorOptions(field=FIELD))
    low, high, late = look(np.concatenate([tones([300, 2500]), tones([300], start=0.5)])).features
    assert low.shape == (32 * 10,)
    assert np.abs(low - high).max() > 0.3
    assert np.abs(low - late).max() > 0.3
    np.testing.assert_array_equal(look(tones([300])).features[0], low)
