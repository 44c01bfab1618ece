"""What restoration undoes: noise, lost colour, lost resolution and holes."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from scipy import stats

from keras_gan.modalities.image import corruptions
from tests.conftest import SHARED

FACADES = SHARED / "data" / "facades128"


def levels(images):
    """[-1, 1] to 8-bit grey levels, not rounded."""
    return (np.asarray(images, np.float64) + 1) * 127.5


def from_levels(pixels):
    return tf.constant(np.asarray(pixels, np.float32) / np.float32(127.5) - 1)


def uniform(shape, seed=0):
    return tf.random.stateless_uniform(shape, seed=[seed, 1], alg="philox")


def noise_picture(shape=(3, 8, 12, 3), low=60, high=196, seed=0):
    return np.random.default_rng(seed).integers(low, high, shape, dtype=np.uint8)


# --- Noise ---------------------------------------------------------------------------------------------------------


def test_gaussian_noise_counts_in_grey_levels():
    pixels = noise_picture()
    normal = np.random.default_rng(1).normal(size=pixels.shape).astype(np.float32)
    noisy = levels(corruptions.gaussian(from_levels(pixels), 12.5, normal))
    np.testing.assert_allclose(noisy, pixels + 12.5 * normal, atol=1e-4)


def test_gaussian_noise_may_have_a_strength_for_each_image():
    pixels = noise_picture()
    normal = np.random.default_rng(1).normal(size=pixels.shape).astype(np.float32)
    sigma = tf.constant([0.0, 5.0, 10.0])
    noisy = levels(corruptions.gaussian(from_levels(pixels), sigma, normal))
    np.testing.assert_allclose(noisy, pixels + np.array([0, 5, 10])[:, None, None, None] * normal, atol=1e-4)


def test_noise_is_clipped():
    images = tf.constant([[[[-1.0], [1.0]]]])
    np.testing.assert_array_equal(corruptions.gaussian(images, 30, [[[[-2.0], [3.0]]]]), images)
    np.testing.assert_array_equal(corruptions.poisson(images, 4.0, tf.constant([[[[0.5], [0.99]]]])), images)


# Of few photons and of many: both ways of counting are needed.
@pytest.mark.parametrize("peak", [1.5, 10.0, 40.0, 400.0])
def test_poisson_counts_have_the_inverse_distribution_function(peak):
    pixels = np.arange(0, 256, 15, dtype=np.uint8)
    # The middles of many equal parts of probability, so that no one is on the step between two counts by chance.
    u = (np.arange(20_000) + 0.5).astype(np.float32) / 20_000
    shape = (len(pixels), 1, len(u), 1)
    images = tf.broadcast_to(from_levels(pixels)[:, None, None, None], shape)
    noisy = corruptions.poisson(images, peak, tf.broadcast_to(u[None, None, :, None], shape))
    counts = levels(noisy)[:, 0, :, 0] / 255 * peak
    expected = np.minimum(stats.poisson.ppf(u.astype(np.float64), pixels[:, None] / 255 * peak), peak)
    wrong = np.abs(counts - expected) > 0.01
    assert wrong.mean(axis=1).max() < 0.006
    assert np.abs(counts - expected).max() < 1.01
    exact = pixels / 255 * peak < 2
    assert wrong[exact].mean() < 1e-3


def test_poisson_noise_keeps_the_mean_and_grows_with_the_light():
    grey = np.array([32, 128], np.uint8)[:, None, None, None] * np.ones((1, 200, 200, 1), np.uint8)
    noisy = levels(corruptions.poisson(from_levels(grey), 30.0, uniform(grey.shape))) / 255
    mean = np.array([32, 128]) / 255
    np.testing.assert_allclose(noisy.mean(axis=(1, 2, 3)), mean, atol=0.004)
    np.testing.assert_allclose(noisy.var(axis=(1, 2, 3)), mean / 30, rtol=0.03)


def test_poisson_noise_stays_finite_at_the_ends():
    ends = tf.constant([0.0, 1.0 - 2.0**-23])[None, None, :, None]
    for level in (0, 1, 128, 255):
        noisy = corruptions.poisson(from_levels(np.full((1, 1, 2, 1), level)), tf.constant([100.0]), ends)
        assert np.isfinite(noisy).all()
    assert (corruptions.poisson(-tf.ones((1, 1, 2, 1)), 100.0, ends).numpy() == -1).all()


def test_salt_and_pepper_replaces_whole_pixels():
    pixels = noise_picture((2, 1, 4, 3))
    u = np.array([[0.05, 0.15, 0.2, 0.9], [0.05, 0.15, 0.3, 0.45]], np.float32)[:, None, :, None]
    noisy = levels(corruptions.salt_and_pepper(from_levels(pixels), tf.constant([0.2, 0.8]), tf.constant(u)))
    expected = pixels.astype(float)
    expected[0, 0, 0], expected[0, 0, 1] = 0, 255
    expected[1, 0, :3], expected[1, 0, 3] = 0, 255
    np.testing.assert_allclose(noisy, expected, atol=1e-4)


# --- Colour and resolution -----------------------------------------------------------------------------------------


def test_luminance_is_that_of_pillow():
    pixels = noise_picture(low=0, high=256)
    expected = np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in pixels])
    grey = levels(corruptions.luminance(from_levels(pixels)))
    assert grey.shape == (3, 8, 12, 1)
    assert np.abs(grey[..., 0] - expected).max() < 1
    primaries = from_levels([[[[255, 0, 0], [0, 255, 0], [0, 0, 255]]]])
    found = levels(corruptions.luminance(primaries))[0, 0, :, 0]
    np.testing.assert_allclose(found / 255, [0.299, 0.587, 0.114], atol=1e-6)


def test_luminance_of_grey_and_of_opacity():
    grey, opaque = from_levels(noise_picture((2, 4, 5, 2))), from_levels(noise_picture((2, 4, 5, 4)))
    np.testing.assert_array_equal(corruptions.luminance(grey[..., :1]), grey[..., :1])
    np.testing.assert_array_equal(corruptions.luminance(grey), grey[..., :1])
    np.testing.assert_array_equal(corruptions.luminance(opaque), corruptions.luminance(opaque[..., :3]))


def by_pillow(pixels, factor):
    size = (pixels.shape[1] // factor, pixels.shape[0] // factor)
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))


@pytest.mark.parametrize("factor", [2, 3, 4])
@pytest.mark.parametrize("kind", ["noise", "edges"])
def test_downscaling_is_that_of_pillow(kind, factor):
    pixels = noise_picture((2, 24, 36, 3), low=0, high=256)
    if kind == "edges":  # black and white alone, which the kernel overshoots
        pixels = (pixels.repeat(3, axis=1).repeat(3, axis=2)[:, :24, :36] > 128).astype(np.uint8) * 255
    small = levels(corruptions.downscale(from_levels(pixels), factor))
    np.testing.assert_allclose(small, np.rint(small), atol=1e-4)
    expected = np.stack([by_pillow(image, factor) for image in pixels]).astype(float)
    difference = np.abs(np.rint(small) - expected)
    assert small.shape == expected.shape == (2, 24 // factor, 36 // factor, 3)
    assert difference.max() <= 1
    assert (difference > 0).mean() < 0.02


@pytest.mark.skipif(not FACADES.is_dir(), reason="the facades are not beside this checkout")
def test_downscaling_of_a_photo_is_that_of_pillow():
    pixels = np.asarray(Image.open(sorted(FACADES.glob("train/*.jpg"))[0]).convert("RGB"))
    small = np.rint(levels(corruptions.downscale(from_levels(pixels[None]), 4)))[0]
    assert np.abs(small - by_pillow(pixels, 4).astype(float)).max() <= 1


def test_downscaling_needs_a_multiple():
    with pytest.raises(ValueError, match="10x8 px cannot be made 4 times smaller"):
        corruptions.downscale(tf.zeros((1, 8, 10, 3)), 4)


# --- Holes ---------------------------------------------------------------------------------------------------------


def test_box_masks_are_where_the_numbers_say():
    # Height, top, width, left; edges of 2 to 4 of 8 rows, and of 3 to 6 of 12 columns.
    numbers = tf.constant([[0.0, 0.0, 0.0, 0.0], [0.5, 0.5, 0.99, 0.99], [0.99, 0.99, 0.3, 0.0]])
    masks = corruptions.box_mask(numbers, 8, 12).numpy()
    expected = np.zeros((3, 8, 12, 1), np.float32)
    expected[0, 0:2, 0:3] = 1
    expected[1, 3:6, 6:12] = 1
    expected[2, 4:8, 0:4] = 1
    np.testing.assert_array_equal(masks, expected)
    assert masks.dtype == np.float32


def test_box_masks_vary_in_place_and_size():
    masks = corruptions.box_mask(uniform((500, corruptions.BOX_NUMBERS)), 32, 20).numpy()[..., 0]
    heights, widths = masks.max(axis=2).sum(axis=1), masks.max(axis=1).sum(axis=1)
    np.testing.assert_array_equal(masks.sum(axis=(1, 2)), heights * widths)  # one full rectangle each
    assert set(heights) == set(range(8, 17))
    assert set(widths) == set(range(5, 11))
    covered = masks.mean(axis=0)
    assert min(edge.max() for edge in (covered[0], covered[-1], covered[:, 0], covered[:, -1])) > 0  # at each border
    assert covered[10:22, 6:14].min() > 0.1


def by_hand(numbers, height, width):
    """The mask of one image: a disc at each of many points along the brush's way."""
    edge = min(height, width)
    mask = np.zeros((height, width))
    rows, columns = np.indices((height, width)) + 0.5
    of_stroke = numbers[1:].reshape(3, 29)
    for stroke in of_stroke[: int(numbers[0] * 3) + 1]:
        x, y, way = stroke[0] * width, stroke[1] * height, stroke[2] * 2 * np.pi
        radius = (0.05 + 0.1 * stroke[3]) * edge / 2
        for segment in range(int(4 + 9 * stroke[4])):
            turn = np.radians(72 + 24 * (2 * stroke[5 + segment] - 1)) * (1 if segment % 2 == 0 else -1)
            length = stroke[17 + segment] * 0.35 * edge
            end_x = np.clip(x + length * np.cos(way + turn), 0, width)
            end_y = np.clip(y + length * np.sin(way + turn), 0, height)
            for part in np.linspace(0, 1, 60):
                middle = x + part * (end_x - x), y + part * (end_y - y)
                mask[(columns - middle[0]) ** 2 + (rows - middle[1]) ** 2 <= radius**2] = 1
            x, y = end_x, end_y
    return mask


