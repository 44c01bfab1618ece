"""Advice: nobody is told to take what the run has already."""

import itertools

import numpy as np
import pytest

from keras_gan.health.collapse import collapse
from keras_gan.health.discriminator_strength import discriminator_too_strong, discriminator_too_weak
from keras_gan.health.finding import SMOOTH, Setup, setup_of
from keras_gan.health.memorisation import memorisation
from keras_gan.health.not_finite import not_finite
from keras_gan.health.oscillation import oscillation
from keras_gan.health.overfitting import discriminator_overfits


def all_advice(setup):
    """What each rule advises in a run that suffers from everything."""
    sure, guesses, spread = np.full(100, 0.995), np.full(100, 0.5), np.linspace(-1.0, 1.0, 200)
    swing = np.sin(2 * np.pi * np.arange(600) / 40)
    given = {"setup": setup}
    findings = [
        collapse(1000, {"values": 0.01}, True, 0.9, **given),
        collapse(1000, {"values": 0.3}, True, 0.9, **given),
        discriminator_too_strong(1000, sure, sure, np.ones(500), **given),
        discriminator_too_weak(1000, guesses, guesses, [0.9, 0.5, 0.51, 0.52, 0.5, 0.53], **given),
        discriminator_overfits(1000, 2.0 + spread, -1.0 + spread, -2.0 + spread, **given),
        memorisation(1000, np.full(64, 1.0), np.full(64, 10.0), **given),
        oscillation(1000, swing, **given),
        not_finite(1000, {"d_loss": np.nan}, **given),
    ]
    return [finding.helps for finding in findings]


@pytest.mark.parametrize(("variant", "augments", "draws"), itertools.product(("dcgan", *SMOOTH), (False, True), (0, 1)))
def test_nothing_is_advised_that_is_there(variant, augments, draws):
    said = all_advice(Setup(variant, augments, bool(draws), variant in SMOOTH))
    assert not any(variant in text for text in said)
    assert any("--augment" in text for text in said) != augments
    assert any("use a gradient penalty" in text.lower() for text in said) == (variant == "dcgan")
    assert any(name in text for text in said for name in SMOOTH) == bool(draws)
    assert all(text[0].isupper() and text.endswith(".") and ", or ." not in text for text in said)


@pytest.mark.parametrize(("name", "has_penalty"), [("dcgan", False), ("dragan", True), ("sngan", True)])
def test_a_setup_is_read_off_the_model(name, has_penalty, make_model):
    assert setup_of(make_model(name, compiled=False)) == Setup(name, False, True, has_penalty)
    augmented = setup_of(make_model(name, compiled=False, augment="diffaugment"))
    assert augmented.augments
    assert not setup_of(make_model("pix2pix", compiled=False)).draws
