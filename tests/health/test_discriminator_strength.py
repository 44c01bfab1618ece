"""The rules of how strong a discriminator is, on figures made by hand."""

import numpy as np

from keras_gan.health.discriminator_strength import discriminator_too_strong, discriminator_too_weak


def test_discriminator_too_strong():
    sure, often = np.full(100, 0.995), np.full(100, 0.9)
    assert discriminator_too_strong(500, sure, often, np.ones(500)) is None
    finding = discriminator_too_strong(500, sure, sure, np.r_[np.ones(400), np.full(100, 1e-5)])
    assert "99.5% of all examples right" in finding.saw
    assert "1e-05 of what it was" in finding.saw
    assert "gradient" not in discriminator_too_strong(500, sure, sure, np.ones(500)).saw


def test_several_replicas_log_no_gradients():
    sure = np.full(100, 0.995)
    assert "gradient" not in discriminator_too_strong(500, sure, sure, np.array([])).saw


def test_discriminator_too_weak():
    guesses, stalled = (np.full(100, 0.3), np.full(100, 0.72)), [0.9, 0.5, 0.51, 0.52, 0.5, 0.53]
    finding = discriminator_too_weak(500, *guesses, stalled)
    assert "51% of all examples right, which is guessing" in finding.saw
    assert discriminator_too_weak(500, np.full(100, 0.7), np.full(100, 0.65), stalled) is None
    improving = [0.9, 0.5, 0.51, 0.48, 0.5, 0.53]
    assert discriminator_too_weak(500, *guesses, improving) is None
    assert discriminator_too_weak(500, *guesses, stalled[:4]) is None  # too early to tell
    looks_real = [0.04 * distance for distance in stalled]
    assert discriminator_too_weak(500, *guesses, looks_real) is None
