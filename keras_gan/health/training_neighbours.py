"""`TrainingNeighbours`: the nearest of all training examples, of samples and of real examples out of training."""

import numpy as np

from keras_gan.metrics.neighbours import NeighbourSearch, Points
from keras_gan.randomness import random_rows

OTHERS, AROUND = 512, 8  # real examples that say what is usual, and how many of them do for each sample
LEAST = 8  # held-out examples, fewer of which say nothing


class TrainingNeighbours:
    """The nearest training example of anything, and how far that usually is.

    Args:
        train: `Dataset` that the model is trained on; it is searched as a whole.
        held_out: `Dataset` that the training does not see, or None: then training examples are compared with all others
            of them.
        undo: functions of stored values that undo what the training changes examples by: an example that was shown
            mirrored is found by mirroring the sample.

    Attributes:
        rows, distances: of the nearest training example of each real one that says what is usual, `[M]`.
    """

    def __init__(self, train, held_out=None, undo=()):
        self._train, self._undo = train, undo
        self._search = NeighbourSearch(train.columns["real"])
        few = held_out is None or len(held_out) < LEAST
        data = train if few else held_out
        rows = random_rows(len(data), OTHERS)
        self._others = data.columns["real"][rows]
        self.rows, self.distances = self._search.nearest(self._others, rows if few else None)

    def nearest(self, samples):
        """`(row, distance)` of the nearest training example of each sample as stored, in any view."""
        views = [samples, *(undo(samples) for undo in self._undo)]
        rows, distances = map(np.stack, zip(*map(self._search.nearest, views), strict=True))
        best, each = distances.argmin(axis=0), np.arange(len(samples))
        return rows[best, each], distances[best, each]

    def usual(self, examples=None):
        """The median distance to the nearest training example among the real examples most like each of these, `[N]`.

        Args:
            examples: as stored; default: those real examples themselves, each without itself.
        """
        itself = int(examples is None)
        others, asked = (_flat(self._others if values is None else values) for values in (None, examples))
        found = []
        for _, block in Points(others).distances_from(Points(asked)):
            around = np.argsort(block, axis=1)[:, itself:][:, :AROUND]
            found.append(np.median(self.distances[around], axis=1))
        return np.concatenate(found)

    def classes_of(self, rows):
        """The classes of training examples, integers `[N]`."""
        return np.asarray(self._train.columns["label"][rows])


def _flat(values):
    return values.reshape(len(values), -1)
