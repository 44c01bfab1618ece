"""A first guess at what is in a hole."""

import keras
import numpy as np
from keras import ops

DILATIONS = (1, 2, 4, 8, 16, 32)  # px; a hole is filled up to their sum, 63 px, from its edge
KERNEL = np.outer((1, 2, 1), (1, 2, 1)) / 16
ENOUGH = 0.25  # of a neighbourhood: with as much of it known, no larger one is asked


@keras.saving.register_keras_serializable("keras_gan")
class SmoothFill(keras.layers.Layer):
    """Fills holes of images `[B, h, w, C]` in [-1, 1] smoothly with what is known around them.

    Every pixel of a hole (mask `[B, h, w, 1]` above 0.5) becomes a mean of known pixels, weighted by a B-spline around
    it whose width doubles until it covers enough of them: the pull and push of Gortler et al. 1996, "The Lumigraph"
    (section 3.4), without its pyramid, so that images may have any size. What nothing known is near to is grey, 0. The
    rest of the image is left as it is, to the bit, and what it shows in the hole is not looked at.
    """

    def call(self, images, mask):
        hole = mask > 0.5
        weights = ops.where(hole, 0.0, ops.ones_like(mask))
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
