"""What restoration undoes: noise, lost colour, lost resolution and holes. Pure TensorFlow.

Images are float32 `[B, height, width, channels]` in [-1, 1], their shape known but for B, and come back in that
range. All randomness comes in as tensors of uniform numbers in [0, 1) or of standard normal ones, so that each function
gives the same for the same arguments. Strengths are one number, or one for each image, `[B]`.
"""

import math

import tensorflow as tf

from keras_gan.modalities.image.chroma import LUMINANCE

BOX_NUMBERS = 4  # uniform numbers that an image's box takes

# Of free-form masks; lengths are parts of the shorter edge.
STROKES = 3
SEGMENTS = 12
FEWEST_SEGMENTS = 4
THINNEST, THICKEST = 0.05, 0.15
LONGEST = 0.35
TURN, TURN_RANGE = 0.4 * math.pi, 2 / 15 * math.pi
_PER_STROKE = 5 + 2 * SEGMENTS
FREE_FORM_NUMBERS = 1 + STROKES * _PER_STROKE  # uniform numbers that an image's free-form mask takes

# Poisson counts are looked up term by term below this mean, and approximated above it.
FEW_PHOTONS = 2.0
TERMS = 15  # more than so many come up once in 10 million times


# --- Noise ---------------------------------------------------------------------------------------------------------


def gaussian(images, sigma, normal):
    """Adds white noise, and clips the result.

    Args:
        images: float32 `[B, H, W, C]` in [-1, 1].
        sigma: standard deviation in 8-bit grey levels: 25 is 25/255 of the range from black to white.
        normal: standard normal numbers in the shape of the images.
    """
    return _clip(images + _per_image(sigma) * (2.0 / 255.0) * normal)


def poisson(images, peak, uniform):
    """Shot noise: each value is a count of photons, white being `peak` of them on average; clips the result.

    The count is the inverse of the Poisson distribution function at the uniform number: summed up for means below 2,
    above them by its asymptotic expansion (Giles 2016, "Algorithm 955: Approximation of the Inverse Poisson Cumulative
    Distribution Function"), where it is one too many or one too few in at most 0.5 % of all cases.

    Args:
        images: float32 `[B, H, W, C]` in [-1, 1].
        peak: mean count of white, above 0: the fewer, the noisier.
        uniform: numbers in [0, 1) in the shape of the images.
    """
    peak = _per_image(peak)
    mean = (images + 1.0) * 0.5 * peak
    counts = tf.where(mean < FEW_PHOTONS, _few_photons(mean, uniform), _many_photons(mean, uniform))
    return _clip(2.0 * counts / peak - 1.0)


def _few_photons(mean, uniform):
    """The smallest count whose distribution function exceeds the uniform number, of means up to `FEW_PHOTONS`."""
    mean = tf.minimum(mean, FEW_PHOTONS)
    probability = below = tf.exp(-mean)
    counts = tf.zeros_like(mean)
    for count in range(1, TERMS + 1):
        counts += tf.cast(uniform >= below, tf.float32)
        probability *= mean / count
        below += probability
    return counts


def _many_photons(mean, uniform):
    """The same for means from `FEW_PHOTONS` on, nearly."""
    mean = tf.maximum(mean, FEW_PHOTONS)
    root = tf.sqrt(mean)
    z = tf.math.ndtri(tf.maximum(uniform, 2.0**-25))  # 0 would be infinitely far out
    expansion = mean + root * z + 1 / 3 + z**2 / 6 - (z / 36 + z**3 / 72) / root
    expansion += (-8 / 405 + 7 * z**2 / 810 + z**4 / 270) / mean
    return tf.maximum(tf.floor(expansion), 0.0)


def salt_and_pepper(images, amount, uniform):
    """Makes some pixels black and as many white, in all channels.

    Args:
        images: float32 `[B, H, W, C]` in [-1, 1].
        amount: which part of the pixels is lost, in [0, 1].
        uniform: numbers in [0, 1), `[B, H, W, 1]`.
    """
    amount = _per_image(amount)
    noisy = tf.where(uniform < amount, 1.0, images)
    return tf.where(uniform < 0.5 * amount, -1.0, noisy)


def _per_image(strength):
    """A number or `[B]` to what multiplies images."""
    return tf.reshape(tf.cast(strength, tf.float32), (-1, 1, 1, 1))


def _clip(images):
    return tf.clip_by_value(images, -1.0, 1.0)


# --- Colour and resolution -----------------------------------------------------------------------------------------


def luminance(images):
    """How bright each pixel is, `[B, H, W, 1]`; grey images come back as they are, and opacity does not count."""
    if images.shape[-1] < 3:
        return images[..., :1]
    return tf.tensordot(images[..., :3], tf.constant(LUMINANCE), 1)[..., None]


