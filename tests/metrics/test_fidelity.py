"""Fidelity to a target: against scikit-image, numbers worked out by hand, and as scores of a subject."""

import json
import math

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.ndimage import gaussian_filter
from skimage.color import rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from keras_gan import metrics
from keras_gan.errors import UserError
from keras_gan.metrics import evaluation
from keras_gan.metrics.l1 import l1
from keras_gan.metrics.perceptual import Perceptual
from keras_gan.metrics.psnr import PSNR_CAP, psnr
from keras_gan.metrics.ssim import ssim
from keras_gan.metrics.subject import Subject
from keras_gan.modalities.image import Image
from keras_gan.modalities.image.super_resolution import cut_border, luminance

NAMES = ("psnr", "ssim", "l1", "lpips-target")
WANG = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}


def noise(count, height, width, channels, seed=0):
    return np.random.RandomState(seed).randint(0, 256, (count, height, width, channels), np.uint8)


def pairs(height, width, channels, count=3):
    """Smooth images, each with its own contrast, and darker, noisier copies, the noise growing with the row."""
    smooth = gaussian_filter(noise(count, height, width, channels).astype(float), (0, 2, 3, 0), mode="wrap")
    a = np.clip(128 + (smooth - 128) * np.array([2.0, 5.0, 9.0])[:count, None, None, None], 0, 255)
    grain = np.random.RandomState(1).normal(size=a.shape) * np.array([1.0, 9.0, 40.0])[:count, None, None, None]
    b = np.clip(0.9 * a - 3.0 + grain * np.linspace(0.2, 2.0, width)[:, None], 0, 255)
    return a.round().astype(np.uint8), b.round().astype(np.uint8)


def reference(a, b, **options):
    return [structural_similarity(x, y, data_range=255, channel_axis=-1, **options) for x, y in zip(a, b, strict=True)]


# --- Equal to scikit-image --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("height", "width"), [(11, 11), (32, 32), (37, 64), (41, 23)])
def test_equals_scikit_image(height, width, channels):
    smooth = pairs(height, width, channels)
    random = noise(2, height, width, channels), noise(2, height, width, channels, seed=7)
    for a, b in (smooth, random):
        expected = [peak_signal_noise_ratio(x, y, data_range=255) for x, y in zip(a, b, strict=True)]
        assert_allclose(psnr(a, b), expected, atol=1e-6)
        assert_allclose(ssim(a, b, "uniform"), reference(a, b), atol=1e-6)
        assert_allclose(ssim(a, b), reference(a, b, **WANG), atol=1e-6)
    assert np.ptp(ssim(*smooth)) > 0.2  # the images of a batch differ, so that rows cannot be mixed up unseen
    assert (np.abs(ssim(*smooth) - ssim(*smooth, "uniform")) > 1e-4).all()


def test_floats_count_like_bytes():
    a, b = pairs(20, 17, 3)
    for score in (l1, psnr, ssim):
        assert_allclose(score(a.astype(np.float32), b.astype(np.float64)), score(a, b), rtol=1e-12)
        assert score(a, b).dtype == np.float64
    a, b = a / 1.7, b / 1.3 + 0.21  # what no byte holds
    expected = [peak_signal_noise_ratio(x, y, data_range=255) for x, y in zip(a, b, strict=True)]
    assert_allclose(psnr(a, b), expected, rtol=1e-12)
    assert_allclose(ssim(a, b), reference(a, b, **WANG), atol=1e-6)


# --- By hand ----------------------------------------------------------------------------------------------------------


def test_l1_and_psnr_by_hand():
    a = np.array([[[10, 20], [30, 40]], [[0, 255], [7, 7]]], np.uint8)[..., None]
    b = np.array([[[15, 15], [35, 35]], [[255, 255], [7, 7]]], np.uint8)[..., None]
    # Differences of 5 everywhere; and of 255 in one pixel of four, from 0 upwards, which bytes would wrap to 1.
    assert_allclose(l1(a, b), [5 / 255, 1 / 4], rtol=1e-12)
    assert_allclose(psnr(a, b), [20 * math.log10(51), 10 * math.log10(4)], rtol=1e-12)
    assert_allclose(psnr(b, a), psnr(a, b))


def test_ssim_of_flat_images_by_hand():
    a, b = np.full((1, 16, 12, 3), 100, np.uint8), np.full((1, 16, 12, 3), 150, np.uint8)
    # No variance: what is left is (2 * 100 * 150 + c) / (100^2 + 150^2 + c), c = 2.55^2.
    for window in ("gaussian", "uniform"):
        assert_allclose(ssim(a, b, window), 30006.5025 / 32506.5025, rtol=1e-9)


def test_bounds():
    a, b = pairs(24, 30, 3)
    for window in ("gaussian", "uniform"):
        assert_allclose(ssim(a, a, window), 1.0, rtol=1e-12)
        assert (ssim(a, b, window) < 1.0).all()
        assert (ssim(noise(3, 24, 30, 3), 255 - noise(3, 24, 30, 3), window) < -0.5).all()
        assert_allclose(ssim(a, b, window), ssim(b, a, window), rtol=1e-9)
    black, white = np.zeros_like(a), np.full_like(a, 255)
    assert (psnr(a, a) == math.inf).all()
    assert_allclose(psnr(black, white), 0.0, atol=1e-12)
    assert_allclose(l1(black, white), 1.0)
    assert (l1(a, a) == 0).all()


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(UserError, match="at least 11x11 px, the size of its window, and these have 20x10"):
        ssim(noise(1, 10, 20, 3), noise(1, 10, 20, 3))
    with pytest.raises(UserError, match="at least 7x7 px, the size of its window, and these have 6x9"):
        ssim(noise(1, 9, 6, 1), noise(1, 9, 6, 1), "uniform")
    for score in (l1, psnr, ssim):  # grey against colour, one against many: NumPy would broadcast
        with pytest.raises(ValueError, match="of their own shape"):
            score(noise(2, 16, 16, 3), noise(2, 16, 16, 1))
        with pytest.raises(ValueError, match="of their own shape"):
            score(noise(2, 16, 16, 3), noise(1, 16, 16, 3))


