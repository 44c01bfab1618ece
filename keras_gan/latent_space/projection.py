"""From a picture back to latents: the projection of StyleGAN2 (Karras et al. 2020, arXiv 1912.04958, appendix D)."""

from dataclasses import dataclass

import numpy as np

_RATE, _RISE, _FALL = 0.1, 0.05, 0.25  # Adam's step size, and the shares of the steps in which it rises and falls
_NOISE, _NOISE_UNTIL = 0.05, 0.75  # of the spread of latents, and the share of the steps that it lasts for
_BETAS, _EPSILON = (0.9, 0.999), 1e-8


@dataclass(frozen=True)
class Projected:
    """What came of a projection.

    Attributes:
        latents: float32 `[N, …]`, the best of each row.
        distances: `[N]`, of those.
        way: latents now and then on the way there, a list of `[N, …]`.
    """

    latents: np.ndarray
    distances: np.ndarray
    way: list


def project(distances_of, start, spread, steps=1000, seed=0, keep_every=20):
    """Searches latents that a model makes something near to given targets of.

    Args:
        distances_of: function from latents, a tensor `[N, …]`, to distances `[N]` from the targets, differentiable.
        start: float `[N, …]`.
        spread: standard deviation of latents, by which noise is measured that keeps the search from the first best.
        steps: updates of Adam.
        seed: of that noise.
        keep_every: steps between entries of `way`.

    Returns:
        A `Projected`.
    """
    import tensorflow as tf

    latents = tf.Variable(np.asarray(start, np.float32))
    moments = [tf.Variable(tf.zeros_like(latents)) for _ in range(2)]

    @tf.function(autograph=False)
    def update(step, rate, noise):
        drawn = tf.random.stateless_normal(latents.shape, [seed, tf.cast(step, tf.int32)], alg="philox")
        with tf.GradientTape() as tape:
            distances = distances_of(latents + noise * drawn)
            loss = tf.reduce_sum(distances)
        _adam(latents, moments, tape.gradient(loss, latents), step, rate)
        return distances

    way, best, least = [latents.numpy()], latents.numpy(), np.full(len(start), np.inf)
    for step in range(steps):
        before, done = latents.numpy(), step / steps
        noise = spread * _NOISE * max(0.0, 1.0 - done / _NOISE_UNTIL) ** 2
        distances = update(tf.constant(step + 1.0), tf.constant(_rate(done)), tf.constant(noise, tf.float32)).numpy()
        # While there is noise, a distance is that of other latents than these.
        better = (distances < least) & (noise == 0.0)
        best[better], least[better] = before[better], distances[better]
        if (step + 1) % keep_every == 0:
            way.append(latents.numpy())
    return Projected(best, least, way)


def _rate(done):
    """Adam's step size after a share of the steps: it rises in a line and falls along a cosine."""
    falling = min(1.0, (1.0 - done) / _FALL)
    return np.float32(_RATE * min(1.0, done / _RISE + 1e-3) * (0.5 - 0.5 * np.cos(falling * np.pi)))


def _adam(variable, moments, gradient, step, rate):
    for moment, beta, value in zip(moments, _BETAS, (gradient, gradient**2), strict=True):
        moment.assign(beta * moment + (1.0 - beta) * value)
    first, second = (moment / (1.0 - beta**step) for moment, beta in zip(moments, _BETAS, strict=True))
    variable.assign_sub(rate * first / (second**0.5 + _EPSILON))
