"""`Likeness`: whether single samples look like data, be they ever so alike."""

import numpy as np

from keras_gan.metrics.neighbours import Points, nearest

LOW, HIGH = 0.1, 0.95  # quantiles of real examples that samples must lie between


class Likeness:
    """Tells samples that could be data by their nearest real example, their contrast, and how rough they are.

    What a generator makes before it has learned something is far from all data, or pale and smooth like their mean.

    Args:
        vectors: what real examples are compared in, `[N, D]`.
        textures: their `texture`, `[N, 2]`.
    """

    def __init__(self, vectors, textures):
        self._vectors = vectors
        self._far = np.quantile(np.sqrt(Points(vectors).radii(1)), HIGH) if len(vectors) > 1 else np.inf
        self._least, self._most = np.quantile(textures, LOW, axis=0), np.quantile(textures, HIGH, axis=0)

    def share(self, vectors, textures):
        """The share of samples that could be data."""
        _, distances = nearest(vectors, self._vectors)
        contrast, roughness = (textures >= self._least).T
        return float(np.mean((distances <= self._far) & contrast & roughness & (textures[:, 1] <= self._most[1])))


def texture(stored):
    """Contrast and roughness of stored values `[N, …]`, their deviation and the mean step to the next: `[N, 2]`."""
    rows = np.asarray(stored, np.float32).reshape(len(stored), stored.shape[1] if stored.ndim > 1 else 1, -1)
    steps = np.abs(np.diff(rows, axis=1)) if rows.shape[1] > 1 else np.zeros_like(rows)
    return np.stack([rows.std(axis=(1, 2)), steps.mean(axis=(1, 2))], axis=1)
