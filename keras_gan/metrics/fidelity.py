"""Fidelity: how near each output of an image-to-image model is to the image that it should have been."""

import numpy as np
from scipy.ndimage import gaussian_filter, uniform_filter

from keras_gan.errors import UserError
from keras_gan.metrics.ms_ssim import K1, K2, SIGMA, WINDOW

PEAK = 255.0
PSNR_CAP = 100.0  # dB, what an image counts at most where PSNRs are averaged
WINDOWS = {"gaussian": WINDOW, "uniform": 7}  # px, edges of the windows of SSIM
LUMINANCE = (65.481, 128.553, 24.966)  # of red, green and blue in [0, 1]
LUMINANCE_OFFSET = 16.0


def l1(a, b):
    """Mean absolute difference of each pair of images, in units of the range [0, 1].

    Args:
        a, b: `[N, height, width, channels]` in [0, 255], uint8 or float.

    Returns:
        float64 `[N]` in [0, 1], 0 for equal images.
    """
    return _each(lambda x, y: np.abs(x - y).mean(), a, b) / PEAK


def psnr(a, b):
    """Peak signal-to-noise ratio of each pair of images, 10 log10(255^2 / mean squared error).

    Args:
        a, b: `[N, height, width, channels]` in [0, 255], uint8 or float.

    Returns:
        float64 `[N]` in dB, at least 0 and infinite for equal images: whoever averages caps it (see `PSNR_CAP`).
    """
    errors = _each(lambda x, y: ((x - y) ** 2).mean(), a, b)
    with np.errstate(divide="ignore"):
        return 10.0 * np.log10(PEAK**2 / errors)


def ssim(a, b, window="gaussian"):
    """Structural similarity (Wang, Bovik, Sheikh and Simoncelli 2004, equation 13) of each pair of images.

    The mean over the channels and over all places where the window lies within the image.

    Args:
        a, b: `[N, height, width, channels]` in [0, 255], uint8 or float, at least as large as the window.
        window: `gaussian`, that of the paper, 11 px with sigma 1.5 px, and what papers report; or `uniform`, 7 px with
            unbiased variances, the default of scikit-image. Values of the two do not compare.

    Returns:
        float64 `[N]` in [-1, 1], 1 for equal images.

    Raises:
        UserError: for images smaller than the window.
    """
    edge, (height, width) = WINDOWS[window], np.shape(a)[1:3]
    if min(height, width) < edge:
        raise UserError(
            f"SSIM needs images of at least {edge}x{edge} px, the size of its window, and these have {width}x{height}: "
            "use larger ones, or other scores."
        )
    return _each(lambda x, y: _similarity(x, y, window), a, b)


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


# --- Inside -----------------------------------------------------------------------------------------------------------


def _each(function, a, b):
    """`function` of every pair, float64 `[N]`; one pair at a time, since a whole set in float64 may fill the memory."""
    if np.shape(a) != np.shape(b):
        raise ValueError(f"images are compared with images of their own shape, got {np.shape(a)} and {np.shape(b)}")
    return np.array([function(np.asarray(x, np.float64), np.asarray(y, np.float64)) for x, y in zip(a, b, strict=True)])


def _similarity(x, y, window):
    c1, c2 = (K1 * PEAK) ** 2, (K2 * PEAK) ** 2
    places = WINDOWS[window] ** 2
    unbias = places / (places - 1) if window == "uniform" else 1.0
    mean_x, mean_y = _blur(x, window), _blur(y, window)
    squares, product = mean_x**2 + mean_y**2, mean_x * mean_y
    variances = unbias * (_blur(x**2, window) + _blur(y**2, window) - squares)
    covariance = unbias * (_blur(x * y, window) - product)
    similarity = (2.0 * product + c1) * (2.0 * covariance + c2) / ((squares + c1) * (variances + c2))
    margin = WINDOWS[window] // 2
    return similarity[margin:-margin, margin:-margin].mean()


def _blur(image, window):
    """Means under the window, `[height, width, channels]`; those near the border are not to be used."""
    if window == "uniform":
        return uniform_filter(image, WINDOWS[window], axes=(0, 1))
    return gaussian_filter(image, SIGMA, radius=WINDOWS[window] // 2, axes=(0, 1))
