"""Augmentations: hand-computed values, the papers' distributions, exact adjoints, second derivatives, replicas."""

import functools
import math

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.distribution import devices
from keras_gan.modalities.image import augment
from keras_gan.randomness.noise import StepNoise

CHANNELS = (1, 2, 3, 4)


def step_noise(step=0):
    return StepNoise(5, tf.constant(step, tf.int64))


def pictures(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def ada(images, probability=0.7, step=0):
    return augment.ada(images, probability, step_noise(step), "real")


def diffaugment(images, step=0):
    return augment.diffaugment(images, step_noise(step), "real")


# --- The warp ----------------------------------------------------------------------------------------------------


def affine(linear, translation=(0.0, 0.0)):
    """One inverse matrix `[1, 3, 3]`."""
    matrix = np.eye(3, dtype=np.float32)
    matrix[:2, :2], matrix[:2, 2] = linear, translation
    return matrix[None]


def rotation(degrees):
    angle = np.radians(degrees)
    return [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]


GEOMETRY = {
    "identity": affine(np.eye(2)),
    "flip": affine([[-1, 0], [0, 1]]),
    "quarter turn": affine([[0, 1], [-1, 0]]),
    "whole pixels": affine(np.eye(2), (2, -1)),
    "larger": affine(np.eye(2) * 0.7),
    "smaller": affine(np.eye(2) * 1.4),
    "rotation": affine(rotation(25)),
    "anisotropic": affine([[1.3, 0], [0, 1 / 1.3]]),
    "far away": affine(np.eye(2), (31.3, -57.8)),
    "all at once": affine(np.array(rotation(70)) @ [[-1.2, 0], [0, 0.8]] @ rotation(-20), (1.7, -3.4)),
}


@pytest.mark.parametrize(
    ("linear", "permuted"),
    [
        ([[1, 0], [0, 1]], lambda image: image),
        ([[-1, 0], [0, 1]], np.fliplr),
        ([[1, 0], [0, -1]], np.flipud),
        ([[-1, 0], [0, -1]], lambda image: np.rot90(image, 2)),
    ],
)
@pytest.mark.parametrize("size", [(5, 5), (4, 7), (1, 3), (1, 1)])
def test_warp_by_flips_and_half_turns_permutes_pixels(linear, permuted, size):
    images = pictures(2, *size, 2)
    warped = augment.warp(images, np.repeat(affine(linear), 2, axis=0))
    np.testing.assert_array_equal(warped, [permuted(image) for image in images])


@pytest.mark.parametrize("side", [4, 5])
def test_warp_by_quarter_turns_permutes_the_pixels_of_a_square(side):
    images = pictures(1, side, side, 3)
    # Reading at (-y, x) with y downwards: the picture turns counterclockwise.
    turned = augment.warp(images, affine([[0, -1], [1, 0]]))
    np.testing.assert_array_equal(turned, np.rot90(images, 1, axes=(1, 2)))
    back = augment.warp(turned, affine([[0, 1], [-1, 0]])[:, :2])  # 2 x 3 is as good
    np.testing.assert_array_equal(back, images)


def test_warp_is_bilinear():
    row = np.float32([1, 2, 4]).reshape(1, 1, 3, 1)
    # Read a quarter pixel further left; left of the first pixel lies, reflected, the second.
    result = augment.warp(row, affine(np.eye(2), (-0.25, 0))).numpy().ravel()
    np.testing.assert_allclose(result, [1.25, 1.75, 3.5], rtol=1e-6)
    # Enlarged twice about the middle: -1.5, -0.5, 0.5, 1.5 are read at half of that.
    row = np.float32([0, 1, 3, 7]).reshape(1, 1, 4, 1)
    result = augment.warp(row, affine(np.eye(2) * 0.5)).numpy().ravel()
    np.testing.assert_allclose(result, [0.75, 1.5, 2.5, 4], rtol=1e-6)
    # Both directions at once: 0.25 to the right, 0.75 down, among 1, 2 over 5, 11.
    square = np.float32([[1, 2], [5, 11]]).reshape(1, 2, 2, 1)
    result = augment.warp(square, affine(np.eye(2), (0.25, 0.75))).numpy()
    np.testing.assert_allclose(result[0, 0, 0, 0], 0.25 * (0.75 * 1 + 0.25 * 2) + 0.75 * (0.75 * 5 + 0.25 * 11))


@pytest.mark.parametrize(("by", "seen"), [(1, [2, 4, 2]), (3, [2, 1, 2]), (4, [1, 2, 4]), (-2, [4, 2, 1])])
def test_warp_reflects_at_the_border_without_end(by, seen):
    row = np.float32([1, 2, 4]).reshape(1, 1, 3, 1)
    np.testing.assert_array_equal(augment.warp(row, affine(np.eye(2), (by, 0))).numpy().ravel(), seen)
    column = row.reshape(1, 3, 1, 1)
    np.testing.assert_array_equal(augment.warp(column, affine(np.eye(2), (0, by))).numpy().ravel(), seen)


# --- Derivatives ---------------------------------------------------------------------------------------------------


def assert_adjoint(function, shape):
    """<A x, y> == <x, A^T y>, with A the linear part of an affine function and A^T its gradient."""
    x, y = tf.constant(pictures(*shape)), pictures(*shape, seed=1)
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = function(x)
    transposed = tape.gradient(output, x, output_gradients=y)
    linear = np.float64(output) - np.float64(function(tf.zeros(shape)))
    left, right = np.sum(linear * y), np.sum(np.float64(x) * np.float64(transposed))
    assert abs(left - right) <= 2e-6 * np.linalg.norm(linear) * np.linalg.norm(y)


@pytest.mark.parametrize("name", GEOMETRY)
def test_gradient_of_the_warp_is_its_adjoint(name):
    for size in (6, 6), (5, 8):
        assert_adjoint(functools.partial(augment.warp, inverse_matrices=GEOMETRY[name]), (1, *size, 2))


@pytest.mark.parametrize("channels", CHANNELS)
def test_gradients_of_the_other_parts_are_their_adjoints(channels):
    shape = (2, 5, 6, channels)
    assert_adjoint(lambda x: augment.shift(x, tf.constant([1, -2]), tf.constant([0, 3])), shape)
    assert_adjoint(lambda x: augment.cut_out(x, tf.constant([-1, 3]), tf.constant([2, 4]), (3, 3)), shape)
    parameters = tf.constant([0.3, -0.2]), tf.constant([0.0, 1.7]), tf.constant([0.5, 1.4])
    assert_adjoint(lambda x: augment.jitter(x, *parameters), shape)
    matrices = augment.colour_matrices(2, 1.0, step_noise(), "colour")
    assert_adjoint(lambda x: augment.recolour(x, matrices), shape)


@pytest.mark.parametrize("augmentation", [ada, diffaugment])
def test_gradient_of_an_augmentation_is_its_adjoint(augmentation):
    for step in range(3):
        assert_adjoint(functools.partial(augmentation, step=step), (8, 6, 9, 3))


@pytest.mark.parametrize("augmentation", [ada, diffaugment])
def test_gradient_equals_differences(augmentation):
    x, weights = tf.constant(pictures(2, 4, 4, 3)), pictures(2, 4, 4, 3, seed=1)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(weights * tf.sin(augmentation(x)))
    gradient = tape.gradient(loss, x).numpy()
    function = tf.function(lambda x: tf.reduce_sum(weights * tf.sin(augmentation(x))))
    for place in [(0, 0, 0, 0), (0, 2, 3, 1), (1, 1, 1, 2), (1, 3, 0, 0)]:
        step = np.zeros(x.shape, np.float32)
        step[place] = 1e-2
        numeric = (function(x + step) - function(x - step)) / 2e-2
        np.testing.assert_allclose(gradient[place], numeric, rtol=1e-2, atol=1e-3)


def penalty_gradient(augmentation, x, weights):
    """R1 of D(x) = sum(weights * T(x)^2) / 2, a discriminator behind an augmentation, and its weights' gradient."""
    with tf.GradientTape() as outer:
        outer.watch(weights)
        with tf.GradientTape() as inner:
            inner.watch(x)
            score = tf.reduce_sum(weights * augmentation(x) ** 2) / 2
        gradient = inner.gradient(score, x)
        penalty = tf.reduce_sum(gradient**2)
    return penalty, outer.gradient(penalty, weights)


@pytest.mark.parametrize("augmentation", [ada, diffaugment])
def test_second_derivatives_are_right(augmentation):
    x, weights = tf.constant(pictures(1, 4, 4, 3)), tf.constant(pictures(1, 4, 4, 3, seed=1))
    function = tf.function(augmentation)
    offset, flat = np.ravel(function(tf.zeros(x.shape))), np.ravel(function(x)).astype(np.float64)
    units = np.eye(48, dtype=np.float32).reshape(48, *x.shape)
    matrix = np.stack([np.ravel(function(unit)) - offset for unit in units], axis=1).astype(np.float64)
    # With T(x) affine, A its matrix: dD/dx = A^T (w T(x)), and R1 = |dD/dx|^2 has the gradient 2 T(x) (A dD/dx).
    score_gradient = matrix.T @ (np.ravel(weights) * flat)
    penalty, gradient = penalty_gradient(augmentation, x, weights)
    np.testing.assert_allclose(penalty, np.sum(score_gradient**2), rtol=1e-5)
    np.testing.assert_allclose(np.ravel(gradient), 2 * flat * (matrix @ score_gradient), rtol=1e-4, atol=1e-5)
    assert np.abs(gradient).max() > 0.01


@pytest.mark.slow
@pytest.mark.parametrize("augmentation", [ada, diffaugment])
def test_eager_graph_and_xla_agree(augmentation):
    x, weights = tf.constant(pictures(3, 6, 5, 3)), tf.constant(pictures(3, 6, 5, 3, seed=1))

    def everything(x, weights):
        return augmentation(x), *penalty_gradient(augmentation, x, weights)

    signature = [tf.TensorSpec([None, 6, 5, 3])] * 2  # the batch size is not known in the graph
    eager = everything(x, weights)
    for compiled in (False, True):
        results = tf.function(everything, input_signature=signature, jit_compile=compiled)(x, weights)
        for result, expected in zip(results, eager, strict=True):
            np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-4)


