"""Overfitting: the discriminator knows its training examples by heart."""

import numpy as np

from keras_gan.health.finding import EXAMPLES, NOTHING, Finding, advice
from keras_gan.health.probe import Probe
from keras_gan.randomness import random_rows

MOST_SCORED = 256  # real examples whose scores are compared, trained on and held out
SIGNIFICANT = 3.0  # standard errors that a difference of two means must have to count
OVERFITTED = 0.6  # ADA's target for its own heuristic (arXiv 2006.06676, section 3.1)


def discriminator_overfits(step, train, held_out, fakes, words=EXAMPLES, setup=NOTHING):
    """Says so if held-out real examples look more like fakes than like training examples to the discriminator.

    ADA's heuristic r_v = (E[D_train] - E[D_held_out]) / (E[D_train] - E[D_fake]) (arXiv 2006.06676, equation 1): 0
    where training examples are nothing special, 1 where held-out ones are taken for fakes.

    Args:
        train: scores of training examples, an array.
        held_out: scores of real examples that the training does not see.
        fakes: scores of samples.
    """
    gap, fall = np.mean(train) - np.mean(fakes), np.mean(train) - np.mean(held_out)
    # Where fakes are hardly told from real examples the ratio is one of two small numbers, and means nothing.
    chance = SIGNIFICANT * np.sqrt(np.var(train) / len(train) + np.var(held_out) / len(held_out))
    if gap <= 0 or fall - chance < OVERFITTED * gap:
        return None
    ratio = fall / gap
    return Finding(
        "discriminator_overfits",
        step,
        f"the discriminator ranks real {words.many} it was not trained on {min(ratio, 1):.0%} of the way down to fakes",
        f"it knows its training {words.many} by heart, and what it tells the generator is less and less about "
        f"{words.many} as such.",
        advice(setup.augmentation("use --augment diffaugment or ada"), f"use more {words.many}", "stop here"),
    )


class _Overfitting(Probe):
    """Has the discriminator score training examples, held-out ones and samples."""

    signals = ("discriminator_overfits",)

    def look(self, examination):
        examiner = examination.examiner
        data = examiner.train, examiner.held_out
        train, held_out = (examiner.scores_of(each, random_rows(len(each), MOST_SCORED)) for each in data)
        yield discriminator_overfits(
            examination.step, train, held_out, examination.scores, examination.words, examination.setup
        )

    def obstacles(self, examiner):
        reason = None
        if examiner.held_out is None:
            reason = f"the data set has no {examiner.words.many} that the training does not see"
        elif not _gives_scores(examiner.model):
            reason = "this variant's discriminator gives more than a score"
        elif not set(examiner.conditions) <= set(examiner.train.columns):
            reason = "this variant's discriminator is given more than the data set has"
        return {"discriminator_overfits": reason} if reason else {}


def _gives_scores(model):
    """Whether the discriminator says of each example one number and nothing else."""
    said = model.discriminator.output
    return not isinstance(said, (list, tuple, dict)) and said.shape[1:] == (1,)


PROBE = _Overfitting()
