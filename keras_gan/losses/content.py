"""Terms that compare what a network made with what it should be: unreduced, for the sum that a network minimises.

Samples and features are `[B, height, width, C]`; every function returns `[B]`, the mean over all else.
"""

from keras import ops


def l1(samples, targets, weights=None):
    """Mean absolute difference of each sample from its target.

    Args:
        samples, targets: `[B, H, W, C]`.
        weights: `[B, H, W, 1]`, at least 0, or None: how much each place counts. The mean is over what counts: with a
            mask it is the mean inside the mask, 0 if that is empty.
    """
    return _mean(ops.abs(samples - targets), weights)


def of_features(features, targets):
    """Distance of what a network sees in samples and in their targets, summed over its layers.

    It is the perceptual loss of Johnson et al. 2016 (arXiv 1603.08155).
    Activations at every place are scaled to length 1 first, as LPIPS does (Zhang et al. 2018, arXiv 1801.03924,
    equation 1), so that no layer counts by the size of its numbers.

    Args:
        features, targets: lists of activations `[B, h, w, C]`, one for each layer.
    """
    return sum(
        ops.mean(ops.sum(ops.square(_unit(a) - _unit(b)), axis=-1), axis=(1, 2))
        for a, b in zip(features, targets, strict=True)
    )


def _mean(values, weights=None):
    axes = (1, 2, 3)
    if weights is None:
        return ops.mean(values, axis=axes)
    counted = ops.sum(weights, axis=axes) * values.shape[-1]
    return ops.sum(values * weights, axis=axes) / ops.maximum(counted, 1.0)


def _unit(activations, epsilon=1e-10):
    # Below the root, where its derivative would be infinite at zero.
    return activations * ops.rsqrt(ops.sum(ops.square(activations), axis=-1, keepdims=True) + epsilon)