# --- Rows, replicas, channels --------------------------------------------------------------------------------------


@pytest.mark.parametrize("augmentation", [ada, diffaugment])
def test_two_replicas_augment_like_one(augmentation):
    images = tf.constant(pictures(4, 6, 6, 3))
    strategy = devices.make_strategy("mirrored")

    def value_and_gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            output = augmentation(x)
        return output, tape.gradient(output, x, output_gradients=x)

    @tf.function
    def halves():
        share = strategy.experimental_distribute_values_from_function(
            lambda context: images[2 * context.replica_id_in_sync_group :][:2]
        )
        return strategy.run(value_and_gradient, (share,))

    for parts, whole in zip(halves(), value_and_gradient(images), strict=True):
        parts = np.concatenate(strategy.experimental_local_results(parts))
        np.testing.assert_allclose(parts, whole, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "augmentation",
    [augment.diffaugment, lambda *args: augment.ada(args[0], 1.0, *args[1:])],
)
def test_every_row_and_purpose_draws_its_own(augmentation):
    images = np.repeat(pictures(1, 8, 8, 3), 4, axis=0)
    real, again, fake = (augmentation(images, step_noise(), purpose).numpy() for purpose in ("real", "real", "fake"))
    np.testing.assert_array_equal(real, again)
    rows = [*real, *fake]
    distances = [np.abs(a - b).max() for i, a in enumerate(rows) for b in rows[:i]]
    assert min(distances) > 0.05


