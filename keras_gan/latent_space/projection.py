"""From a picture back to latents: the projection of StyleGAN2 (Karras et al. 2020, arXiv 1912.04958, appendix D)."""

from dataclasses import dataclass

import numpy as np

_RATE, _RISE, _FALL = 0.1, 0.05, 0.25  # Adam's step size, and the shares of the steps in which it rises and falls
_NOISE, _NOISE_UNTIL = 0.05, 0.75  # of the spread of latents, and the share of the steps that it lasts for
_BETAS, _EPSILON = (0.9, 0.999), 1e-8
_REGULARISER = 1e5  # weight of what keeps noise maps noise
_SMALLEST_MAP = 8  # px, at which it ends


@dataclass(frozen=True)
class Projected:
    """What came of a projection.

    Attributes:
        latents: float32 `[N, …]`, the best of each row.
        maps: noise maps that belong to them, a list of float32 `[N, height, width, 1]`.
        distances: `[N]`, of those.
        way: latents and maps now and then on the way there, a list of lists `[latents, *maps]`.
    """

    latents: np.ndarray
    maps: list
    distances: np.ndarray
    way: list


def project(distances_of, start, spread, steps=1000, seed=0, keep_every=20, map_shapes=()):
    """Searches latents, and perhaps noise maps, that a model makes something near to given targets of.

    Args:
        distances_of: function from latents, a tensor `[N, …]`, and maps `[N, height, width, 1]` to distances `[N]` from
            the targets, differentiable.
        start: float `[N, …]`.
        spread: standard deviation of latents, by which noise is measured that keeps the search from the first best.
        steps: updates of Adam.
        seed: of that noise, and of the maps at the beginning.
        keep_every: steps between entries of `way`.
        map_shapes: `(height, width, 1)` of each noise map.

    Returns:
        A `Projected`.
    """
    search = _Search(distances_of, start, map_shapes, seed)
    way, best, least = [search.values()], search.values(), np.full(len(start), np.inf)
    for step in range(steps):
        before, done = search.values(), step / steps
        noise = spread * _NOISE * max(0.0, 1.0 - done / _NOISE_UNTIL) ** 2
        distances = search.step(step + 1, _rate(done), noise)
        # While there is noise, a distance is that of other latents than these.
        better = (distances < least) & (noise == 0.0)
        least[better] = distances[better]
        for kept, value in zip(best, before, strict=True):
            kept[better] = value[better]
        if (step + 1) % keep_every == 0:
            way.append(search.values())
    return Projected(best[0], best[1:], least, way)


class _Search:
    """Latents and noise maps on their way; arguments as of `project`."""

    def __init__(self, distances_of, start, map_shapes, seed):
        import tensorflow as tf

        normal = np.random.default_rng(seed).normal
        maps = [normalised(normal(size=(len(start), *shape))) for shape in map_shapes]
        self._variables = [tf.Variable(np.asarray(value, np.float32)) for value in (start, *maps)]
        self._moments = [[tf.Variable(tf.zeros_like(each)) for _ in range(2)] for each in self._variables]
        self._distances_of, self._seed = distances_of, seed
        self._update = tf.function(self._updated, autograph=False)

    def values(self):
        """`[latents, *maps]`, arrays."""
        return [variable.numpy().copy() for variable in self._variables]

    def step(self, number, rate, noise):
        """One update; returns the distances before it, an array."""
        import tensorflow as tf

        return self._update(*(tf.constant(value, tf.float32) for value in (number, rate, noise))).numpy()

    def _updated(self, number, rate, noise):
        import tensorflow as tf

        latents, *maps = self._variables
        drawn = tf.random.stateless_normal(latents.shape, [self._seed, tf.cast(number, tf.int32)], alg="philox")
        with tf.GradientTape() as tape:
            distances = self._distances_of(latents + noise * drawn, *maps)
            loss = tf.reduce_sum(distances) + _REGULARISER * sum(tf.reduce_sum(unlikeness(each)) for each in maps)
        gradients = tape.gradient(loss, self._variables)
        for variable, moments, gradient in zip(self._variables, self._moments, gradients, strict=True):
            _adam(variable, moments, gradient, number, rate)
        for each in maps:
            each.assign(normalised(each))
        return distances


def unlikeness(maps):
    """How far maps are from noise, in which neighbours have nothing to do with one another (appendix D, equation 2).

    Args:
        maps: a tensor `[N, size, size, 1]`, the size a power of 2.

    Returns:
        `[N]`: the squared means of products with the neighbour at the left and above, summed over the map itself and
        those of half the size, and so on down to 8 px, each of which has the variance of the one before.
    """
    import tensorflow as tf

    total = 0.0
    while True:
        for axis in (1, 2):
            total += tf.reduce_mean(maps * tf.roll(maps, 1, axis), axis=(1, 2, 3)) ** 2
        if maps.shape[1] <= _SMALLEST_MAP:
            return total
        maps = 2.0 * tf.nn.avg_pool2d(maps, 2, 2, "VALID")


def normalised(maps):
    """Maps `[N, height, width, 1]`, each of mean 0 and variance 1; an array or a tensor."""
    import tensorflow as tf

    mean, variance = tf.nn.moments(tf.convert_to_tensor(maps), axes=(1, 2, 3), keepdims=True)
    return (maps - mean) / tf.sqrt(variance)


def _rate(done):
    """Adam's step size after a share of the steps: it rises in a line and falls along a cosine."""
    falling = min(1.0, (1.0 - done) / _FALL)
    return np.float32(_RATE * min(1.0, done / _RISE + 1e-3) * (0.5 - 0.5 * np.cos(falling * np.pi)))


def _adam(variable, moments, gradient, step, rate):
    for moment, beta, value in zip(moments, _BETAS, (gradient, gradient**2), strict=True):
        moment.assign(beta * moment + (1.0 - beta) * value)
    first, second = (moment / (1.0 - beta**step) for moment, beta in zip(moments, _BETAS, strict=True))
    variable.assign_sub(rate * first / (second**0.5 + _EPSILON))
