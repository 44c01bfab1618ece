"""What the scores of a run say, one after the other: it is finished, or it strays. Asked by whoever measures them."""

import numpy as np

from keras_gan.health.finding import EXAMPLES, Finding

STRAYED = 1.5  # L1 of held-out examples over the smallest so far: noise and an adversary change it by a tenth


def finished(step, values, lower_is_better, patience):
    """Says so if the deciding score has not improved for `patience` evaluations.

    Args:
        values: the scores so far, oldest first.
    """
    if len(values) <= patience:
        return None
    signed = np.asarray(values) if lower_is_better else -np.asarray(values)
    before, since = signed[:-patience].min(), signed[-patience:].min()
    if since < before - 0.01 * abs(before):
        return None
    return Finding(
        "finished",
        step,
        f"the score has not improved for {patience} evaluations",
        "more steps of this run are unlikely to help.",
        "Export the best checkpoint, which is kept, or change something: augmentation, width, variant.",
    )


def strayed(step, values, words=EXAMPLES):
    """Says so if the L1 of held-out examples has become far larger than it was.

    Args:
        values: mean absolute differences at the outer edge so far, oldest first.
    """
    if len(values) < 2 or values[-1] <= STRAYED * min(values):
        return None
    return Finding(
        "strayed",
        step,
        f"the L1 of held-out {words.many} is {values[-1]:.3g}, and was {min(values):.3g} before",
        "the generator's updates have become too large, and it diverges.",
        "Export an earlier checkpoint, and train with a smaller --model.generator-learning-rate.",
    )