def test_every_random_quantity_has_a_purpose_of_its_own():
    purposes = []

    class Listening(StepNoise):
        def _rows(self, draw, rows, shape, purpose):
            purposes.append(purpose)
            return super()._rows(draw, rows, shape, purpose)

    noise = Listening(5, tf.constant(0, tf.int64))
    images = pictures(2, 4, 4, 3)
    augment.ada(images, 0.5, noise, "real")
    augment.diffaugment(images, noise, "fake")
    assert len(set(purposes)) == len(purposes) == 7
    assert [purpose.split("/")[0] for purpose in purposes] == ["real"] * 6 + ["fake"]


@pytest.mark.parametrize("augmentation", [ada, diffaugment])
@pytest.mark.parametrize("channels", CHANNELS)
def test_all_numbers_of_channels_on_oblong_images(augmentation, channels):
    images = pictures(6, 7, 10, channels)
    result = augmentation(images).numpy()
    assert result.shape == images.shape
    assert np.isfinite(result).all()
    assert np.abs(result - images).max() > 0.1


def test_alpha_keeps_its_values():
    images = pictures(2, 3, 4, 4)
    matrices = augment.colour_matrices(2, 1.0, step_noise(), "colour")
    parameters = tf.constant([0.3, -0.4]), tf.constant([0.0, 2.0]), tf.constant([0.5, 1.5])
    for change in (
        lambda x: augment.recolour(x, matrices),
        lambda x: augment.jitter(x, *parameters),
    ):
        for colour in (1, 3):
            result = change(images[..., [*range(colour), 3]])
            np.testing.assert_array_equal(result[..., -1], images[..., 3])
            np.testing.assert_array_equal(result[..., :-1], change(images[..., :colour]))


