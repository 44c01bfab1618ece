"""The search for the nearest row of a whole column, beside one that looks at all of them."""

import numpy as np
import pytest

from keras_gan.metrics.neighbours import NeighbourSearch

RNG = np.random.RandomState(0)


def clouds(count, shape=(12, 12, 3)):
    """Images of a few kinds, in order of their kinds, as bytes."""
    kinds = RNG.uniform(0, 255, (20, *shape))
    rows = kinds[np.sort(RNG.randint(20, size=count))] + RNG.normal(0, 25, (count, *shape))
    return rows.clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("place", [0, 4000, 6999])
def test_near_copies_are_found_wherever_they_lie(place):
    rows = clouds(7000)
    queries = rows[place : place + 1] + RNG.normal(0, 2, (1, 12, 12, 3))
    which, distances = NeighbourSearch(rows).nearest(queries)
    assert which == [place]
    np.testing.assert_allclose(distances, np.linalg.norm(queries - rows[place]), rtol=1e-4)


@pytest.mark.parametrize("shape", [(12, 12, 3), (40, 40, 3), (5,)])
def test_distances_are_nearly_the_least(shape):
    rows, queries = clouds(3000, shape), clouds(40, shape)
    _, distances = NeighbourSearch(rows).nearest(queries)
    flat = rows.reshape(len(rows), -1).astype(np.float64)
    least = [np.linalg.norm(flat - query.reshape(-1), axis=1).min() for query in queries]
    assert np.all(distances >= np.array(least) * (1 - 1e-5))
    assert np.mean(distances / np.maximum(least, 1e-9)) < 1.06


@pytest.mark.parametrize("count", [2, 5, 9, 700])
def test_a_row_is_not_its_own_neighbour(count):
    rows = clouds(count)
    own = np.arange(count)
    which, distances = NeighbourSearch(rows).nearest(rows, own)
    assert np.all(which != own)
    assert np.all(distances > 0)


def test_values_far_from_zero_are_told_apart():
    rows = (1e6 + RNG.normal(0, 1e-1, (500, 64))).astype(np.float32)
    which, _ = NeighbourSearch(rows).nearest(rows[100:110])
    assert list(which) == list(range(100, 110))
