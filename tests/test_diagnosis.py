"""The doctor's rules on figures made by hand."""

import numpy as np

from keras_gan import diagnosis

RNG = np.random.RandomState(0)


def test_not_finite_names_the_first_cause():
    assert diagnosis.not_finite(3, {"d_real": 1.0, "g_gradient": 2.0}) is None
    logs = {"d_loss": np.nan, "d_penalty": np.inf, "d_gradient": np.nan, "g_fake": np.nan, "g_loss": np.nan}
    finding = diagnosis.not_finite(40, logs)
    assert "step 40: the term d_penalty of the discriminator is inf" in finding.sentence
    assert "g_fake of the generator" in diagnosis.not_finite(40, {"g_loss": np.nan, "g_fake": np.nan}).sentence
    gradient = diagnosis.not_finite(1, {"g_fake": 1.0, "g_gradient": np.nan})
    assert "the gradient of the generator is nan" in gradient.sentence


def test_discriminator_too_strong():
    sure, often = np.full(100, 0.995), np.full(100, 0.9)
    assert diagnosis.discriminator_too_strong(500, sure, often, np.ones(500)) is None
    finding = diagnosis.discriminator_too_strong(500, sure, sure, np.r_[np.ones(400), np.full(100, 1e-5)])
    assert "99.5% of all images right" in finding.saw
    assert "1e-05 of what it was" in finding.saw
    assert "gradient" not in diagnosis.discriminator_too_strong(500, sure, sure, np.ones(500)).saw


def test_discriminator_too_weak():
    guesses, stalled = (np.full(100, 0.3), np.full(100, 0.72)), [0.9, 0.5, 0.51, 0.52, 0.5, 0.53]
    finding = diagnosis.discriminator_too_weak(500, *guesses, stalled)
    assert "51% of all images right, which is guessing" in finding.saw
    assert diagnosis.discriminator_too_weak(500, np.full(100, 0.7), np.full(100, 0.65), stalled) is None
    improving = [0.9, 0.5, 0.51, 0.48, 0.5, 0.53]
    assert diagnosis.discriminator_too_weak(500, *guesses, improving) is None
    assert diagnosis.discriminator_too_weak(500, *guesses, stalled[:4]) is None  # too early to tell
    looks_real = [0.04 * distance for distance in stalled]
    assert diagnosis.discriminator_too_weak(500, *guesses, looks_real) is None


def test_collapse():
    good, same = {"pixels": 0.95, "features": 0.9}, {"pixels": 0.01, "features": 0.02}
    assert diagnosis.collapse(500, good, True, most=0.9) is None
    assert diagnosis.collapse(5, same, False, most=0.01) is None  # an untrained generator hardly varies
    assert diagnosis.collapse(5, {"pixels": 1e-4, "features": 5e-5}, False, most=1e-4) is None
    assert diagnosis.collapse(5, {"pixels": 0.0, "features": 0.0}, False, most=0.0).signal == "collapse"
    assert diagnosis.collapse(90, same, False, most=0.8).signal == "collapse"
    assert diagnosis.collapse(500, same, True, most=0.01).signal == "collapse"
    partial = diagnosis.collapse(500, {**good, "class 3": 0.2, "class 7": 0.4}, True, most=0.9)
    assert partial.signal == "partial_collapse"
    assert "class 3 20%, class 7 40%" in partial.saw
    assert diagnosis.collapse(5, {**good, "class 3": 0.2}, False, most=0.9) is None


def test_oscillation():
    steps = np.arange(600)
    noise = RNG.normal(size=600)
    for healthy in (noise, np.cumsum(noise), noise + 0.01 * steps, np.ones(600), noise[:40]):
        assert diagnosis.oscillation(700, healthy) is None
    for period in (12, 40, 150):
        finding = diagnosis.oscillation(700, 2.0 * np.sin(2 * np.pi * steps / period) + 0.5 * noise)
        assert finding is not None, period
        assert abs(int(finding.saw.split()[-2]) - period) <= 0.1 * period + 1


def test_discriminator_overfits():
    spread = np.linspace(-1.0, 1.0, 200)  # of standard error 0.04
    assert diagnosis.discriminator_overfits(500, 2.0 + spread, 1.5 + spread, -2.0 + spread) is None
    assert diagnosis.discriminator_overfits(500, -1.0 + spread, -3.0 + spread, 1.0 + spread) is None
    found = diagnosis.discriminator_overfits(500, 2.0 + spread, -1.0 + spread, -2.0 + spread)
    assert "75% of the way down" in found.saw


def test_chance_is_no_overfitting():
    # Fakes are nearly as good as real images, and the two sets of real images differ by chance.
    spread = np.linspace(-1.0, 1.0, 200)
    assert diagnosis.discriminator_overfits(500, 0.1 + spread, 0.0 + spread, 0.0 + spread) is None
    assert diagnosis.discriminator_overfits(500, 0.1 + 0.1 * spread, 0.1 * spread, 0.1 * spread) is not None


def test_memorisation():
    assert diagnosis.memorisation(500, np.full(64, 9.0), np.full(64, 10.0)) is None
    assert "20% as far" in diagnosis.memorisation(500, np.full(64, 2.0), np.full(64, 10.0)).saw


def test_finished():
    assert diagnosis.finished(9, [9.0, 8.0, 7.0], True, 3) is None
    assert diagnosis.finished(9, [9.0, 5.0, 7.0, 6.0, 4.0], True, 3) is None
    assert diagnosis.finished(9, [9.0, 5.0, 7.0, 6.0, 4.99], True, 3).signal == "finished"
    assert diagnosis.finished(9, [1.0, 5.0, 2.0, 3.0, 4.0], False, 3).signal == "finished"
    assert diagnosis.finished(9, [1.0, 2.0, 3.0, 4.0, 5.0], False, 3) is None


def test_strayed():
    assert diagnosis.strayed(9, [0.4]) is None
    assert diagnosis.strayed(9, [0.4, 0.1, 0.149]) is None
    assert "is 0.16, and was 0.1 before" in diagnosis.strayed(9, [0.4, 0.1, 0.16]).saw
