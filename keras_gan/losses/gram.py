"""Style as Gram matrices (Gatys et al. 2015, arXiv 1508.06576), and how smooth a map is.

Every function returns a tensor with a row for each example, unreduced else as its docstring says.
"""

from keras import ops


def matrices(features):
    """`F^T F / (h w C)` of each map: how often channels are active together, wherever that is.

    It does not depend on how large the map is, so that maps of any sizes can be compared.

    Args:
        features: activations `[B, h, w, C]`.

    Returns:
        `[B, C, C]`.
    """
    channels = features.shape[-1]
    flat = ops.reshape(features, (ops.shape(features)[0], -1, channels))
    places = ops.cast(ops.shape(flat)[1] * channels, flat.dtype)
    return ops.matmul(ops.transpose(flat, (0, 2, 1)), flat) / places


def squared(grams, targets):
    """`|G - T|^2 / |T|^2`, Frobenius norms: each layer counts alike, however large its numbers are.

    Args:
        grams, targets: `[B, C, C]`.

    Returns:
        `[B]`, from 0.
    """
    axes = (1, 2)
    return ops.sum(ops.square(grams - targets), axis=axes) / (ops.sum(ops.square(targets), axis=axes) + _SMALL)


def cosine(grams, targets):
    """`1 - <G, T> / (|G| |T|)`: which channels are active together, not how much.

    Args:
        grams, targets: `[B, C, C]`.

    Returns:
        `[B]`, from 0 to 1, as no entry of the two matrices of what a ReLU leaves is below 0.
    """
    axes = (1, 2)
    lengths = ops.sum(ops.square(grams), axis=axes) * ops.sum(ops.square(targets), axis=axes)
    return 1.0 - ops.sum(grams * targets, axis=axes) * ops.rsqrt(lengths + _SMALL)


def content(features, targets):
    """`|F - C|^2 / |C|^2` of activations `[B, h, w, C]`, `[B]`: 0 for the same, about 1 for what has nothing in common.

    It is the content loss of Gatys et al. (equation 1), over the size of what it compares with.
    """
    axes = (1, 2, 3)
    return ops.sum(ops.square(features - targets), axis=axes) / (ops.sum(ops.square(targets), axis=axes) + _SMALL)


def total_variation(maps):
    """Mean squared difference of neighbours, below and to the right, of maps `[B, H, W, C]`; `[B]`."""
    axes = (1, 2, 3)
    down, right = maps[:, 1:] - maps[:, :-1], maps[:, :, 1:] - maps[:, :, :-1]
    return ops.mean(ops.square(down), axis=axes) + ops.mean(ops.square(right), axis=axes)


DISTANCES = {"cosine": cosine, "squared": squared}
LEAST_UNPAINTED = 0.05  # by what a distance is divided at least: what is painted may have the style already
_SMALL = 1e-12  # where nothing is active
