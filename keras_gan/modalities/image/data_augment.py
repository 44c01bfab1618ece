"""Augmentation of the data set itself: real images are mirrored, turned, cropped or recoloured before training.

The generator learns to draw whatever it is shown, so these changes are small enough to leave an image a plausible
member of its set. (Augmentation of what the discriminator sees, real and generated, is another thing and part of
the training step; docs/augmentation.md compares them.)

All geometry of an image is one affine map and one bilinear resampling, reflected at the edges, so that corners
are never black; all colour follows pixel by pixel, and the result is clipped once, at the end.
"""

import math

import tensorflow as tf

MAX_ANGLE_DEGREES = 10.0  # rotate: either way
MIN_EDGE = 0.875  # crop: the part of height and width that is kept, up to 1
MAX_ZOOM = 0.1  # scale: 0.9 to 1.1
MAX_HUE_DEGREES = 10.0  # color: either way round the grey axis of RGB
MAX_SATURATION = 0.25  # color: 0.75 to 1.25
MAX_BRIGHTNESS = 0.1  # light: of the whole range from black to white, either way
MAX_CONTRAST = 0.2  # light: 0.8 to 1.2

GEOMETRY = {"flip", "rotate", "crop", "scale"}
NUMBERS = ("flip", "angle", "edge", "left", "top", "zoom", "hue", "saturation", "brightness", "contrast")


def augment(images, uniform, names):
    """Changes each image by the random numbers in its row.

    Args:
        images: float32 `[B, height, width, channels]` in [-1, 1].
        uniform: `{name: float32 [B] in [0, 1)}` for each of `NUMBERS`. In the middle of a symmetric range, at 0.5,
            nothing happens; `flip` mirrors below 0.5; `edge` 0 keeps the whole image.
        names: some of `data.AUGMENTATIONS`:
            `flip` mirrors half of the images left to right,
            `rotate` turns them by up to 10 degrees either way,
            `color` turns the hue by up to 10 degrees and multiplies the saturation by 0.75 to 1.25, if there are
            three channels,
            `crop` cuts out a window of 0.875 to 1 of both edges, anywhere, and enlarges it to the whole,
            `scale` zooms about the centre by 0.9 to 1.1,
            `light` adds up to a tenth of the range to the brightness or takes it away, and multiplies the contrast
            by 0.8 to 1.2.

    Returns:
        float32 images of the same shape in [-1, 1].
    """
    if GEOMETRY & set(names):
        images = _resample(images, *_placement(images.shape, uniform, names))
    if "color" in names and images.shape[-1] == 3:
        images = _color(images, uniform)
    if "light" in names:
        images = _light(images, uniform)
    return tf.clip_by_value(images, -1.0, 1.0)


def _placement(shape, uniform, names):
    """Where a pixel of the new image is taken from, in pixels relative to the centre: `matrix @ pixel + shift`.

    Read as changes of the old image: it is turned and zoomed about its centre, then cropped, then mirrored.

    Returns:
        matrix as `((xx, xy), (yx, yy))` and shift as `(x, y)`, of float32 `[B]` each.
    """
    size_y, size_x = shape[1:3]
    zero = tf.zeros_like(uniform["angle"])
    angle = _either_way(uniform["angle"], math.radians(MAX_ANGLE_DEGREES)) if "rotate" in names else zero
    zoom = 1.0 + (_either_way(uniform["zoom"], MAX_ZOOM) if "scale" in names else zero)
    edge = 1.0 - (uniform["edge"] * (1.0 - MIN_EDGE) if "crop" in names else zero)
    mirror = tf.where(uniform["flip"] < 0.5, -1.0, 1.0) if "flip" in names else 1.0 + zero
    cosine, sine = tf.cos(angle) / zoom, tf.sin(angle) / zoom
    matrix = (cosine * edge * mirror, -sine * edge), (sine * edge * mirror, cosine * edge)
    # The window may move by half of what the crop leaves out: nothing, without a crop.
    x = _either_way(uniform["left"], (1.0 - edge) * size_x / 2)
    y = _either_way(uniform["top"], (1.0 - edge) * size_y / 2)
    return matrix, (cosine * x - sine * y, sine * x + cosine * y)


def _resample(images, matrix, shift):
    """Bilinear, reflected at the edges (… c b a | a b c …)."""
    height, width = images.shape[1:3]
    x, y = (width - 1) / 2, (height - 1) / 2
    (xx, xy), (yx, yy) = matrix
    zero = tf.zeros_like(xx)
    # The operation counts pixels from the corner.
    rows = [xx, xy, x - xx * x - xy * y + shift[0], yx, yy, y - yx * x - yy * y + shift[1], zero, zero]
    resampled = tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack(rows, axis=1),
        output_shape=(height, width),
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="REFLECT",
    )
    return tf.ensure_shape(resampled, images.shape)


def _color(images, uniform):
    """Turns and stretches each pixel's distance from grey, the mean of its channels; grey pixels do not change."""
    hue = _either_way(uniform["hue"], math.radians(MAX_HUE_DEGREES))
    saturation = 1.0 + _either_way(uniform["saturation"], MAX_SATURATION)
    along, across = saturation * tf.cos(hue), saturation * tf.sin(hue) / math.sqrt(3.0)
    red, green, blue = tf.unstack(images, axis=-1)
    grey = (red + green + blue) / 3.0
    along, across = along[:, None, None], across[:, None, None]
    # Rodrigues' rotation about (1, 1, 1): a third of a turn moves red to green, green to blue, blue to red.
    turned = [
        grey + along * (red - grey) + across * (blue - green),
        grey + along * (green - grey) + across * (red - blue),
        grey + along * (blue - grey) + across * (green - red),
    ]
    return tf.stack(turned, axis=-1)


def _light(images, uniform):
    """Contrast about each image's mean, and brightness."""
    brightness = _either_way(uniform["brightness"], 2.0 * MAX_BRIGHTNESS)  # the range [-1, 1] is 2 wide
    contrast = 1.0 + _either_way(uniform["contrast"], MAX_CONTRAST)
    mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
    return mean + contrast[:, None, None, None] * (images - mean) + brightness[:, None, None, None]


def _either_way(uniform, most):
    """Numbers in [0, 1) to numbers in [-most, most)."""
    return (2.0 * uniform - 1.0) * most
