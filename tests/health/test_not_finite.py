"""The rule of what is no longer a number, on figures made by hand."""

import numpy as np

from keras_gan.health.not_finite import not_finite


def test_not_finite_names_the_first_cause():
    assert not_finite(3, {"d_real": 1.0, "g_gradient": 2.0}) is None
    logs = {"d_loss": np.nan, "d_penalty": np.inf, "d_gradient": np.nan, "g_fake": np.nan, "g_loss": np.nan}
    finding = not_finite(40, logs)
    assert "step 40: the term d_penalty of the discriminator is inf" in finding.sentence
    assert "g_fake of the generator" in not_finite(40, {"g_loss": np.nan, "g_fake": np.nan}).sentence
    gradient = not_finite(1, {"g_fake": 1.0, "g_gradient": np.nan})
    assert "the gradient of the generator is nan" in gradient.sentence
