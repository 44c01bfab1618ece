"""PSNR: the noise of outputs against their targets, in dB."""

import numpy as np

from keras_gan.metrics.fidelity import PEAK, each_pair, of_targets
from keras_gan.registry import Score

SCORE = Score(
    "psnr",
    about="peak signal-to-noise ratio of outputs to their targets, in dB; higher is better",
    lower_is_better=False,
    needs=("targets",),
    of=("image",),
    usual=("targets",),
)

PSNR_CAP = 100.0  # dB, what an image counts at most where PSNRs are averaged


def measure(subject):
    """Yields `psnr` of a `Subject`, with the standard deviation over samples."""

    def capped(*images):
        return np.minimum(psnr(*images), PSNR_CAP)  # one output equal to its target would make the mean infinite

    yield of_targets(subject, "psnr", capped, data_range=PEAK, mean_of="images", capped_at_db=PSNR_CAP)


def psnr(a, b):
    """Peak signal-to-noise ratio of each pair of images, 10 log10(255^2 / mean squared error).

    Args:
        a, b: `[N, height, width, channels]` in [0, 255], uint8 or float.

    Returns:
        float64 `[N]` in dB, at least 0 and infinite for equal images: whoever averages caps it (see `PSNR_CAP`).
    """
    errors = each_pair(lambda x, y: ((x - y) ** 2).mean(), a, b)
    with np.errstate(divide="ignore"):
        return 10.0 * np.log10(PEAK**2 / errors)
