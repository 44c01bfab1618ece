"""Distances of points: nearest neighbours, means over pairs, and how far two sets lie apart."""

import numpy as np

from keras_gan.randomness import random_rows

BLOCK = 1024  # rows of a distance matrix in memory at once
SKETCH, PROJECTED, CANDIDATES = 64, 4096, 8  # numbers of a sketch; values it is made of; rows compared exactly


def nearest(queries, references):
    """The nearest reference of every query: `(indices int64 [N], Euclidean distances float64 [N])`."""
    indices, distances = [], []
    for _, block in Points(references).distances_from(Points(queries)):
        best = block.argmin(axis=1)
        indices.append(best)
        distances.append(np.sqrt(block[np.arange(len(best)), best]))
    return np.concatenate(indices), np.concatenate(distances)


class NeighbourSearch:
    """The nearest row of a whole column to any point, found quickly: by sketches first, exactly among the best of them.

    A sketch is a random projection of the values (Johnson and Lindenstrauss 1984): distances of sketches are those of
    the rows to about 9 %, so that a row which lies clearly nearer than all others is always found. Of very long rows a
    random choice of values is projected.

    Args:
        column: N rows `[…]`, at least 1, in memory or read by `column[indices]`; all are read once.
    """

    def __init__(self, column):
        self._column = column
        flat = _flat(column[random_rows(len(column), BLOCK)])
        self._centre, places = flat.mean(axis=0), random_rows(flat.shape[1], PROJECTED)
        self._places = slice(None) if len(places) == flat.shape[1] else np.sort(places)
        self._projection = np.random.RandomState(0).normal(size=(len(places), SKETCH)).astype(np.float32)
        starts = range(0, len(column), BLOCK)
        blocks = (np.arange(start, min(start + BLOCK, len(column))) for start in starts)
        self._sketches = np.concatenate([self._sketch(_flat(column[rows])) for rows in blocks])
        self._squares = np.einsum("nd,nd->n", self._sketches, self._sketches)

    def nearest(self, queries, own=None):
        """The nearest row of each query: `(its index int64 [M], Euclidean distance float64 [M])`.

        Args:
            queries: `[M, …]` like rows of the column.
            own: the row that each query is itself, which does not count, integers `[M]`; None: all count.
        """
        queries = _flat(queries)
        found = np.stack(list(self._candidates(queries, own)), axis=1)
        distances = np.stack([_distances(self._column[r], query) for r, query in zip(found, queries, strict=True)])
        if own is not None:
            distances[found == own[:, None]] = np.inf
        best, each = distances.argmin(axis=1), np.arange(len(queries))
        return found[each, best], distances[each, best]

    def _candidates(self, queries, own):
        """Yields the nearest row by sketch in each of a few parts of the column, integers `[M]`."""
        sketches = self._sketch(queries)
        parts = min(CANDIDATES, max(1, len(self._squares) - 1))
        for part in range(parts):  # every so-many-th row: copies of one example may lie side by side
            distances = self._squares[part::parts] - 2.0 * sketches @ self._sketches[part::parts].T
            if own is not None:
                mine = np.flatnonzero(own % parts == part)
                distances[mine, own[mine] // parts] = np.inf
            yield distances.argmin(axis=1) * parts + part

    def _sketch(self, flat):
        return (flat - self._centre)[:, self._places] @ self._projection


def _flat(rows):
    return np.asarray(rows, np.float32).reshape(len(rows), -1)


def _distances(rows, query):
    return np.linalg.norm((_flat(rows) - query).astype(np.float64), axis=1)


def mean_pair_distance(rows):
    """Mean Euclidean distance over all pairs of `[N, …]`; 0 if there is no pair."""
    if len(rows) < 2:
        return 0.0
    points = Points(rows.reshape(len(rows), -1))
    distances = np.concatenate([np.sqrt(block) for _, block in points.distances_from(points)])
    return float(distances[np.triu_indices(len(points), 1)].mean())


def energy_distance(real, fake):
    """How far two sets of points lie apart, 0 for equal distributions (Székely and Rizzo 2013, equation 2.1).

    2 E|x - y| - E|x - x'| - E|y - y'|, each mean over pairs of different points, so that it is unbiased, and for close
    sets as often below 0 as above.

    Args:
        real, fake: `[N, D]` and `[M, D]`.
    """
    across = np.concatenate([np.sqrt(block) for _, block in Points(real).distances_from(Points(fake))])
    return float(2.0 * across.mean() - mean_pair_distance(real) - mean_pair_distance(fake))


class Points:
    """Features `[N, D]` in float64 and their squared lengths, for distances by one matrix product a block."""

    def __init__(self, features):
        self.values = np.asarray(features, np.float64)
        self.squares = np.einsum("nd,nd->n", self.values, self.values)

    def __len__(self):
        return len(self.values)

    def distances_from(self, others):
        """Yields `(slice, squared distances [rows, N])` of `BLOCK` rows of `others` at a time to all points of self.

        |a|^2 + |b|^2 - 2 a·b, for which float64 leaves about 13 digits of distances like the features' own size.
        """
        for start in range(0, len(others), BLOCK):
            rows = slice(start, start + BLOCK)
            products = others.values[rows] @ self.values.T
            products *= -2.0
            products += others.squares[rows, None]
            products += self.squares
            yield rows, np.maximum(products, 0.0, out=products)

    def radii(self, neighbours):
        """Squared distance of each point to its k-th nearest neighbour, itself not counted, `[N]`."""
        radii = np.empty(len(self))
        for rows, distances in self.distances_from(self):
            # Place 0 is the point itself, exactly: rounding must not make it its own neighbour.
            distances[np.arange(len(distances)), np.arange(rows.start, rows.start + len(distances))] = -1.0
            radii[rows] = np.partition(distances, neighbours, axis=1)[:, neighbours]
        return radii
