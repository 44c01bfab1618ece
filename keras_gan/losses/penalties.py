"""Gradient penalties of the discriminator: functions of its gradients in the examples, `[B]` each, unweighted.

    scores, gradients = scores_and_gradients(lambda x: self.score(x, batch), real)
    terms = {"d_r1": gamma * zero_centred(gradients)}

`scores` may go into the objective as they are, so that a penalty on examples that are scored anyway costs no second
evaluation of the discriminator. A gradient for each example exists only where the score of one does not depend on the
others: no BatchNorm in the discriminator.
"""

import tensorflow as tf

# Below any norm that matters, and enough for the square root to have a derivative at zero.
_EPSILON = 1e-12


def scores_and_gradients(score, inputs):
    """Scores, and the gradient of every score in its own input; both may be differentiated again.

    Args:
        score: function from `inputs` to scores `[B, …]`. An example with several scores counts with their sum.
        inputs: `[B, …]`.

    Returns:
        `(scores, gradients)`, the gradients in the shape of `inputs`.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(inputs)
        scores = score(inputs)
    return scores, tape.gradient(scores, inputs)


def _squared_norms(gradients):
    """Squared L2 norm of every gradient, `[B, …]` to `[B]`."""
    return tf.reduce_sum(tf.square(gradients), axis=list(range(1, gradients.shape.rank)))


def one_centred(gradients):
    """`(|gradient| - 1)^2`, `[B]`: two-sided, as in WGAN-GP (arXiv 1704.00028, equation 3). Finite at zero."""
    return tf.square(tf.sqrt(_squared_norms(gradients) + _EPSILON) - 1.0)


def zero_centred(gradients):
    """`|gradient|^2 / 2`, `[B]`: R1 on real examples, R2 on fakes (Mescheder et al. 2018, arXiv 1801.04406)."""
    return _squared_norms(gradients) / 2.0


def matching_aware(gradients, power=6):
    """`|gradient|^p`, `[B]`, of the gradient in several inputs together, as DF-GAN has it (arXiv 2008.05865, eq. 2).

    Args:
        gradients: list of gradients `[B, …]`, one for each input.
        power: p.
    """
    return tf.add_n([_squared_norms(each) for each in gradients]) ** (power // 2)


def path_lengths(gradients):
    """The norm of gradients in styles `[B, layers, n]`, squares averaged over the layers: `[B]`. Finite at zero."""
    return tf.sqrt(tf.reduce_mean(tf.reduce_sum(tf.square(gradients), axis=2), axis=1) + _EPSILON)


def between(real, fakes, alpha):
    """Points on the straight lines between pairs: `alpha` of the real one, the rest of the fake.

    Args:
        real: `[B, …]`.
        fakes: the same shape.
        alpha: uniform in [0, 1), one number for each pair, `[B, 1, …]` with as many axes as `real`.
    """
    return fakes + alpha * (real - fakes)


def around(real, deviation, noise, alpha):
    """Real examples moved towards a random point near by, as DRAGAN's authors do it (arXiv 1705.07215).

    The point is `real + deviation / 2 * noise`; the result lies at a fraction `alpha` of the way to it.

    Args:
        real: `[B, …]`.
        deviation: standard deviation of all values of the whole batch, a scalar.
        noise: uniform in [0, 1), the shape of `real`.
        alpha: uniform in [0, 1), one number for each example, `[B, 1, …]`.
    """
    return real + alpha * (deviation / 2.0) * noise
