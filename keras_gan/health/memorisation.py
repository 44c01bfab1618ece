"""Memorisation: the generator repeats its training examples."""

import numpy as np

from keras_gan.health.finding import EXAMPLES, Finding
from keras_gan.health.probe import Probe
from keras_gan.metrics.neighbours import nearest

COPIED = 0.5  # distance to the nearest training example, as a share of that of real examples they have not seen
MOST_TRAINING = 5000  # examples that samples are compared with one by one


def memorisation(step, sample_distances, held_out_distances, shown_in="samples/nearest.png", words=EXAMPLES):
    """Says so if samples lie much nearer to training examples than other real examples do.

    Args:
        sample_distances: of each sample to its nearest training example.
        held_out_distances: of each of some real examples to its nearest other training example.
        shown_in: the file that shows the pairs.
    """
    ratio = float(np.median(sample_distances) / max(np.median(held_out_distances), 1e-12))
    if ratio > COPIED:
        return None
    return Finding(
        "memorisation",
        step,
        f"samples lie {ratio:.0%} as far from their nearest training {words.one} as other real {words.many} do",
        f"the generator repeats its training {words.many}.",
        f"Look at the pairs in {shown_in}; use more {words.many} or --augment diffaugment, or stop earlier.",
    )


class Memorisation(Probe):
    """Looks for the nearest training example of each sample, and shows the pairs."""

    signals = ("memorisation",)
    certain = ("memorisation",)

    def look(self, examination):
        step, words, samples = examination.step, examination.words, examination.stored
        training, others = _compared(examination.examiner)
        if len(training) < len(samples):
            return
        flat = [values.reshape(len(values), -1) for values in (samples, others, training)]
        (which, distances), (_, usual) = nearest(flat[0], flat[2]), nearest(flat[1], flat[2])
        if memorisation(step, distances, usual):
            shown_in = examination.show("nearest", [examination.values, examination.field.to_edge(training[which])])
            yield memorisation(step, distances, usual, shown_in, words)


def _compared(examiner):
    """Training examples and other real ones, as stored: held-out ones, or else some of the same against the rest."""
    training, count = examiner.train.columns["real"][np.arange(min(MOST_TRAINING, len(examiner.train)))], examiner.count
    if examiner.held_out is None:
        return training[count:], training[:count]
    return training, examiner.held_out.columns["real"][np.arange(min(count, len(examiner.held_out)))]


PROBE = Memorisation()
