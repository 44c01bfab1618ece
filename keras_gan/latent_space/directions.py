"""Directions of a latent space along which what is made of it changes: found without, and with, attributes."""

import numpy as np

_RIDGE = 1e-3  # of logistic regression, per sample
_STEPS = 50


def principal(latents, count):
    """The directions of greatest variance (GANSpace, Härkönen et al. 2020, arXiv 2004.02546).

    Args:
        latents: float `[N, n]`, drawn at random.
        count: how many.

    Returns:
        `(directions [count, n] of unit length, the largest variance first; standard deviations along them [count])`.
    """
    centred = np.asarray(latents, np.float64) - np.mean(latents, axis=0)
    _, scales, rows = np.linalg.svd(centred, full_matrices=False)
    return _pointing(rows[:count]), scales[:count] / np.sqrt(len(centred) - 1)


def of_weights(matrices, count):
    """The directions that the first layers amplify most (SeFa, Shen and Zhou 2021, arXiv 2007.06600).

    Args:
        matrices: weights `[n, …]` that latents meet, an array for each layer.
        count: how many.

    Returns:
        Directions `[count, n]` of unit length: eigenvectors of A A^T, A the matrices side by side, the largest first.
    """
    weights = np.concatenate([np.asarray(each, np.float64) for each in matrices], axis=1)
    _, vectors = np.linalg.eigh(weights @ weights.T)
    return _pointing(vectors.T[::-1][:count])


def of_attribute(latents, has):
    """The direction that tells latents with an attribute from those without: logistic regression (Newton's method).

    Args:
        latents: float `[N, n]`.
        has: bool `[N]`, both values among them.

    Returns:
        `(direction [n] of unit length towards those that have it, share of these latents that it tells right)`.
    """
    latents, has = np.asarray(latents, np.float64), np.asarray(has, bool)
    mean, spread = latents.mean(axis=0), latents.std(axis=0) + 1e-12
    rows = np.column_stack([(latents - mean) / spread, np.ones(len(latents))])
    # Both kinds count alike, however rare one is.
    counts = np.where(has, 0.5 / has.mean(), 0.5 / (1.0 - has.mean()))
    weights, ridge = np.zeros(rows.shape[1]), _RIDGE * len(rows) * np.eye(rows.shape[1])
    for _ in range(_STEPS):
        probability = 1.0 / (1.0 + np.exp(-np.clip(rows @ weights, -30, 30)))
        gradient = rows.T @ (counts * (probability - has)) + ridge @ weights
        curvature = (rows * (counts * probability * (1.0 - probability))[:, None]).T @ rows + ridge
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    direction = weights[:-1] / spread
    return direction / np.linalg.norm(direction), float(((rows @ weights > 0) == has).mean())


def without(direction, others):
    """A direction of unit length that changes nothing along others, `[k, n]`: what is orthogonal to all of them."""
    if not len(others):
        return direction
    basis, _ = np.linalg.qr(np.asarray(others, np.float64).T)
    rest = direction - basis @ (basis.T @ direction)
    return rest / np.linalg.norm(rest)


def _pointing(directions):
    """Directions whose largest entry is positive: else their sign would be an accident."""
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=1)[:, None], axis=1)
    return directions * np.sign(largest)
