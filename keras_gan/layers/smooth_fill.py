"""A first guess at what is in a hole."""

import keras
from keras import ops

DILATIONS = (1, 2, 4, 8, 16, 32)  # places; a hole is filled up to their sum, 63, from its edge
SWEEPS, RADIUS = 12, 0.99  # of the iteration that smooths: holes up to some 20 places across come out even
ENOUGH = 0.25  # of a neighbourhood: with as much of it known, no larger one is asked


@keras.saving.register_keras_serializable("keras_gan")
class SmoothFill(keras.layers.Layer):
    """Fills holes of maps `[B, h, w, C]` in [-1, 1] smoothly with what is known around them.

    First every place of a hole (`holes`, `[B, h, w, 1]`, above 0.5) becomes a mean of known places, weighted by a
    B-spline around it whose width doubles until it covers enough of them: the pull and push of Gortler et al. 1996,
    "The Lumigraph" (section 3.4), without its pyramid, so that maps may have any size. What nothing known is near to
    is 0. Then some sweeps of Jacobi's iteration, made faster as Golub and Varga 1961 do (Chebyshev's semi-
    iterative method), bring it nearer to Laplace's equation, in which each place is the mean of its four neighbours.

    The rest of the map is left as it is, to the bit, and what it has in the hole is not looked at.
    """

    def compute_output_shape(self, maps_shape, holes_shape):
        return maps_shape

    def call(self, maps, holes):  # not `mask`, which is a word of Keras's
        hole = holes > 0.5
        return _relaxed(self._from_around(maps, hole), hole)

    def _from_around(self, maps, hole):
        weights = ops.cast(ops.logical_not(hole), maps.dtype)
        # The places that are known, and how many there are: blurred alike, their quotient is a mean.
        level = ops.concatenate([ops.where(hole, 0.0, maps), weights], axis=-1)
        levels = []
        for dilation in DILATIONS:
            level = _blurred(level, dilation)
            levels.append(level)
        filled = None
        for level in reversed(levels):
            known = level[..., -1:]
            mean = level[..., :-1] / ops.maximum(known, keras.config.epsilon())
            trust = ops.minimum(known / ENOUGH, 1.0)
            filled = mean if filled is None else trust * mean + (1.0 - trust) * filled
        return ops.where(hole, filled, maps)


# By shifts and sums, which a processor does many times as fast as a convolution of few channels.


def _blurred(values, distance):
    """Convolved with (1, 2, 1) / 4 along both axes, its taps so many places apart; beyond the edge there is nothing."""
    for axis in (1, 2):
        around = ops.pad(values, [(distance, distance) if each == axis else (0, 0) for each in range(4)])
        before, after = slice(None, -2 * distance), slice(2 * distance, None)
        ends = [around[(slice(None),) * axis + (part,)] for part in (before, after)]
        values = (ends[0] + ends[1]) / 4.0 + values / 2.0
    return values


def _relaxed(maps, hole):
    before, relaxation = maps, 1.0
    for sweep in range(SWEEPS):
        moved = before + relaxation * (_mean_of_neighbours(maps) - before)
        maps, before = ops.where(hole, moved, maps), maps
        relaxation = 1.0 / (1.0 - RADIUS**2 * (relaxation / 4.0 if sweep else 0.5))
    return maps


def _mean_of_neighbours(maps):
    rows = ops.concatenate([maps[:, :1], maps, maps[:, -1:]], axis=1)  # beyond the edge it goes on
    columns = ops.concatenate([maps[:, :, :1], maps, maps[:, :, -1:]], axis=2)
    return ((rows[:, :-2] + rows[:, 2:]) + (columns[:, :, :-2] + columns[:, :, 2:])) / 4.0
