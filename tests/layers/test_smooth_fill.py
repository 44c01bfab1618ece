"""The first guess at a hole against means worked out by hand."""

import keras
import numpy as np
import pytest

from keras_gan.layers.smooth_fill import DILATIONS, SmoothFill
from tests.layers.conversion import converted


def images(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def hole(height, width, rows, columns):
    mask = np.zeros((1, height, width, 1), np.float32)
    mask[:, rows, columns] = 1.0
    return mask


def first_guess(image, mask):
    return np.array(SmoothFill()._from_around(image, mask > 0.5))


def test_one_missing_pixel_is_the_mean_of_those_around_it():
    image, mask = images(1, 7, 9, 3), hole(7, 9, 2, 5)
    filled = first_guess(image, mask)
    around = np.array([[1, 2, 1], [2, 0, 2], [1, 2, 1]]) / 12
    expected = (image[0, 1:4, 4:7] * around[:, :, None]).sum((0, 1))
    np.testing.assert_allclose(filled[0, 2, 5], expected, atol=1e-6)


def test_a_corner_knows_its_own_side_alone():
    image, mask = images(1, 5, 6, 2), hole(5, 6, 0, 0)
    expected = (2 * image[0, 0, 1] + 2 * image[0, 1, 0] + image[0, 1, 1]) / 5
    np.testing.assert_allclose(first_guess(image, mask)[0, 0, 0], expected, atol=1e-6)


def test_little_knowledge_is_mixed_with_that_of_farther_off():
    # Of a row all is missing but pixels 150 and 155. At 151 a quarter of the nearest neighbourhood is known: enough. At
    # 152 nothing of it is, and of the next one, weighted (1 2 3 4 3 2 1) / 16, 2 / 16 and 1 / 16: 3 / 4 of enough.
    image, mask = np.zeros((1, 300, 300, 1), np.float32), hole(300, 300, slice(None), slice(None))
    mask[:, :, [150, 155]], image[:, :, 150], image[:, :, 155] = 0.0, 0.5, -1.0
    filled = first_guess(image, mask)[0, 150, :, 0]
    assert filled[[151, 154]] == pytest.approx([0.5, -1.0], abs=1e-6)
    spline, means = np.ones(1), []
    for dilation in DILATIONS:
        spline = np.convolve(spline, np.insert([0.25, 0.5, 0.25], [1] * (dilation - 1) + [2] * (dilation - 1), 0))
        centre = len(spline) // 2
        a, b = (spline[centre + d] if d <= centre else 0.0 for d in (2, 3))
        means.append(((0.5 * a - b) / max(a + b, 1e-7), min((a + b) / 0.25, 1.0)))
    assert means[1] == pytest.approx((0.0, 0.75))
    expected = means[-1][0]
    for mean, trust in means[-2::-1]:
        expected = trust * mean + (1 - trust) * expected
    assert -0.1 < expected < -0.01
    assert filled[152] == pytest.approx(expected, abs=1e-5)


def test_the_guess_is_brought_near_to_the_equation_of_laplace():
    image, mask = images(1, 14, 19, 1, seed=2), hole(14, 19, slice(0, 9), slice(4, 11))  # up to the upper edge
    unknown = [tuple(place) for place in np.argwhere(mask[0, :, :, 0])]
    matrix, known = np.zeros((len(unknown), len(unknown))), np.zeros(len(unknown))
    for row, (y, x) in enumerate(unknown):
        matrix[row, row] += 4
        for neighbour in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            neighbour = (max(neighbour[0], 0), neighbour[1])  # beyond the edge it goes on
            if neighbour in unknown:
                matrix[row, unknown.index(neighbour)] -= 1
            else:
                known[row] += image[0, *neighbour, 0]
    expected = np.linalg.solve(matrix, known)
    before, after = (filled[mask > 0.5] - expected for filled in (first_guess(image, mask), SmoothFill()(image, mask)))
    assert np.abs(before).mean() > 0.05
    assert np.abs(after).mean() < 0.3 * np.abs(before).mean()


def test_what_is_known_stays_and_what_the_hole_shows_is_not_looked_at():
    image, mask = images(2, 8, 11, 3), np.concatenate([hole(8, 11, slice(1, 6), slice(2, 9)), hole(8, 11, 7, 10)])
    filled = np.array(SmoothFill()(image, mask))
    np.testing.assert_array_equal(filled[(mask == 0)[..., 0]], image[(mask == 0)[..., 0]])
    np.testing.assert_array_equal(filled, SmoothFill()(np.where(mask > 0.5, 1 - image, image), mask))


def test_a_plain_colour_is_continued_as_far_as_it_reaches():
    reach = sum(DILATIONS)
    image = np.broadcast_to(np.float32([0.75, -0.5]), (1, 8, 3 * reach, 2))
    filled = first_guess(image, hole(8, 3 * reach, slice(None), slice(1, None)))
    np.testing.assert_allclose(filled[0, :, : reach // 2], image[0, :, : reach // 2], atol=1e-4)
    np.testing.assert_array_equal(filled[0, :, reach + 1 :], 0)


def test_as_a_file(tmp_path):
    source, mask = keras.Input((12, 10, 3), name="source"), keras.Input((12, 10, 1), name="mask")
    network = keras.Model([source, mask], SmoothFill()(source, mask))
    run, operations = converted(network, tmp_path, (12, 10, 3), (12, 10, 1))
    image, missing = images(1, 12, 10, 3), hole(12, 10, slice(2, 9), slice(3, 8))
    np.testing.assert_allclose(run(image, missing), network([image, missing]), atol=1e-5)
    assert "DIV" in operations or "MUL" in operations
