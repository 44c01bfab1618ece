"""Adversarial objectives: pairs of pure functions over discriminator scores.

Both functions take `real_scores` and `fake_scores` by keyword, of any shape `[B, …]` (a PatchGAN's map is as
good as a column), unbounded, higher meaning "more real". Each returns its terms by name, unreduced, in the
scores' shape; the model averages every term over the batch and adds the terms up.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from keras import ops


@dataclass(frozen=True)
class Objective:
    """What the discriminator minimises and what the generator minimises.

    Attributes:
        discriminator: `(*, real_scores, fake_scores) -> {name: tensor}`.
        generator: `(*, real_scores, fake_scores) -> {name: tensor}`; `real_scores` is None unless
            `generator_needs_real` is set, so that no one pays for scores that are not read.
        generator_needs_real: whether the generator's loss reads the real scores (relativistic losses do).
    """

    discriminator: Callable
    generator: Callable
    generator_needs_real: bool = False


def _logistic_discriminator(*, real_scores, fake_scores):
    return {"d_real": ops.softplus(-real_scores), "d_fake": ops.softplus(fake_scores)}


def _non_saturating_generator(*, real_scores, fake_scores):
    return {"g_fake": ops.softplus(-fake_scores)}


def _saturating_generator(*, real_scores, fake_scores):
    return {"g_fake": -ops.softplus(fake_scores)}


NON_SATURATING = Objective(_logistic_discriminator, _non_saturating_generator)
"""Goodfellow et al. 2014 (arXiv 1406.2661), the non-saturating form of section 3, on logits s:

D minimises -log sigmoid(s_real) - log(1 - sigmoid(s_fake)); G minimises -log sigmoid(s_fake).
With softplus(x) = log(1 + e^x) these are softplus(-s_real) + softplus(s_fake), and softplus(-s_fake).
"""

MINIMAX = Objective(_logistic_discriminator, _saturating_generator)
"""Goodfellow et al. 2014, equation 1: D as above; G minimises log(1 - sigmoid(s_fake)) = -softplus(s_fake).

Its gradient vanishes where the discriminator is sure of a fake, which is why the other form is the usual one.
"""


def halved(objective):
    """The same objective with half the discriminator's terms: it then learns more slowly, relative to the generator."""

    def discriminator(**scores):
        return {name: term / 2.0 for name, term in objective.discriminator(**scores).items()}

    return dataclasses.replace(objective, discriminator=discriminator)


def least_squares(a=0.0, b=1.0, c=1.0):
    """Mao et al. 2017 (arXiv 1611.04076), equation 2, with the paper's factors 1/2.

    D minimises (s_real - b)^2 / 2 + (s_fake - a)^2 / 2; G minimises (s_fake - c)^2 / 2.

    Args:
        a: what the discriminator wants for fakes.
        b: what it wants for real examples.
        c: what the generator wants the discriminator to say of fakes.
    """

    def discriminator(*, real_scores, fake_scores):
        return {"d_real": ops.square(real_scores - b) / 2, "d_fake": ops.square(fake_scores - a) / 2}

    def generator(*, real_scores, fake_scores):
        return {"g_fake": ops.square(fake_scores - c) / 2}

    return Objective(discriminator, generator)


def _wasserstein_discriminator(*, real_scores, fake_scores):
    return {"d_real": -real_scores, "d_fake": fake_scores}


def _mean_score_generator(*, real_scores, fake_scores):
    return {"g_fake": -fake_scores}


WASSERSTEIN = Objective(_wasserstein_discriminator, _mean_score_generator)
"""Arjovsky et al. 2017 (arXiv 1701.07875), equation 2: D minimises -s_real + s_fake; G minimises -s_fake.

An estimate of the Wasserstein distance, up to a factor, only if the discriminator (there: critic) is Lipschitz.
"""


def _hinge_discriminator(*, real_scores, fake_scores):
    return {"d_real": ops.relu(1.0 - real_scores), "d_fake": ops.relu(1.0 + fake_scores)}


HINGE = Objective(_hinge_discriminator, _mean_score_generator)
"""Miyato et al. 2018 (arXiv 1802.05957), equations 16 and 17:

D minimises max(0, 1 - s_real) + max(0, 1 + s_fake); G minimises -s_fake.
"""


def _relativistic_discriminator(*, real_scores, fake_scores):
    return {"d_relative": ops.softplus(fake_scores - real_scores)}


def _relativistic_generator(*, real_scores, fake_scores):
    return {"g_relative": ops.softplus(real_scores - fake_scores)}


RELATIVISTIC = Objective(_relativistic_discriminator, _relativistic_generator, generator_needs_real=True)
"""The relativistic pairing loss with f(t) = -log(1 + e^-t), as in R3GAN (arXiv 2501.05441), equation 2:

D minimises softplus(s_fake - s_real), G softplus(s_real - s_fake), over pairs of one real example and one fake.
"""
