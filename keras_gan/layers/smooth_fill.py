"""A first guess at what is in a hole."""

import keras
import numpy as np
from keras import ops

DILATIONS = (1, 2, 4, 8, 16, 32)  # px; a hole is filled up to their sum, 63 px, from its edge
SWEEPS, RADIUS = 12, 0.99  # of the iteration that smooths: holes up to some 20 px across come out even
KERNEL = np.outer((1, 2, 1), (1, 2, 1)) / 16
NEIGHBOURS = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]) / 4
ENOUGH = 0.25  # of a neighbourhood: with as much of it known, no larger one is asked


@keras.saving.register_keras_serializable("keras_gan")
class SmoothFill(keras.layers.Layer):
    """Fills holes of images `[B, h, w, C]` in [-1, 1] smoothly with what is known around them.

    First every pixel of a hole (mask `[B, h, w, 1]` above 0.5) becomes a mean of known pixels, weighted by a B-spline
    around it whose width doubles until it covers enough of them: the pull and push of Gortler et al. 1996, "The
    Lumigraph" (section 3.4), without its pyramid, so that images may have any size. What nothing known is near to is
    grey, 0. Then some sweeps of Jacobi's iteration, made faster as Golub and Varga 1961 do (Chebyshev's semi-iterative
    method), bring it nearer to Laplace's equation, in which each pixel is the mean of its four neighbours.

    The rest of the image is left as it is, to the bit, and what it shows in the hole is not looked at.
    """

    def call(self, images, mask):
        hole = mask > 0.5
        return _relaxed(self._from_around(images, hole), hole)

    def _from_around(self, images, hole):
        weights = ops.cast(ops.logical_not(hole), images.dtype)
        channels = images.shape[-1]
        # The pixels that are known, and how many there are: blurred alike, their quotient is a mean.
        level = ops.concatenate([ops.where(hole, 0.0, images), weights], axis=-1)
        kernel = ops.convert_to_tensor(KERNEL[:, :, None, None] * np.eye(channels + 1), level.dtype)
        levels = []
        for dilation in DILATIONS:
            level = ops.conv(level, kernel, padding="same", dilation_rate=dilation)
            levels.append(level)
        filled = None
        for level in reversed(levels):
            known = level[..., -1:]
            mean = level[..., :-1] / ops.maximum(known, keras.config.epsilon())
            trust = ops.minimum(known / ENOUGH, 1.0)
            filled = mean if filled is None else trust * mean + (1.0 - trust) * filled
        return ops.where(hole, filled, images)


def _relaxed(images, hole):
    before, relaxation = images, 1.0
    for sweep in range(SWEEPS):
        moved = before + relaxation * (_mean_of_neighbours(images) - before)
        images, before = ops.where(hole, moved, images), images
        relaxation = 1.0 / (1.0 - RADIUS**2 * (relaxation / 4.0 if sweep else 0.5))
    return images


def _mean_of_neighbours(images):
    kernel = ops.convert_to_tensor(np.repeat(NEIGHBOURS[:, :, None, None], images.shape[-1], axis=2), images.dtype)
    around = ops.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="symmetric")  # beyond the edge it goes on
    return ops.depthwise_conv(around, kernel)
