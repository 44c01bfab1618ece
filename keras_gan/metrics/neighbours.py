"""Distances of points: nearest neighbours, means over pairs, and how far two sets lie apart."""

import numpy as np

BLOCK = 1024  # rows of a distance matrix in memory at once


def nearest(queries, references):
    """The nearest reference of every query: `(indices int64 [N], Euclidean distances float64 [N])`."""
    indices, distances = [], []
    for _, block in Points(references).distances_from(Points(queries)):
        best = block.argmin(axis=1)
        indices.append(best)
        distances.append(np.sqrt(block[np.arange(len(best)), best]))
    return np.concatenate(indices), np.concatenate(distances)


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
