"""Augmentations of what the discriminator sees, inside the training step: DiffAugment and ADA.

Real and fake images alike pass through random transforms before the discriminator scores them, so that it cannot
learn a small dataset by heart, and the generator learns through the transforms' gradients. All functions are pure,
run eagerly, in a graph and under XLA, can be differentiated twice, and take float32 images `[B, H, W, C]`, nominally
in [-1, 1] (nothing is clipped), with C of 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha) and static H and W.
Geometry moves all channels; colour transforms leave alpha as it is.

`noise` is a `keras_gan.randomness.noise.StepNoise`. Every image has parameters of its own, keyed by its row and by
`purpose`: calls with different purposes, as for real and fake images, draw independent parameters.
"""

import functools
import math

import numpy as np
import tensorflow as tf

# --- DiffAugment -------------------------------------------------------------------------------------------------


def diffaugment(images, noise, purpose):
    """DiffAugment with all three policies, colour, translation and cutout, each of them on every image.

    Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN Training" (arXiv 2006.10738),
    with the ranges given there: brightness within [-0.5, 0.5], saturation within [0, 2], contrast within [0.5, 1.5];
    translation by whole pixels within 1/8 of each side; a hole of half of each side.

    Args:
        images: float32 `[B, H, W, C]` in [-1, 1].
        noise: a `StepNoise`.
        purpose: prefix of the names of this call's random quantities.

    Returns:
        Images in the same shape, not confined to [-1, 1].
    """
    _, height, width, _ = images.shape
    uniform = noise.uniform(tf.shape(images)[0], (7,), f"{purpose}/uniform")
    brightness, saturation, contrast, down, right, row, column = tf.unstack(uniform, axis=1)
    images = jitter(images, brightness - 0.5, 2.0 * saturation, contrast + 0.5)
    furthest = (_round_half_up(height / 8), _round_half_up(width / 8))
    images = shift(images, *(_integer(u, -most, most) for u, most in zip((down, right), furthest, strict=True)))
    hole = (_round_half_up(height / 2), _round_half_up(width / 2))
    # The hole's middle is anywhere in the image. An even side has its middle between two pixels, one place more.
    middles = (_integer(row, 0, height - hole[0] % 2), _integer(column, 0, width - hole[1] % 2))
    return cut_out(images, *(middle - side // 2 for middle, side in zip(middles, hole, strict=True)), hole)


def jitter(images, brightness, saturation, contrast):
    """Adds the brightness, scales away from each pixel's grey by the saturation, from the image's mean by the contrast.

    Args:
        images: `[B, H, W, C]`.
        brightness, saturation, contrast: `[B]`; 0, 1 and 1 change nothing. Grey images have no saturation.
    """

    def change(colour):
        colour += _per_image(brightness)
        if colour.shape[-1] > 1:
            grey = tf.reduce_mean(colour, axis=3, keepdims=True)
            colour = grey + (colour - grey) * _per_image(saturation)
        mean = tf.reduce_mean(colour, axis=(1, 2, 3), keepdims=True)
        return mean + (colour - mean) * _per_image(contrast)

    return _on_colour(images, change)


def shift(images, down, right):
    """Moves each image by whole pixels, int32 `[B]`; what comes into sight is 0, mid grey."""
    rows, rows_inside = _shifted(down, images.shape[1])
    columns, columns_inside = _shifted(right, images.shape[2])
    inside = tf.cast(rows_inside[:, :, None] & columns_inside[:, None, :], images.dtype)
    return _pick(images, rows[:, :, None], columns[:, None, :]) * inside[..., None]


def cut_out(images, top, left, size):
    """Fills a rectangle of each image with 0, mid grey (and half transparent).

    Args:
        images: `[B, H, W, C]`.
        top, left: int32 `[B]`, the rectangle's first row and column; it may reach over the border.
        size: `(height, width)` of the rectangle.
    """

    def covered(first, length, side):
        place = tf.range(length)[None, :] - first[:, None]
        return (place >= 0) & (place < side)

    rows, columns = covered(top, images.shape[1], size[0]), covered(left, images.shape[2], size[1])
    hole = tf.cast(rows[:, :, None] & columns[:, None, :], images.dtype)
    return images * (1.0 - hole[..., None])


# --- ADA ---------------------------------------------------------------------------------------------------------


def ada(images, probability, noise, purpose):
    """The augmentations of ADA, each of them on each image with the given probability.

    Karras et al. 2020, "Training Generative Adversarial Networks with Limited Data" (arXiv 2006.06676), appendix B:
    pixel blitting, general geometric and colour transforms with the strengths given there. The geometry of an image
    is one matrix and one resampling, its colour another matrix.

    *Deviations.* Resampling is plain bilinear where the paper low-pass filters with a wavelet around it: images come
    out slightly softer, and one that is scaled down may alias. The reflection at the borders has no end, where the
    paper pads by a margin. The image-space filters and corruptions that the paper examines and leaves out of its
    final method are left out.

    Args:
        images: float32 `[B, H, W, C]` in [-1, 1].
        probability: scalar p in [0, 1], a number or a tensor. At 0 the images come back unchanged, to the bit.
        noise: a `StepNoise`.
        purpose: prefix of the names of this call's random quantities.

    Returns:
        Images in the same shape, not confined to [-1, 1].
    """
    rows, (_, height, width, _) = tf.shape(images)[0], images.shape
    images = warp(images, inverse_geometry(rows, (height, width), probability, noise, f"{purpose}/geometry"))
    return recolour(images, colour_matrices(rows, probability, noise, f"{purpose}/colour"))


def inverse_geometry(rows, size, probability, noise, purpose):
    """Draws ADA's geometric transforms (Karras et al. 2020, appendix B) and composes the inverse of each image's.

    With probability p each: x-flip (half of the time), 0 to 3 quarter turns, translation by whole pixels within 1/8
    of the size, isotropic scaling by exp(N(0, (0.2 ln 2)^2)), rotation, anisotropic scaling by s and 1/s with s drawn
    likewise, rotation, and translation by N(0, (1/8)^2) of the size. Each of the two rotations, by any angle, has a
    probability of 1 - sqrt(1 - p), so that p is the chance of any rotation.

    Args:
        rows: number of images B.
        size: `(H, W)` in pixels.
        probability: scalar p in [0, 1].
        noise: a `StepNoise`.
        purpose: prefix of the names of the random quantities.

    Returns:
        float32 `[B, 3, 3]` for `warp`, the exact identity for an image that no transform meets.
    """
    height, width = size
    uniform = noise.uniform(rows, (6,), f"{purpose}/uniform")
    flip, turn, step_x, step_y, before, after = tf.unstack(uniform, axis=1)
    log_size, log_aspect, slide_x, slide_y = tf.unstack(noise.normal(rows, (4,), f"{purpose}/normal"), axis=1)
    mirrored = 1.0 - 2.0 * tf.floor(2.0 * flip)
    quarter = tf.floor(4.0 * turn) * (math.pi / 2)
    isotropic = tf.exp(-0.2 * math.log(2) * log_size)
    anisotropic = tf.exp(-0.2 * math.log(2) * log_aspect)
    p = tf.cast(probability, tf.float32)
    p_rotation = 1.0 - tf.sqrt(1.0 - p)
    # Inverses in the order of application: (T_n … T_1)^-1 = T_1^-1 … T_n^-1.
    return _composed(
        [
            (p, _scaling(mirrored, tf.ones_like(mirrored))),
            # Rounded, so that a quarter turn is free of the rounding error of pi.
            (p, _rotation(tf.round(tf.cos(quarter)), tf.round(tf.sin(quarter)))),
            (p, _translation(tf.round((0.25 * step_x - 0.125) * width), tf.round((0.25 * step_y - 0.125) * height))),
            (p, _scaling(isotropic, isotropic)),
            (p_rotation, _rotation(tf.cos(2 * math.pi * before), tf.sin(2 * math.pi * before))),
            (p, _scaling(anisotropic, 1.0 / anisotropic)),
            (p_rotation, _rotation(tf.cos(2 * math.pi * after), tf.sin(2 * math.pi * after))),
            (p, _translation(0.125 * width * slide_x, 0.125 * height * slide_y)),
        ],
        noise.uniform(rows, (8,), f"{purpose}/chance"),
    )


def colour_matrices(rows, probability, noise, purpose):
    """Draws ADA's colour transforms (Karras et al. 2020, appendix B) and composes each image's.

    With probability p each: brightness + N(0, 0.2^2), contrast times exp(N(0, (0.5 ln 2)^2)), luma flip (half of
    the time), hue rotation by any angle, saturation times exp(N(0, (ln 2)^2)).

    Args:
        rows: number of images B.
        probability: scalar p in [0, 1].
        noise: a `StepNoise`.
        purpose: prefix of the names of the random quantities.

    Returns:
        float32 `[B, 4, 4]` over (red, green, blue, 1), the exact identity for an image that no transform meets.
    """
    flip, turn = tf.unstack(noise.uniform(rows, (2,), f"{purpose}/uniform"), axis=1)
    brightness, log_contrast, log_saturation = tf.unstack(noise.normal(rows, (3,), f"{purpose}/normal"), axis=1)
    contrast = tf.exp(0.5 * math.log(2) * log_contrast)
    saturation = tf.exp(math.log(2) * log_saturation)
    angle = 2 * math.pi * turn
    p = tf.cast(probability, tf.float32)
    return _composed(
        # Last transform first: C = T_n … T_1.
        [
            (p, _matrices(_EYE4, (saturation - 1.0, _RGB - _LUMA))),
            (p, _matrices(_EYE4, (tf.sin(angle), _HUE), (1.0 - tf.cos(angle), _HUE @ _HUE))),  # Rodrigues' formula
            (p, _matrices(_EYE4, (-2.0 * tf.floor(2.0 * flip), _LUMA))),  # Householder's reflection
            (p, _matrices(_EYE4, (contrast - 1.0, _RGB))),
            (p, _matrices(_EYE4, (0.2 * brightness, _OFFSET))),
        ],
        noise.uniform(rows, (5,), f"{purpose}/chance"),
    )


# --- Applying matrices -------------------------------------------------------------------------------------------


def warp(images, inverse_matrices):
    """Resamples images, bilinearly, under affine maps.

    The value of an output pixel at (x, y) is the input's at M (x, y, 1). Coordinates are in pixels from the middle
    of the image, x to the right and y downwards: the pixel of row i and column j lies at
    (j - (W - 1) / 2, i - (H - 1) / 2). So flips, half turns, and quarter turns of square images, permute pixels
    exactly. Beyond its border the image is reflected about the centres of its outermost pixels, again and again.

    Linear in the images, and their gradient is the exact adjoint (`keras.ops.image.affine_transform` has a wrong one
    on TensorFlow).

    Args:
        images: `[B, H, W, C]`.
        inverse_matrices: finite float32 `[B, 3, 3]` or `[B, 2, 3]`, from output coordinates to input ones.

    Returns:
        Images in the same shape.
    """
    _, height, width, channels = images.shape
    x = tf.range(width, dtype=tf.float32)[None, None, :] - (width - 1) / 2
    y = tf.range(height, dtype=tf.float32)[None, :, None] - (height - 1) / 2
    m = inverse_matrices[:, :2, :, None, None]
    column, right = _split(_reflected(m[:, 0, 0] * x + m[:, 0, 1] * y + (m[:, 0, 2] + (width - 1) / 2), width))
    row, down = _split(_reflected(m[:, 1, 0] * x + m[:, 1, 1] * y + (m[:, 1, 2] + (height - 1) / 2), height))
    weights = ((1.0 - down) * (1.0 - right), (1.0 - down) * right, down * (1.0 - right), down * right)
    planes = tf.unstack(_pick(_neighbours(images), row, column), axis=-1)
    return tf.stack(
        [sum(w * plane for w, plane in zip(weights, planes[k::channels], strict=True)) for k in range(channels)],
        axis=-1,
    )


def recolour(images, matrices):
    """Applies colour matrices; a grey image is one whose red, green and blue are equal, and stays grey.

    Args:
        images: `[B, H, W, C]`.
        matrices: float32 `[B, 4, 4]` over (red, green, blue, 1).

    Returns:
        Images in the same shape.
    """
    linear, offset = matrices[:, :3, :3], matrices[:, :3, 3]

    def change(colour):
        if colour.shape[-1] == 1:
            scale = tf.reduce_sum(linear, axis=(1, 2)) / 3.0
            return colour * _per_image(scale) + _per_image(tf.reduce_mean(offset, axis=1))
        # Not a matrix product: on a GPU that may round to ten bits (TF32), visible even at probability 0.
        planes = tf.unstack(colour, axis=-1)
        return tf.stack(
            [
                sum(linear[:, i, k, None, None] * plane for k, plane in enumerate(planes)) + offset[:, i, None, None]
                for i in range(3)
            ],
            axis=-1,
        )

    return _on_colour(images, change)


# --- Inside --------------------------------------------------------------------------------------------------------


def _on_colour(images, change):
    """Applies `change` to the colour channels, `[B, H, W, 1 or 3]`, and leaves alpha alone."""
    if images.shape[-1] in (1, 3):
        return change(images)
    return tf.concat([change(images[..., :-1]), images[..., -1:]], axis=-1)


def _per_image(values):
    return values[:, None, None, None]


def _integer(uniform, first, last):
    """Integers `first … last`, int32, all as likely, from uniform numbers in [0, 1)."""
    return first + tf.cast(tf.floor(uniform * (last - first + 1)), tf.int32)


def _round_half_up(length):
    return int(length + 0.5)


def _shifted(distance, length):
    """Where along an axis to read for a shift, int32 `[B, length]`, clipped, and whether that was inside."""
    place = tf.range(length)[None, :] - distance[:, None]
    clipped = tf.clip_by_value(place, 0, length - 1)
    return clipped, place == clipped


def _reflected(place, length):
    """Folds coordinates into [0, length - 1] by reflection at both ends."""
    last = length - 1
    return last - tf.abs(tf.math.floormod(place, 2 * last) - last) if last else tf.zeros_like(place)


def _split(place):
    """Whole part, int32, and fraction, float32, of coordinates that are not negative."""
    whole = tf.floor(place)
    return tf.cast(whole, tf.int32), place - whole


def _neighbours(images):
    """`[B, H, W, 4 C]`: each pixel beside those to the right, below, and below to the right.

    So that bilinear resampling looks up once instead of four times. In the last row and column some neighbours are
    not the pixel's own, which is as good as any others for a weight of 0.
    """
    _, height, width, channels = images.shape
    pixels = height * width * channels
    flat = tf.pad(tf.reshape(images, [-1, pixels]), [[0, 0], [0, (width + 1) * channels]])
    moved = [flat[:, channels * by : channels * by + pixels] for by in (0, 1, width, width + 1)]
    return tf.concat([tf.reshape(part, [-1, height, width, channels]) for part in moved], axis=-1)


def _pick(images, rows, columns):
    """Pixels `[B, h, w, C]` at the given int32 rows and columns, which broadcast to `[B, h, w]`."""
    _, height, width, channels = images.shape
    return tf.gather(tf.reshape(images, [-1, height * width, channels]), rows * width + columns, batch_dims=1)


_EYE3, _EYE4 = np.eye(3, dtype=np.float32), np.eye(4, dtype=np.float32)
_RGB = np.diag(np.float32([1, 1, 1, 0]))
_LUMA = np.outer(*[np.float32([1, 1, 1, 0])] * 2) / 3  # projects onto the grey axis v = (1, 1, 1) / sqrt(3)
_HUE = np.float32([[0, -1, 1, 0], [1, 0, -1, 0], [-1, 1, 0, 0], [0, 0, 0, 0]]) / np.float32(math.sqrt(3))  # v cross …
_OFFSET = np.float32([[0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]])


def _matrices(constant, *terms):
    """The constant matrix plus, for each image, constant matrices times its coefficients `[B]`."""
    return constant + sum(coefficients[:, None, None] * matrix for coefficients, matrix in terms)


def _cell(row, column):
    return np.float32(np.arange(9).reshape(3, 3) == 3 * row + column)


def _scaling(x, y):
    return _matrices(_cell(2, 2), (x, _cell(0, 0)), (y, _cell(1, 1)))


def _rotation(cosine, sine):
    return _matrices(_cell(2, 2), (cosine, _cell(0, 0) + _cell(1, 1)), (sine, _cell(1, 0) - _cell(0, 1)))


def _translation(x, y):
    """From output to input coordinates, so that the picture moves by (x, y)."""
    return _matrices(_EYE3, (-x, _cell(0, 2)), (-y, _cell(1, 2)))


def _composed(transforms, chances):
    """The product of the matrices, each of which is there for those images only that draw it.

    Args:
        transforms: list of n pairs (probability, matrices `[B, k, k]`).
        chances: uniform `[B, n]` in [0, 1).
    """
    probabilities, matrices = (tf.stack(column, axis=-1) for column in zip(*transforms, strict=True))
    drawn = (chances < probabilities)[:, None, None, :]
    matrices = tf.where(drawn, matrices, tf.eye(matrices.shape[1])[:, :, None])
    return functools.reduce(_product, tf.unstack(matrices, axis=-1))


def _product(left, right):
    # Not tf.matmul, for the same reason as in `recolour`: coordinates need all their bits.
    return tf.reduce_sum(left[:, :, :, None] * right[:, None, :, :], axis=2)