# --- DiffAugment ---------------------------------------------------------------------------------------------------


def test_jitter_by_hand():
    image = np.float32([[[1.0, 0.2, -0.6], [0.4, 0.4, 0.1]]])[None]
    change = functools.partial(augment.jitter, image)
    one = tf.ones(1)
    np.testing.assert_allclose(change(one * 0.5, one, one), image + 0.5, atol=1e-6)
    # Greys 0.2 and 0.3; the mean of all is 0.25.
    doubled = [[[1.8, 0.2, -1.4], [0.5, 0.5, -0.1]]]
    np.testing.assert_allclose(change(one * 0, one * 2, one)[0], doubled, atol=1e-6)
    np.testing.assert_allclose(change(one * 0, one, one * 0.5)[0], 0.25 + (image[0] - 0.25) / 2, atol=1e-6)
    np.testing.assert_allclose(change(one * 0.5, one * 0, one * 2)[0, 0, :, 0], [0.65, 0.85], atol=1e-6)
    # One channel has brightness and contrast, but no saturation.
    grey = augment.jitter(np.float32([[[0.2], [0.6]]])[None], one * 0.1, one * 0, one * 1.5)
    np.testing.assert_allclose(np.ravel(grey), [0.2, 0.8], atol=1e-6)


def test_shift_by_hand():
    image = np.arange(1, 7, dtype=np.float32).reshape(1, 2, 3, 1)
    moved = augment.shift(np.repeat(image, 3, axis=0), tf.constant([0, 1, -2]), tf.constant([1, -1, 0])).numpy()
    expected = [[[0, 1, 2], [0, 4, 5]], [[0, 0, 0], [2, 3, 0]], [[0, 0, 0], [0, 0, 0]]]
    np.testing.assert_array_equal(moved[..., 0], expected)


def test_cut_out_by_hand():
    image = np.arange(1, 13, dtype=np.float32).reshape(1, 3, 4, 1)
    cut = augment.cut_out(np.repeat(image, 2, axis=0), tf.constant([1, -1]), tf.constant([0, 3]), (2, 3)).numpy()
    expected = [
        [[1, 2, 3, 4], [0, 0, 0, 8], [0, 0, 0, 12]],
        [[1, 2, 3, 0], [5, 6, 7, 8], [9, 10, 11, 12]],
    ]
    np.testing.assert_array_equal(cut[..., 0], expected)


def test_diffaugment_has_the_ranges_of_the_paper():
    # Left and right differ in grey by 0.1, red and green by 0.1, and nothing can become 0 but by shifts and holes.
    image = np.tile([0.95, 0.85, 0.9], (16, 16, 1))
    image[:, 8:] += 0.1
    count = 4000
    result = diffaugment(np.repeat(np.float32(image)[None], count, axis=0)).numpy()
    seen = (result != 0).all(axis=3)
    assert np.array_equal(seen, (result != 0).any(axis=3))

    grey = np.where(seen, result.mean(axis=3), np.nan)
    dark, bright = np.nanmin(grey, axis=(1, 2)), np.nanmax(grey, axis=(1, 2))
    contrast = (bright - dark) / 0.1
    brightness = (dark + bright) / 2 - 0.95
    red_green = (result[..., 0] - result[..., 1]).max(axis=(1, 2)) / 0.1
    for values, low, high in (brightness, -0.5, 0.5), (contrast, 0.5, 1.5), (red_green / contrast, 0, 2):
        assert low - 1e-4 <= values.min() < low + 0.01
        assert high - 0.01 < values.max() <= high + 1e-4
        assert abs(values.mean() - (low + high) / 2) < 0.02 * (high - low)
    assert np.abs(np.corrcoef([brightness, contrast, red_green / contrast]) - np.eye(3)).max() < 0.07

    # A hole is 8 wide, so a row or column without anything is one that a shift, of -2 … 2, has brought in.
    def shifts(seen):
        empty = ~seen.any(axis=2)
        return np.where(empty[:, 0], 1, -1) * empty.sum(axis=1)

    down, right = shifts(seen), shifts(seen.transpose(0, 2, 1))
    for moved in (down, right):
        values, counts = np.unique(moved, return_counts=True)
        assert values.tolist() == [-2, -1, 0, 1, 2]
        np.testing.assert_allclose(counts / count, 0.2, atol=0.03)

    # The hole's middle is between pixels, at 0 … 16: with 8 rows to it, between 4 and 8 of them are in the image.
    still = ~seen[(down == 0) & (right == 0)]
    for rows in still.any(axis=2), still.any(axis=1):
        sizes = rows.sum(axis=1)
        assert sizes.min() == sizes[rows[:, 0]].min() == sizes[rows[:, -1]].min() == 4
        assert sizes.max() == 8
        assert abs((sizes == 8).mean() - 9 / 17) < 0.15
    np.testing.assert_array_equal(still.sum(axis=(1, 2)), still.any(axis=2).sum(axis=1) * still.any(axis=1).sum(axis=1))


