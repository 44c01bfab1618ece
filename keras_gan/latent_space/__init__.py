"""What is done with latent vectors: truncation, and the way from one to another."""

import numpy as np


def truncated(latents, truncation):
    """Latents scaled towards their mean, so that samples vary less and often look better; none is drawn again.

    Args:
        latents: float `[N, latent_dim]`, an array or a tensor.
        truncation: what they are multiplied by, in (0, 1]: one number, or `[N]`, one for each row.
    """
    return (truncation[:, None] if len(getattr(truncation, "shape", ())) else truncation) * latents


def slerp(start, end, fraction):
    """Spherical interpolation, which keeps to lengths that normal latents have (White 2016, arXiv 1609.04468).

    The straight line between two normal vectors passes too close to the origin, where a generator has never been.
    Between vectors of (almost) the same or opposite direction, where there is no one arc, it is the line all the same.

    Args:
        start: float `[latent_dim]`.
        end: float `[latent_dim]`.
        fraction: float `[N]` in [0, 1]: 0 is `start` and 1 is `end`, both exactly.

    Returns:
        float64 `[N, latent_dim]`.
    """
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    fraction = np.asarray(fraction, np.float64)[:, None]
    lengths = np.linalg.norm(start) * np.linalg.norm(end)
    angle = np.arccos(np.clip(start @ end / lengths, -1.0, 1.0)) if lengths else 0.0
    if np.sin(angle) < 1e-6:
        return (1.0 - fraction) * start + fraction * end
    return (np.sin((1.0 - fraction) * angle) * start + np.sin(fraction * angle) * end) / np.sin(angle)
