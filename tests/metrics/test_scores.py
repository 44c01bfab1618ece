"""Scores against closed forms, hand-worked numbers and, where they are installed, the reference implementations."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.spatial.distance import cdist, pdist

from keras_gan.metrics.fid import fid, fid_warning
from keras_gan.metrics.fid_infinity import fid_infinity
from keras_gan.metrics.inception_score import inception_score
from keras_gan.metrics.kid import kid, squared_mmd
from keras_gan.metrics.neighbours import Points, energy_distance, mean_pair_distance, nearest
from keras_gan.metrics.prdc import prdc
from keras_gan.metrics.statistics import Gaussian, Moments, gaussian
from tests.metrics.references import torch_fidelity


def asymmetric(real_count=700, fake_count=450, dimensions=24, seed=1):
    """Two sets of features of different number, mean, spread and shape, partly overlapping."""
    rng = np.random.RandomState(seed)
    mix = rng.normal(size=(dimensions, dimensions))
    real = rng.normal(size=(real_count, dimensions)) @ mix + 3.0
    fake = 0.7 * rng.normal(size=(fake_count, dimensions)) @ mix + 3.0 + 0.4 * rng.normal(size=dimensions)
    return np.abs(real).astype(np.float32), np.abs(fake).astype(np.float32)


# --- Moments ----------------------------------------------------------------------------------------------------------


def test_moments_do_not_depend_on_the_batches():
    features = asymmetric()[0] + 1e4  # a mean that the difference of large sums would drown in
    expected = np.cov(features.astype(np.float64), rowvar=False)
    for size in (1, 7, 128, 700):
        moments = Moments()
        for start in range(0, len(features), size):
            moments.update(features[start : start + size])
        assert moments.gaussian.count == 700
        assert_allclose(moments.gaussian.mean, features.astype(np.float64).mean(axis=0), rtol=1e-12)
        assert_allclose(moments.gaussian.covariance, expected, rtol=1e-9, atol=1e-12)


def test_moments_of_one_sample_are_refused():
    with pytest.raises(ValueError, match="at least 2"):
        gaussian(np.ones((1, 3)))


# --- FID --------------------------------------------------------------------------------------------------------------


def test_fid_of_diagonal_gaussians_is_the_closed_form():
    real = Gaussian(np.array([1.0, -2.0, 0.5]), np.diag([4.0, 1.0, 0.25]))
    fake = Gaussian(np.array([0.0, 1.0, 0.5]), np.diag([1.0, 9.0, 0.25]))
    # |m|^2 = 1 + 9; (2 - 1)^2 + (1 - 3)^2 + 0 = 5
    assert_allclose(fid(real, fake), 15.0, rtol=1e-12)


def test_fid_in_one_dimension():
    # Means 1 and 5, variances 2 and 4: 16 + 2 + 4 - 2 sqrt(8).
    a, b = np.array([[0.0], [2.0]]), np.array([[3.0], [5.0], [7.0]])
    assert fid(a, b) == pytest.approx(22 - 2 * math.sqrt(8))
    assert fid(b, a) == pytest.approx(22 - 2 * math.sqrt(8))


def test_fid_of_covariances_that_do_not_commute():
    a = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 4.0], [1.0, 1.0]])
    b = np.array([[1.0, 1.0], [3.0, 3.0], [2.0, 5.0]])
    covariance_a, covariance_b = np.cov(a.T), np.cov(b.T)
    product = covariance_a @ covariance_b
    # Of a 2x2 matrix, tr(sqrt(M)) = sqrt(tr(M) + 2 sqrt(det(M))).
    root_trace = math.sqrt(np.trace(product) + 2 * math.sqrt(np.linalg.det(product)))
    means = (0.75 - 2) ** 2 + (1.25 - 3) ** 2
    expected = means + np.trace(covariance_a) + np.trace(covariance_b) - 2 * root_trace
    assert not np.allclose(product, product.T)
    assert fid(a, b) == pytest.approx(expected)


def test_fid_of_fewer_samples_than_dimensions_is_finite_and_real():
    rng = np.random.RandomState(0)
    value = fid(rng.normal(size=(60, 256)).astype(np.float32), rng.normal(size=(50, 256)).astype(np.float32) + 0.1)
    assert isinstance(value, float)
    assert 2.56 < value < 1_000


def test_fid_is_symmetric_and_zero_for_equal_sets():
    real, fake = asymmetric()
    assert_allclose(fid(real, fake), fid(fake, real), rtol=1e-9)
    assert fid(real, real) < 1e-8


def test_few_samples_are_warned_of():
    assert fid_warning(2048) is None
    assert "300 samples is biased upwards" in fid_warning(300)


def test_fid_infinity_removes_the_bias():
    rng = np.random.RandomState(0)
    real = Gaussian(np.zeros(16), np.eye(16))
    fake = rng.normal(size=(2000, 16)) + 0.25  # true distance: 16 / 16 = 1
    result = fid_infinity(real, fake)
    assert result.sizes[0] == 200
    assert result.sizes[-1] == 2000
    assert result.distances[0] > result.distances[-1] > result.value
    assert abs(result.value - 1.0) < 0.12
    assert result == fid_infinity(real, fake)


# --- KID and Inception Score ------------------------------------------------------------------------------------------


def test_kid_by_hand():
    real, fake = np.array([[1.0], [2.0]]), np.array([[0.0], [3.0], [1.0]])
    # k(x, y) = (x y + 1)^3. real: k(1, 2) = 27. fake: k(0, 3) = 1, k(0, 1) = 1, k(3, 1) = 64, mean 22.
    # between: k(1, .) = 1, 64, 8; k(2, .) = 1, 343, 27; mean 74.
    assert_allclose(squared_mmd(real, fake), 27 + 22 - 148, rtol=1e-12)


def test_kid_is_right_on_average_for_few_samples():
    rng = np.random.RandomState(0)
    samples = rng.normal(size=(4000, 8)), rng.normal(size=(3000, 8))
    result = kid(*samples, subsets=100, subset_size=50)
    assert abs(result.mean) < 4 * result.std / np.sqrt(100)
    assert result.subset_size == 50


def test_kid_deviates_also_where_there_are_no_more_samples_than_a_subset_has():
    rng = np.random.RandomState(0)
    a, b = rng.normal(size=(200, 8)), rng.normal(size=(200, 8))
    result = kid(a, b)
    assert result.subset_size == 100
    assert 0.005 < result.std < 0.1
    assert abs(result.mean - squared_mmd(a, b)) < 3 * result.std / 10
    assert kid(a[:2], b[:2]).std is None


def test_inception_score_by_hand():
    sure = np.log(np.array([[0.98, 0.01, 0.01], [0.01, 0.98, 0.01], [0.01, 0.01, 0.98]]))
    assert_allclose(inception_score(sure, splits=1).mean, np.exp(0.98 * np.log(2.94) + 0.02 * np.log(0.03)), rtol=1e-12)
    assert_allclose(inception_score(np.tile(sure[:1], (5, 1)), splits=5).mean, 1.0, rtol=1e-12)
    certain = np.array([[0.0, -np.inf], [-np.inf, 0.0]])
    assert_allclose(inception_score(certain, splits=1).mean, 2.0)


# --- Neighbours -------------------------------------------------------------------------------------------------------


def test_prdc_by_hand():
    real = np.array([[0.0], [1.0], [3.0], [10.0]])  # radii for k = 1: 1, 1, 2, 7
    fake = np.array([[0.5], [2.5], [20.0]])  # radii for k = 1: 2, 2, 17.5
    scores = prdc(real, fake, neighbours=1)
    # 0.5 lies in the balls of 0 and 1; 2.5 in that of 3, and 7.5 from 10 is outside; 20 in none.
    assert_allclose(scores.precision, 2 / 3)
    assert_allclose(scores.density, (2 + 1 + 0) / 3)
    assert_allclose(scores.recall, 1.0)  # 10 lies 10 from 20, whose ball reaches 17.5
    assert_allclose(scores.coverage, 3 / 4)


def test_precision_and_recall_by_hand():
    def both(real, fake, neighbours):
        scores = prdc(real, fake, neighbours)
        return scores.precision, scores.recall

    real = np.array([[0.0], [1.0], [3.0], [7.0], [12.0]])
    generated = np.array([[0.5], [2.0], [20.0], [21.0], [23.0], [26.0]])
    # k = 1. Real balls: [-1, 1], [0, 2], [1, 5], [3, 11], [7, 17] hold 0.5 and 2.
    # Generated ones: [-1, 2], [0.5, 3.5], [19, 21], [20, 22], [21, 25], [23, 29] hold 0, 1 and 3.
    assert both(real, generated, 1) == pytest.approx((2 / 6, 3 / 5))
    assert both(generated, real, 1) == pytest.approx((3 / 5, 2 / 6))
    # k = 2. Real radii 3, 2, 3, 5, 9 reach to 21 and leave 23 and 26; generated 20's radius is 3, 2's is 18.
    assert both(real, generated, 2) == pytest.approx((4 / 6, 1))


def test_distances():
    rng = np.random.RandomState(1)
    a, b = rng.normal(size=(1203, 3)), rng.normal(size=(70, 3))
    blocks = np.concatenate([block for _, block in Points(b).distances_from(Points(a))])
    assert_allclose(blocks, cdist(a, b) ** 2, atol=1e-12)
    assert_allclose(mean_pair_distance(a), pdist(a).mean(), rtol=1e-9)
    assert mean_pair_distance(a[:1]) == 0.0


def test_energy_distance():
    # Across: 1, 5, 1, 3, mean 2.5; within: 2 and 4.
    assert_allclose(energy_distance(np.array([[0.0], [2.0]]), np.array([[1.0], [5.0]])), -1.0)
    rng = np.random.RandomState(0)
    near, also_near, far = rng.normal(size=(500, 3)), rng.normal(size=(400, 3)), rng.normal(2.0, size=(300, 3))
    assert abs(energy_distance(near, also_near)) < 0.02
    assert_allclose(energy_distance(near, far), energy_distance(far, near))
    assert energy_distance(near, far) > 1.0


def test_swapping_real_and_fake_swaps_precision_and_recall():
    rng = np.random.RandomState(0)
    broad, narrow = rng.normal(size=(400, 4)), 0.3 * rng.normal(size=(300, 4))
    one, other = prdc(broad, narrow, 3), prdc(narrow, broad, 3)
    assert (one.precision, one.recall) == (other.recall, other.precision)
    assert one.precision > 0.9 > 0.3 > one.recall
    assert one.density != other.density
    assert one.coverage < 0.5


def test_prdc_does_not_depend_on_the_blocks(monkeypatch):
    real, fake = asymmetric()
    whole = prdc(real, fake, 5)
    monkeypatch.setattr("keras_gan.metrics.neighbours.BLOCK", 33)
    assert prdc(real, fake, 5) == whole


def test_copies_are_inside_for_precision_and_outside_for_density():
    real = np.zeros((6, 2))
    scores = prdc(real, real[:5], neighbours=2)
    assert (scores.precision, scores.recall, scores.density, scores.coverage) == (1.0, 1.0, 0.0, 0.0)


def test_nearest():
    indices, distances = nearest(np.array([[0.0, 0.0], [9.0, 9.0]]), np.array([[3.0, 4.0], [9.0, 8.0], [50.0, 0.0]]))
    assert indices.tolist() == [0, 1]
    assert_allclose(distances, [5.0, 1.0])


# --- The reference implementations ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2])
def test_equals_torch_fidelity(seed):
    metric_fid, metric_isc, metric_kid, metric_prc = (
        torch_fidelity(f"metric_{name}") for name in ("fid", "isc", "kid", "prc")
    )
    import torch

    real, fake = asymmetric(seed=seed)
    tensors = {name: torch.from_numpy(x.astype(np.float64)) for name, x in (("real", real), ("fake", fake))}
    reference = metric_fid.fid_statistics_to_metric(
        *(metric_fid.fid_features_to_statistics(tensors[name]) for name in ("fake", "real")), verbose=False
    )
    assert_allclose(fid(real, fake), reference["frechet_inception_distance"], rtol=1e-6)

    reference = metric_kid.kid_features_to_metric(
        tensors["fake"], tensors["real"], kid_subsets=20, kid_subset_size=100, verbose=False
    )
    ours = kid(real, fake, subsets=20, subset_size=100)
    assert_allclose(ours.mean, reference["kernel_inception_distance_mean"], rtol=1e-6)
    assert_allclose(ours.std, reference["kernel_inception_distance_std"], rtol=1e-6)

    reference = metric_isc.isc_features_to_metric(torch.from_numpy(fake), splits=7)
    ours = inception_score(fake, splits=7)
    assert_allclose(ours.mean, reference["inception_score_mean"], rtol=1e-6)
    assert_allclose(ours.std, reference["inception_score_std"], rtol=1e-6)

    reference = metric_prc.prc_features_to_metric(tensors["fake"], tensors["real"], prc_neighborhood=3, verbose=False)
    ours = prdc(real, fake, 3)
    assert_allclose(ours.precision, reference["precision"], rtol=1e-6)
    assert_allclose(ours.recall, reference["recall"], rtol=1e-6)


@pytest.mark.parametrize("seed", [1, 2])
def test_equals_prdc(seed, capsys):
    pytest.importorskip("sklearn", reason="development extra")
    reference = pytest.importorskip("prdc", reason="development extra")
    real, fake = asymmetric(seed=seed)
    expected = reference.compute_prdc(real.astype(np.float64), fake.astype(np.float64), nearest_k=5)
    ours = prdc(real, fake, 5)
    for name, value in expected.items():
        assert_allclose(getattr(ours, name), value, rtol=1e-6, err_msg=name)
