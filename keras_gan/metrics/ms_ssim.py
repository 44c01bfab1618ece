"""MS-SSIM: how alike two images are, from structure at several scales."""

import numpy as np
from scipy.ndimage import correlate1d

from keras_gan.metrics.pairs import of_pairs
from keras_gan.registry import Score

SCORE = Score(
    "ms-ssim",
    about="likeness of pairs of samples by structure; near that of real pairs is better, above it is collapse",
    of=("image",),
    least=2,
    least_edge=11,
)

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
WINDOW = 11  # px, edge of the Gaussian window
SIGMA = 1.5  # px
K1, K2 = 0.01, 0.03


def measure(subject):
    """Yields `ms_ssim` of pairs of samples of a `Subject`, with the standard deviation over pairs."""
    yield of_pairs(subject, "ms_ssim", ms_ssim)


def scales(height, width):
    """How many of the five scales an image of this size has room for; 0 if it is smaller than the window."""
    return sum(min(height, width) >> scale >= WINDOW for scale in range(len(WEIGHTS)))


def ms_ssim(a, b):
    """Multi-scale structural similarity (Wang, Simoncelli and Bovik 2003, equation 7), of each pair of images.

    Images too small for five scales are compared at those that there is room for (two at 32 px), the exponents scaled
    to the same sum, so that values of different image sizes do not compare.

    Args:
        a, b: `[N, height, width, channels]` in [0, 255], at least 11 px on each side.

    Returns:
        float64 `[N]`, 1 for equal images; the mean over the channels. Contrast terms below 0 count as 0.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    count = scales(*a.shape[1:3])
    if not count:
        raise ValueError(f"MS-SSIM needs images of at least {WINDOW}x{WINDOW} px, got {a.shape[2]}x{a.shape[1]}")
    weights = np.array(WEIGHTS[:count]) * (sum(WEIGHTS) / sum(WEIGHTS[:count]))
    result = 1.0
    for scale, weight in enumerate(weights):
        structure, luminance = _terms(a, b)
        last = structure * luminance if scale == count - 1 else structure
        result = result * np.maximum(last.mean(axis=(1, 2)), 0.0) ** weight
        a, b = _halve(a), _halve(b)
    return result.mean(axis=1)


def _terms(a, b):
    """Contrast and structure together, and luminance, at every place `[N, h, w, channels]`."""
    c1, c2 = (K1 * 255.0) ** 2, (K2 * 255.0) ** 2
    mean_a, mean_b = _blur(a), _blur(b)
    squares, product = mean_a**2 + mean_b**2, mean_a * mean_b
    structure = (2.0 * (_blur(a * b) - product) + c2) / (_blur(a**2) + _blur(b**2) - squares + c2)
    return structure, (2.0 * product + c1) / (squares + c1)


def _blur(images):
    """Means under the window, at the places where it lies within the image."""
    offsets = np.arange(WINDOW) - WINDOW // 2
    window = np.exp(-(offsets**2) / (2 * SIGMA**2))
    window /= window.sum()
    edge = WINDOW // 2
    for axis in (1, 2):
        images = correlate1d(images, window, axis=axis, mode="nearest")
    return images[:, edge : images.shape[1] - edge, edge : images.shape[2] - edge]


def _halve(images):
    """Means of 2x2 pixels; an odd last row or column is doubled."""
    rows, columns = images.shape[1] % 2, images.shape[2] % 2
    images = np.pad(images, ((0, 0), (0, rows), (0, columns), (0, 0)), mode="edge")
    return (images[:, ::2, ::2] + images[:, 1::2, ::2] + images[:, ::2, 1::2] + images[:, 1::2, 1::2]) / 4.0
