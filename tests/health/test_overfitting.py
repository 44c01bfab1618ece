"""The rule of a discriminator that overfits, on figures made by hand."""

import numpy as np

from keras_gan.health.overfitting import discriminator_overfits


def test_discriminator_overfits():
    spread = np.linspace(-1.0, 1.0, 200)  # of standard error 0.04
    assert discriminator_overfits(500, 2.0 + spread, 1.5 + spread, -2.0 + spread) is None
    assert discriminator_overfits(500, -1.0 + spread, -3.0 + spread, 1.0 + spread) is None
    found = discriminator_overfits(500, 2.0 + spread, -1.0 + spread, -2.0 + spread)
    assert "75% of the way down" in found.saw


def test_chance_is_no_overfitting():
    # Fakes are nearly as good as real images, and the two sets of real images differ by chance.
    spread = np.linspace(-1.0, 1.0, 200)
    assert discriminator_overfits(500, 0.1 + spread, 0.0 + spread, 0.0 + spread) is None
    assert discriminator_overfits(500, 0.1 + 0.1 * spread, 0.1 * spread, 0.1 * spread) is not None
