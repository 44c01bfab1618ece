"""Memorisation: some of what the generator makes are copies of training examples."""

import numpy as np

from keras_gan.health.finding import EXAMPLES, NOTHING, Finding, advice
from keras_gan.health.probe import Probe

COPIED = 0.5  # distance to the nearest training example, as a share of what is usual there, below which it is a copy
MANY = 0.1  # share of samples that are copies, beyond that of real examples, from which it is said
SIGNIFICANT = 3.0  # standard errors that this share must lie above that of real examples
LEAST = 8  # training examples, without which nothing is usual


def memorisation(
    step,
    sample_distances,
    held_out_distances,
    shown_in="samples/nearest.png",
    words=EXAMPLES,
    setup=NOTHING,
    usual=None,
):
    """Says so if many samples lie much nearer to a training example than other real examples do.

    A sample is a copy if it lies less than half as far from its nearest training example as is usual for real examples
    like it, which have not been trained on: where data are dense, as simple shapes are, all distances are small.

    Args:
        sample_distances: of each sample to its nearest training example, `[N]`.
        held_out_distances: of each of some real examples to its nearest other training example, `[M]`.
        shown_in: the file that shows the pairs.
        usual: what is usual, of the samples and of the held-out examples, a pair `([N], [M])`; default: the median of
            `held_out_distances` for all.
    """
    usual = usual or (np.median(held_out_distances),) * 2
    copies, alike = _is_copy(sample_distances, usual[0]), _is_copy(held_out_distances, usual[1])
    share, expected = float(copies.mean()), float(alike.mean())
    chance = SIGNIFICANT * np.sqrt(share * (1 - share) / len(copies) + expected * (1 - expected) / len(alike))
    if share - expected < max(MANY, chance):
        return None
    ratio = np.median((sample_distances / np.maximum(usual[0], 1e-12))[copies])
    return Finding(
        "memorisation",
        step,
        f"{share:.0%} of samples (of real {words.many} {expected:.0%}) are copies, which lie {ratio:.0%} as far from "
        f"their nearest training {words.one} as other real {words.many} do",
        f"the generator repeats its training {words.many}.",
        f"Look at the pairs in {shown_in}. "
        + advice(f"use more {words.many}", setup.augmentation("--augment diffaugment"), "stop earlier"),
    )


def _is_copy(distances, usual):
    """Which distances to the nearest training example are those of copies, bool `[N]`."""
    return np.asarray(distances) < COPIED * usual


class _Memorisation(Probe):
    """Looks for the nearest of all training examples to each sample, and shows the pairs."""

    signals = ("memorisation",)
    certain = ("memorisation",)

    def look(self, examination):
        step, words, examiner = examination.step, examination.words, examination.examiner
        neighbours, (which, distances) = examiner.training, examination.nearest
        usual = neighbours.usual(examination.stored), neighbours.usual()
        given = {"words": words, "setup": examination.setup, "usual": usual}
        if memorisation(step, distances, neighbours.distances, **given):
            training = examination.field.to_edge(examiner.train.columns["real"][which])
            order = np.argsort(distances / np.maximum(usual[0], 1e-12), kind="stable")
            shown_in = examination.show("nearest", [values[order] for values in (examination.values, training)])
            yield memorisation(step, distances, neighbours.distances, shown_in, **given)

    def obstacles(self, examiner):
        count, many = len(examiner.train), examiner.words.many
        if not examiner.field.has_distances:
            return {"memorisation": f"the numbers of {many} do not say how unlike they are"}
        if count < LEAST:
            return {"memorisation": f"{count} training {many} do not say how far apart {many} usually are"}
        if examiner.held_out is None and examiner.sampler.example_count is not None:
            return {"memorisation": f"samples are made of {many} that may be training {many}, too"}
        left = [name for name in examiner.augment if name not in examiner.field.undone_by]
        if left:
            reason = f"training {many} are compared as they are, not as --data-augment {','.join(left)} changes them"
            return {"memorisation_of_augmented": reason}
        return {}


PROBE = _Memorisation()