# --- The protocol of super-resolution ---------------------------------------------------------------------------------


def test_luminance_by_hand():
    colours = [(0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255), (51, 102, 204)]
    # 16 + 219 for white; the coefficients themselves; 0.2 * 65.481 + 0.4 * 128.553 + 0.8 * 24.966 = 84.4902.
    expected = [16.0, 235.0, 81.481, 144.553, 40.966, 100.4902]
    seen = luminance(np.array(colours, np.uint8).reshape(1, 2, 3, 3))
    assert seen.shape == (1, 2, 3, 1)
    assert_allclose(seen.ravel(), expected, rtol=1e-12)


def test_luminance_equals_scikit_image():
    images = noise(2, 5, 9, 3)
    assert_allclose(luminance(images)[..., 0], rgb2ycbcr(images)[..., 0], rtol=1e-12)
    grey = noise(2, 5, 9, 1)
    assert (luminance(grey) == grey).all()
    with pytest.raises(ValueError, match="1 or 3 channels, got 4"):
        luminance(noise(1, 5, 9, 4))


def test_cut_border():
    images = noise(2, 9, 14, 3)
    cut = cut_border(images, 4)
    assert cut.shape == (2, 1, 6, 3)
    assert (cut[:, 0] == images[:, 4, 4:10]).all()
    assert (cut_border(images, 0) == images).all()
    with pytest.raises(UserError, match="5 px leaves nothing of images of 14x9 px"):
        cut_border(images, 5)
    with pytest.raises(ValueError, match="got -1"):
        cut_border(images, -1)


# --- As scores --------------------------------------------------------------------------------------------------------


def perceptual():
    """A perceptual distance through two small convolutions of random weights."""
    keras.utils.set_random_seed(3)
    inputs = keras.Input((None, None, 3))
    first = keras.layers.Conv2D(5, 3, strides=2, activation="relu")(inputs)
    second = keras.layers.Conv2D(2, 3, activation="relu")(first)
    weights = [np.array([0.1, 0.4, 0.2, 0.8, 0.3]), np.array([0.6, 0.5])]
    return Perceptual(keras.Model(inputs, [first, second]), weights, {"distance": "small"})


def subject(names, samples, targets, **more):
    field = Image(*samples.shape[1:])
    return Subject(names, field, samples, targets=targets, protocol={"image_size": 33, "seed": 0}, **more)


def test_scores_compare_each_image_with_its_target():
    targets, fakes = pairs(33, 33, 3)
    distance = perceptual()
    scores, warnings = evaluation.evaluate(subject(NAMES, fakes, targets, perceptual=lambda: distance))
    assert warnings == []
    rows = [slice(i, i + 1) for i in range(3)]
    expected = {
        "psnr": [peak_signal_noise_ratio(targets[i], fakes[i], data_range=255) for i in range(3)],
        "ssim": reference(fakes, targets, **WANG),
        "l1": [np.abs(fakes[i] / 255 - targets[i] / 255).mean() for i in range(3)],
        "lpips_target[small]": [distance(fakes[row], targets[row])[0] for row in rows],
    }
    assert [score.name for score in scores] == list(expected)
    for score in scores:
        values = expected[score.name]
        assert np.std(values) > 0
        assert_allclose((score.value, score.std), (np.mean(values), np.std(values)), rtol=1e-5)
        assert score.real is None
        assert score.lower_is_better == (score.name in ("l1", "lpips_target[small]"))
        assert score.protocol.items() >= {"image_size": 33, "seed": 0, "samples": 3, "channels": 3}.items()
    by_name = {score.name: score.protocol for score in scores}
    assert by_name["psnr"].items() >= {"data_range": 255.0, "mean_of": "images", "capped_at_db": PSNR_CAP}.items()
    assert by_name["ssim"].items() >= {"data_range": 255.0, "window": "Gaussian, 11 px, sigma 1.5 px"}.items()
    assert by_name["l1"]["data_range"] == 1.0
    assert by_name["lpips_target[small]"]["distance"] == "small"


def test_an_output_equal_to_its_target_leaves_the_mean_finite():
    targets, fakes = pairs(16, 16, 1)
    fakes[1] = targets[1]
    (score,), _ = evaluation.evaluate(subject(("psnr",), fakes, targets))
    assert_allclose(score.value, (psnr(fakes, targets)[[0, 2]].sum() + 100.0) / 3, rtol=1e-12)
    json.dumps(evaluation.as_json([score]), allow_nan=False)


def test_scores_without_targets_say_what_they_need():
    fakes = noise(3, 16, 16, 3)
    for name in NAMES:
        with pytest.raises(UserError, match=f"--metrics {name} compares each sample with its target: it needs a model"):
            evaluation.evaluate(subject((name,), fakes, None, perceptual=perceptual))
        with pytest.raises(ValueError, match=rf"{name.replace('-', '_')}(\[small\])? of samples"):
            evaluation.evaluate(subject((name,), fakes, fakes[:1], perceptual=perceptual))
    assert not evaluation.needs_features(NAMES)


def test_fidelity_does_not_choose_a_checkpoint():
    assert set(NAMES) <= set(metrics.METRICS)
    assert not set(NAMES) & set(metrics.DECIDING)
    metrics.check_names(NAMES)
