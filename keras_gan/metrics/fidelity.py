"""Fidelity: how near each output of a model is to what it should have been; what scores of it have in common."""

import numpy as np

from keras_gan.errors import UserError
from keras_gan.metrics.subject import Measurement

PEAK = 255.0
LUMINANCE = (65.481, 128.553, 24.966)  # of red, green and blue in [0, 1]
LUMINANCE_OFFSET = 16.0


def of_targets(subject, name, function, **more):
    """The `Measurement` of a score of samples and their targets: mean and standard deviation over the samples.

    Args:
        subject: a `Subject` with targets.
        name: of the value.
        function: of stored values `[N, …]` and as many targets, to `[N]`.
        more: what the protocol says besides.

    Raises:
        ValueError: if targets are not of the samples' shape.
    """
    samples, targets = subject.samples, subject.targets
    if targets.shape != samples.shape:
        raise ValueError(f"{name} of samples {samples.shape} and targets {targets.shape}")
    values = function(samples, targets)
    protocol = {**subject.protocol, "samples": len(values), "channels": samples.shape[-1], **more}
    return Measurement(name, float(values.mean()), float(values.std()), protocol=protocol)


def each_pair(function, a, b):
    """`function` of each pair of images in float64, an array float64 `[N]`.

    One pair at a time, since a whole set in float64 may fill the memory.

    Raises:
        ValueError: unless both are of one shape, `[N, height, width, channels]`.
    """
    if np.shape(a) != np.shape(b):
        raise ValueError(f"images are compared with images of their own shape, got {np.shape(a)} and {np.shape(b)}")
    return np.array([function(np.asarray(x, np.float64), np.asarray(y, np.float64)) for x, y in zip(a, b, strict=True)])


# --- The protocol of super-resolution ---------------------------------------------------------------------------------


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