@pytest.mark.parametrize(("side", "furthest"), [(28, 4), (32, 4), (11, 1)])
def test_diffaugment_rounds_like_the_paper_s_code(side, furthest):
    result = diffaugment(np.full((300, side, side, 1), 0.9, np.float32)).numpy()[..., 0] != 0
    assert (~result.any(axis=2)).sum(axis=1).max() == furthest
    assert (~result).sum(axis=(1, 2)).max() >= (side // 2) ** 2


# --- ADA -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize("size", [(7, 7), (6, 9)])
def test_ada_at_probability_0_is_the_identity(channels, size):
    images = pictures(5, *size, channels)
    np.testing.assert_array_equal(ada(images, 0.0), images)


def test_compiled_ada_at_probability_0_is_the_identity():
    images = pictures(5, 6, 9, 3)
    compiled = tf.function(ada, jit_compile=True)
    np.testing.assert_allclose(compiled(images, tf.constant(0.0)), images, rtol=0, atol=1e-6)


P = 0.3


def assert_rate(condition, expected):
    """The share of rows equals a probability, within four standard deviations."""
    assert abs(np.mean(condition) - expected) < 4 * math.sqrt(expected * (1 - expected) / len(condition))


def assert_spread(values, expected):
    """Zero mean and the expected standard deviation."""
    assert abs(np.mean(values)) < 4 * expected / math.sqrt(len(values))
    np.testing.assert_allclose(np.std(values), expected, rtol=0.05)


@pytest.fixture(scope="module")
def geometry():
    """40,000 inverse matrices of images 16 high and 32 wide, in float64."""
    return augment.inverse_geometry(40000, (16, 32), P, step_noise(), "geometry").numpy().astype(np.float64)


def test_ada_flips_and_scales(geometry):
    determinant = np.linalg.det(geometry[:, :2, :2])
    assert_rate(determinant < 0, P / 2)
    log_size = -np.log(np.abs(determinant)) / 2
    assert_rate(np.abs(log_size) > 1e-5, P)
    assert_spread(log_size[np.abs(log_size) > 1e-5], 0.2 * math.log(2))
    larger, smaller = np.linalg.svd(geometry[:, :2, :2], compute_uv=False).T
    log_aspect = np.log(larger / smaller) / 2
    drawn = log_aspect > 1e-4
    assert_rate(drawn, P)
    np.testing.assert_allclose(np.sqrt(np.mean(log_aspect[drawn] ** 2)), 0.2 * math.log(2), rtol=0.05)


def test_ada_rotates(geometry):
    singular = np.linalg.svd(geometry[:, :2, :2], compute_uv=False)
    uniform = geometry[singular[:, 0] / singular[:, 1] < 1 + 1e-4, :2, :2]
    # The flip comes first, so its mirrored axis is the inverse's first row.
    upright = uniform * np.stack([np.sign(np.linalg.det(uniform)), np.ones(len(uniform))], axis=1)[:, :, None]
    turns = np.arctan2(upright[:, 1, 0], upright[:, 0, 0]) / (np.pi / 2)
    quarter = np.abs(turns - np.round(turns)) < 1e-4
    assert_rate(~quarter, P)
    assert len(uniform) > 20000
    for turn in (1, 2, 3):
        assert_rate(np.round(turns[quarter]) % 4 == turn, P / 4)
    histogram = np.histogram(turns[~quarter], bins=8, range=(-2, 2))[0] / np.sum(~quarter)
    np.testing.assert_allclose(histogram, 1 / 8, atol=0.02)
    # Flips and quarter turns are free of rounding errors.
    assert_rate(np.isin(geometry[:, :2, :2], [-1, 0, 1]).all(axis=(1, 2)), (1 - P) ** 3)


def test_ada_translates(geometry):
    still = geometry[(geometry[:, :2, :2] == np.eye(2)).all(axis=(1, 2)), :2, 2]
    whole = (still == np.round(still)).all(axis=1)
    assert_rate(~whole, P)
    (across, down), (shift_x, shift_y) = still[whole].T, still[~whole].T
    assert np.abs(across).max() == 4
    assert np.abs(down).max() == 2
    # Rounded from uniform numbers in -4 … 4 and -2 … 2.
    for distance, share in (across, [0.5, 1, 1, 1, 1, 1, 1, 1, 0.5]), (down, [0.5, 1, 1, 1, 0.5]):
        middle = len(share) // 2
        for value, weight in enumerate(share, start=-middle):
            rate = P * weight / (2 * middle)
            assert_rate(distance == value, rate if value else 1 - P + rate)
    # A normal number with an eighth of the size as deviation, and with chance p the whole pixels on top.
    assert_spread(shift_x, math.sqrt(4**2 + P * 5.5))
    assert_spread(shift_y, math.sqrt(2**2 + P * 1.5))


def test_ada_at_probability_1_transforms_everything():
    matrices = augment.inverse_geometry(500, (16, 32), 1.0, step_noise(), "geometry").numpy()
    assert (np.abs(matrices - np.eye(3)).max(axis=(1, 2)) > 0.01).all()
    log_size = np.log(np.abs(np.linalg.det(matrices[:, :2, :2])))
    assert (log_size != 0).mean() > 0.99
    matrices = augment.colour_matrices(500, 1.0, step_noise(), "colour").numpy()
    assert (np.abs(matrices[:, :3, 3]) > 0).all()


def test_ada_changes_colours():
    matrices = augment.colour_matrices(40000, P, step_noise(), "colour").numpy().astype(np.float64)
    linear, offset = matrices[:, :3, :3], matrices[:, :3, 3]
    grey = linear.sum(axis=2)
    np.testing.assert_allclose(grey, grey[:, :1].repeat(3, axis=1), rtol=1e-4)  # grey stays grey
    np.testing.assert_allclose(offset, offset[:, :1].repeat(3, axis=1), rtol=1e-4)

    luma = grey.mean(axis=1)
    assert_rate(luma < 0, P / 2)
    log_contrast = np.log(np.abs(luma))
    assert_rate(np.abs(log_contrast) > 1e-5, P)
    assert_spread(log_contrast[np.abs(log_contrast) > 1e-5], 0.5 * math.log(2))
    brightness = offset[:, 0] / luma
    assert_rate(brightness != 0, P)
    assert_spread(brightness[brightness != 0], 0.2)

    # Across the grey axis colours turn by the hue and are scaled by contrast and saturation.
    first, second = np.array([1, -1, 0]) / math.sqrt(2), np.array([1, 1, -2]) / math.sqrt(6)
    along, aside = linear @ first @ first, linear @ first @ second
    log_saturation = np.log(np.hypot(along, aside)) - log_contrast
    assert_rate(np.abs(log_saturation) > 1e-5, P)
    assert_spread(log_saturation[np.abs(log_saturation) > 1e-5], math.log(2))
    hue = np.arctan2(aside, along)
    assert_rate(np.abs(hue) > 1e-5, P)
    histogram = np.histogram(hue[np.abs(hue) > 1e-5], bins=8, range=(-np.pi, np.pi))[0]
    np.testing.assert_allclose(histogram / histogram.sum(), 1 / 8, atol=0.02)


def test_recolour_by_hand():
    matrix = np.float32([[[0.5, 0.25, 0, 0.1], [0, 1, 0, 0], [0, -1, 2, -0.2], [0, 0, 0, 1]]])
    image = np.float32([0.4, 0.8, -0.3]).reshape(1, 1, 1, 3)
    np.testing.assert_allclose(np.ravel(augment.recolour(image, matrix)), [0.5, 0.8, -1.6], atol=1e-6)


def test_recolour_of_grey_equals_that_of_equal_red_green_and_blue():
    grey, matrices = pictures(20, 3, 3, 1), augment.colour_matrices(20, 1.0, step_noise(), "colour")
    as_rgb = augment.recolour(np.repeat(grey, 3, axis=3), matrices)
    np.testing.assert_allclose(np.repeat(augment.recolour(grey, matrices), 3, axis=3), as_rgb, atol=1e-5)
