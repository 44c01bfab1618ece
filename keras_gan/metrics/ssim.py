"""SSIM: how alike outputs and their targets are in structure."""

import numpy as np
from scipy.ndimage import gaussian_filter, uniform_filter

from keras_gan.errors import UserError
from keras_gan.metrics.fidelity import PEAK, each_pair, of_targets
from keras_gan.metrics.ms_ssim import K1, K2, SIGMA, WINDOW
from keras_gan.registry import Score

SCORE = Score(
    "ssim",
    about="structural similarity of outputs to their targets (Wang et al. 2004); higher is better",
    lower_is_better=False,
    needs=("targets",),
    of=("image",),
    usual=("targets",),
)

WINDOWS = {"gaussian": WINDOW, "uniform": 7}  # px, edges of the windows


def measure(subject):
    """Yields `ssim` of a `Subject`, with the standard deviation over samples."""
    window = f"Gaussian, {WINDOWS['gaussian']} px, sigma {SIGMA} px"
    yield of_targets(subject, "ssim", ssim, data_range=PEAK, window=window)


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
    return each_pair(lambda x, y: _similarity(x, y, window), a, b)


# --- Inside -----------------------------------------------------------------------------------------------------------


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
