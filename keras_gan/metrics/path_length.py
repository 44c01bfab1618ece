"""Perceptual path length: how smoothly pictures change with their latents."""

import numpy as np

EPSILON = 1e-4


def perceptual_path_length(distances, epsilon=EPSILON, discard=(1.0, 99.0)):
    """Perceptual path length (Karras et al. 2018, arXiv 1812.04948, equation 4), the mean of d / epsilon^2.

    Args:
        distances: `[N]`, distances (LPIPS, which is a squared one) between the pictures of latents at t and at
            t + epsilon on spherical paths between pairs of latents, t uniform in [0, 1).
        epsilon: the step along the path.
        discard: percentiles; what lies outside is left out, as in the paper's code, since a few paths that cross a
            border between two modes would decide the mean.

    Returns:
        A float of at least 0; lower is smoother. A generator that always draws the same has 0.
    """
    lengths = np.asarray(distances, np.float64) / epsilon**2
    low, high = np.percentile(lengths, discard)
    return float(lengths[(lengths >= low) & (lengths <= high)].mean())
