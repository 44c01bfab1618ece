"""The rule of oscillation, on figures made by hand."""

import numpy as np

from keras_gan.health.oscillation import oscillation

RNG = np.random.RandomState(0)


def test_oscillation():
    steps = np.arange(600)
    noise = RNG.normal(size=600)
    for healthy in (noise, np.cumsum(noise), noise + 0.01 * steps, np.ones(600), noise[:40]):
        assert oscillation(700, healthy) is None
    slow_start = 2.0 * np.sin(2 * np.pi * steps / 68) * (steps < 230)
    assert oscillation(700, slow_start + 0.5 * noise) is None
    for period in (12, 40, 150):
        finding = oscillation(700, 2.0 * np.sin(2 * np.pi * steps / period) + 0.5 * noise)
        assert finding is not None, period
        assert abs(int(finding.saw.split()[-2]) - period) <= 0.1 * period + 1
