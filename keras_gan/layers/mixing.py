"""From features Z of a face to the shape that a cartoon is drawn of: whitening, a turn by chance, and a mixture."""

import math

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class Whitening(keras.layers.Layer):
    """`(features - mean) components`: features `[B, n]` to `[B, count]`, of variance 1 each, by `fit`.

    Attributes:
        is_set: its weights are set and not trained, so that a moving average takes them as they are.

    Args:
        count: how many principal components are kept.
    """

    is_set = True

    def __init__(self, count, **kwargs):
        super().__init__(**kwargs)
        self.count = count

    def build(self, features_shape):
        length, fixed = features_shape[-1], {"trainable": False, "autocast": False}
        self.mean = self.add_weight(shape=(length,), initializer="zeros", name="mean", **fixed)
        self.components = self.add_weight(
            shape=(length, self.count), initializer="orthogonal", name="components", **fixed
        )

    def call(self, features):
        return ops.matmul(ops.cast(features, "float32") - self.mean, self.components)

    def fit(self, features):
        """Sets mean and components to those of features `[N, n]`, a NumPy array; returns the share of variance kept."""
        mean, components, share = principal(features, self.count)
        self.mean.assign(mean)
        self.components.assign(components)
        return share

    def compute_output_shape(self, features_shape):
        return features_shape[0], self.count

    def get_config(self):
        return {**super().get_config(), "count": self.count}


def principal(features, count):
    """Mean `[n]` and whitening components `[n, count]` of features `[N, n]`, and the share of variance that is kept.

    `(features - mean) @ components` has covariance 1. A component whose largest entry would be negative is turned, so
    that the same features give the same components everywhere. What does not vary, be it that there are fewer examples
    than components, becomes 0.
    """
    features = np.asarray(features, np.float64)
    mean = features.mean(axis=0)
    variances, vectors = np.linalg.eigh(np.cov(features - mean, rowvar=False, ddof=0).reshape([features.shape[1]] * 2))
    order = np.argsort(variances)[::-1][:count]
    variances, whole, vectors = variances[order], max(variances.sum(), 1e-12), vectors[:, order]
    vectors = vectors * np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(len(order))])
    varies = variances > 1e-9 * whole
    components = vectors * np.where(varies, 1.0 / np.sqrt(np.where(varies, variances, 1.0)), 0.0)
    components = np.pad(components, ((0, 0), (0, count - len(order))))
    return mean.astype(np.float32), components.astype(np.float32), float(variances.sum() / whole)


@keras.saving.register_keras_serializable("keras_gan")
class Turn(keras.layers.Layer):
    """`R z`: vectors `[B, n]` turned by a rotation that chance decides, normal numbers `[B, reflections n]`.

    R is the product of reflections `1 - 2 v v^T / |v|^2`, of an even number, so that its determinant is 1; v are the
    parts of the numbers, the first one nearest to z.
    """

    def call(self, vectors, chance):
        length = vectors.shape[-1]
        for start in range(0, chance.shape[-1], length):
            v = chance[:, start : start + length]
            share = ops.sum(v * vectors, axis=1, keepdims=True) / ops.sum(v * v, axis=1, keepdims=True)
            vectors = vectors - 2.0 * share * v
        return vectors

    def compute_output_shape(self, vectors_shape, chance_shape):
        return vectors_shape


@keras.saving.register_keras_serializable("keras_gan")
class Mixture(keras.layers.Layer):
    """`cos(alpha pi/2) first + sin(alpha pi/2) second`: vectors `[B, n]` twice, and alpha `[B]` in [0, 1].

    Of two that are uncorrelated and of variance 1 it has variance 1 whatever alpha is.
    """

    def call(self, first, second, alpha):
        angle = (0.5 * math.pi) * ops.expand_dims(alpha, 1)
        return ops.cos(angle) * first + ops.sin(angle) * second

    def compute_output_shape(self, first_shape, second_shape, alpha_shape):
        return first_shape