def downscale(images, factor):
    """Shrinks by a whole factor as Pillow's BICUBIC does to files of 8 bits.

    The kernel (a = -0.5, stretched by the factor against aliasing) is also that of MATLAB's `imresize`, which differs
    at the edges: it reflects the image there, where Pillow leaves out what lies beyond. Columns are made first, then
    rows, and each result is rounded to 8 bits and clipped.

    Raises:
        ValueError: if height or width is no multiple of the factor.
    """
    height, width = images.shape[1:3]
    if height % factor or width % factor:
        raise ValueError(f"images of {width}x{height} px cannot be made {factor} times smaller")
    for size in ((height, width // factor), (height // factor, width // factor)):
        levels = (tf.image.resize(images, size, tf.image.ResizeMethod.BICUBIC, antialias=True) + 1.0) * 127.5
        images = tf.clip_by_value(tf.round(levels), 0.0, 255.0) / 127.5 - 1.0
    return images


# --- Holes ---------------------------------------------------------------------------------------------------------


def box_mask(uniform, height, width, smallest=0.25, largest=0.5):
    """One rectangle in each image, anywhere.

    Args:
        uniform: numbers in [0, 1), `[B, BOX_NUMBERS]`.
        height, width: of the images, in pixels.
        smallest, largest: edges of the rectangle as parts of those of the image.

    Returns:
        float32 `[B, height, width, 1]`, 1 in the rectangle and 0 elsewhere.
    """

    def covered(length, size_uniform, place_uniform):
        least, most = (max(1, round(length * part)) for part in (smallest, largest))
        size = tf.floor(least + size_uniform * (most - least + 1))
        first = tf.floor(place_uniform * (length - size + 1.0))
        place = tf.range(length, dtype=tf.float32)[None, :] - first[:, None]
        return (place >= 0.0) & (place < size[:, None])

    rows = covered(height, uniform[:, 0], uniform[:, 1])
    columns = covered(width, uniform[:, 2], uniform[:, 3])
    return tf.cast(rows[:, :, None] & columns[:, None, :], tf.float32)[..., None]


def free_form_mask(uniform, height, width):
    """One to three strokes of a brush in each image, each of 4 to 12 straight segments that zigzag along.

    In the manner of Yu et al. 2018, "Free-Form Image Inpainting with Gated Convolution" (arXiv 1806.03589), section
    3.4: the brush starts anywhere, and turns by 48 to 96 degrees to one side and the other of its way, which has any
    direction; it stays within the image, is 0.05 to 0.15 of the shorter edge wide and goes up to 0.35 of it at a
    time; joints are round. On average 15 % of the image are covered.

    Args:
        uniform: numbers in [0, 1), `[B, FREE_FORM_NUMBERS]`.
        height, width: of the images, in pixels.

    Returns:
        float32 `[B, height, width, 1]`, 1 under the brush and 0 elsewhere.
    """
    edge = min(height, width)
    strokes = tf.floor(uniform[:, :1] * STROKES) + 1.0
    of_stroke = tf.reshape(uniform[:, 1:], (-1, STROKES, _PER_STROKE))
    x, y = of_stroke[..., 0] * width, of_stroke[..., 1] * height
    way = of_stroke[..., 2] * (2.0 * math.pi)
    radius = (THINNEST + of_stroke[..., 3] * (THICKEST - THINNEST)) * edge / 2
    segments = tf.floor(FEWEST_SEGMENTS + of_stroke[..., 4] * (SEGMENTS - FEWEST_SEGMENTS + 1))
    drawn = tf.range(STROKES, dtype=tf.float32)[None, :] < strokes
    squared_radius = tf.where(drawn, radius**2, -1.0)
    numbers = tf.range(SEGMENTS, dtype=tf.float32)
    turns, lengths = tf.split(of_stroke[..., 5:], 2, axis=-1)
    angles = way[..., None] + (TURN + (2.0 * turns - 1.0) * TURN_RANGE) * (1.0 - 2.0 * (numbers % 2.0))
    lengths = tf.where(numbers < segments[..., None], lengths * LONGEST * edge, 0.0)
    steps = [tf.transpose(lengths * part(angles), (2, 0, 1)) for part in (tf.cos, tf.sin)]

    def further(state, step):
        x, y, closest = state
        to_x = tf.clip_by_value(x + step[0], 0.0, width)
        to_y = tf.clip_by_value(y + step[1], 0.0, height)
        distance = _squared_distance(x, y, to_x - x, to_y - y, height, width)
        return to_x, to_y, tf.minimum(closest, distance)

    # Segment by segment, for all at once would need much memory.
    far = tf.fill((*tf.unstack(tf.shape(x)), height, width), tf.float32.max)
    closest = tf.foldl(further, steps, (x, y, far))[2]
    covered = tf.reduce_any(closest <= squared_radius[..., None, None], axis=1)
    return tf.cast(covered, tf.float32)[..., None]


def _squared_distance(x, y, along_x, along_y, height, width):
    """From each pixel's middle to segments that begin at (x, y), all `[B, S]`: `[B, S, height, width]`."""
    x, y, along_x, along_y = (values[..., None, None] for values in (x, y, along_x, along_y))
    right = tf.range(width, dtype=tf.float32) + 0.5 - x
    down = tf.range(height, dtype=tf.float32)[:, None] + 0.5 - y
    squared_length = tf.maximum(along_x**2 + along_y**2, 1e-6)
    nearest = tf.clip_by_value((right * along_x + down * along_y) / squared_length, 0.0, 1.0)
    return (right - nearest * along_x) ** 2 + (down - nearest * along_y) ** 2