def test_free_form_masks_are_strokes_of_a_brush():
    numbers = uniform((6, corruptions.FREE_FORM_NUMBERS), seed=3)
    masks = corruptions.free_form_mask(numbers, 40, 56).numpy()
    assert masks.shape == (6, 40, 56, 1)
    assert masks.dtype == np.float32
    assert set(np.unique(masks)) == {0.0, 1.0}
    for mask, row in zip(masks[..., 0], numbers.numpy().astype(np.float64), strict=True):
        assert (mask != by_hand(row, 40, 56)).mean() < 0.005  # the border of a stroke, between two discs


def test_free_form_masks_cover_a_part_of_every_image():
    masks = corruptions.free_form_mask(uniform((400, corruptions.FREE_FORM_NUMBERS)), 32, 32).numpy()
    covered = masks.mean(axis=(1, 2, 3))
    assert 0.01 < covered.min() < covered.max() < 0.6
    assert 0.12 < covered.mean() < 0.2
    place = masks.mean(axis=0)
    assert place.min() > 0.05  # anywhere, also in the corners
    assert place.max() < 0.35


def test_everything_runs_in_a_graph_whatever_the_batch():
    @tf.function(input_signature=[tf.TensorSpec((None, 16, 24, 3))], autograph=False)
    def all_of_it(images):
        rows = tf.shape(images)[0]
        numbers = uniform((rows, 200))
        full = tf.zeros_like(images) + 0.3
        return (
            corruptions.gaussian(images, tf.fill([rows], 9.0), full),
            corruptions.poisson(images, tf.fill([rows], 9.0), full),
            corruptions.salt_and_pepper(images, tf.fill([rows], 0.2), full[..., :1]),
            corruptions.luminance(images),
            corruptions.downscale(images, 4),
            corruptions.box_mask(numbers[:, : corruptions.BOX_NUMBERS], 16, 24),
            corruptions.free_form_mask(numbers[:, : corruptions.FREE_FORM_NUMBERS], 16, 24),
        )

    results = all_of_it(from_levels(noise_picture((3, 16, 24, 3))))
    assert [value.shape[1:] for value in results] == [
        *[(16, 24, 3)] * 3,
        *[(16, 24, 1), (4, 6, 3)],
        *[(16, 24, 1)] * 2,
    ]
    assert all(len(value) == 3 and np.isfinite(value).all() for value in results)
