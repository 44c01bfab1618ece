"""The rule of memorisation, on figures made by hand."""

import numpy as np

from keras_gan.health.memorisation import memorisation


def test_memorisation():
    assert memorisation(500, np.full(64, 9.0), np.full(64, 10.0)) is None
    assert "20% as far" in memorisation(500, np.full(64, 2.0), np.full(64, 10.0)).saw
