"""Adversarial objectives: pairs of pure functions over discriminator scores.

Both functions take `real_scores` and `fake_scores` by keyword, of any shape `[B, …]` (a PatchGAN's map is as
good as a column), unbounded, higher meaning "more real". Each returns its terms by name, unreduced, in the
scores' shape; the model averages every term over the batch and adds the terms up.
"""

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


def _non_saturating_discriminator(*, real_scores, fake_scores):
    return {"d_real": ops.softplus(-real_scores), "d_fake": ops.softplus(fake_scores)}


def _non_saturating_generator(*, real_scores, fake_scores):
    return {"g_fake": ops.softplus(-fake_scores)}


NON_SATURATING = Objective(_non_saturating_discriminator, _non_saturating_generator)
"""Goodfellow et al. 2014 (arXiv 1406.2661), the non-saturating form of section 3, on logits s:

D minimises -log sigmoid(s_real) - log(1 - sigmoid(s_fake)); G minimises -log sigmoid(s_fake).
With softplus(x) = log(1 + e^x) these are softplus(-s_real) + softplus(s_fake), and softplus(-s_fake).
"""
