"""How papers on super-resolution look at images before they compare them: luminance alone, and no border."""

import numpy as np

from keras_gan.errors import UserError

PEAK = 255.0
LUMINANCE = (65.481, 128.553, 24.966)  # of red, green and blue in [0, 1]
LUMINANCE_OFFSET = 16.0


def luminance(images):
    """Luminance of images, as papers on super-resolution compare it (ITU-R BT.601, the Y of MATLAB's rgb2ycbcr).

    Args:
        images: `[N, height, width, 1 or 3]` in [0, 255], uint8 or float.

    Returns:
        float64 `[N, height, width, 1]`, not rounded: 16 for black to 235 for white. Grey images keep their values, as
        those papers' code has it.
    """
    images = np.asarray(images)
    if images.shape[-1] == 1:
        return images.astype(np.float64)
    if images.shape[-1] != 3:
        raise ValueError(f"luminance is of images with 1 or 3 channels, got {images.shape[-1]}")
    return (images @ (np.array(LUMINANCE) / PEAK))[..., None] + LUMINANCE_OFFSET


def cut_border(images, pixels):
    """`[N, height, width, channels]` without its outermost `pixels` rows and columns, whose neighbours nobody knew.

    Raises:
        UserError: if nothing would be left.
    """
    height, width = images.shape[1:3]
    if pixels < 0:
        raise ValueError(f"a border has at least 0 px, got {pixels}")
    if min(height, width) <= 2 * pixels:
        raise UserError(f"a border of {pixels} px leaves nothing of images of {width}x{height} px: use larger ones.")
    return images[:, pixels : height - pixels, pixels : width - pixels]
