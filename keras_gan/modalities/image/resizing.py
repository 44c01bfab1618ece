"""Sizes and channels of images, as networks want to have them."""

import numpy as np
import tensorflow as tf
from PIL import Image

from keras_gan.errors import UserError


def resize_legacy(images, size):
    """Images to `size` px as TensorFlow 1's `resize_bilinear` did, float32 in [0, 255]: the same kernel, in fact."""
    return tf.raw_ops.ResizeBilinear(images=images, size=(size, size), align_corners=False, half_pixel_centers=False)


def resize_clean(images, size):
    """Images to `size` px as clean-fid does: each channel in float32 by Pillow's antialiased bicubic filter."""

    def resize(channel):
        plane = Image.fromarray(np.asarray(channel, np.float32), mode=None)
        return np.asarray(plane.resize((size, size), Image.Resampling.BICUBIC)).clip(0.0, 255.0)

    return np.stack([np.stack([resize(image[..., c]) for c in range(image.shape[-1])], -1) for image in images])


def resize_smooth(images, size):
    """Images to `size`, an edge or `(height, width)` in px, bilinear with antialiasing; float32 in [0, 255]."""
    size = (size, size) if isinstance(size, int) else size
    return tf.image.resize(tf.cast(images, tf.float32), size, antialias=True)


def enlarged(images, least):
    """Images whose shorter side has at least so many pixels, float32 in [0, 255]; larger ones stay as they are."""
    height, width = images.shape[1:3]
    scale = max(1.0, least / min(height, width))
    return np.asarray(resize_smooth(images, (round(height * scale), round(width * scale))))


def with_channels(images, channels):
    """Images `[B, height, width, 1 or 3]` with 1 or 3 channels: grey ones as RGB, or RGB ones as grey.

    Grey is a sum by Pillow's weights of the colours, rounded.

    Raises:
        UserError: for images with other channels, such as opacity.
    """
    if images.shape[-1] == channels:
        return images
    if images.shape[-1] == 1:
        return np.repeat(images, 3, axis=-1)
    if images.shape[-1] == 3 and channels == 1:
        return np.rint(images @ np.array([[0.299], [0.587], [0.114]])).astype(np.uint8)
    raise UserError(f"scores look at grey or RGB images, but these have {images.shape[-1]} channels.")
