"""`LineNoise`: noise for each place of a line and each word, of a short key, the same on every runtime.

A line of 20 words from a vocabulary of 5,000 needs 100,000 random numbers. They are made of KEY normal numbers, within
the network, by whole numbers that float32 holds exactly, so that every runtime makes the same ones: sums and products
modulo the prime m = 1021, none above 2^23. For a word v and a place t, with fixed random numbers r, s, o of each word
and p, q, n of each place,

    y = (k0 r_v mod m) + (k1 p_t + k2 mod m)
    z = y^2 + (k3 s_v mod m) + (k4 q_t + k5 mod m)         mod m
    w = z^2 + y + (k6 o_v mod m) + (k7 n_t + k8 mod m)     mod m
    u = (z + (w + 1/2) / m) / m

The key's numbers k are digits of base 32, two for each, which say between which 32nds of the normal distribution a
normal number lies.
"""

import numpy as np
import tensorflow as tf
from scipy.special import ndtri

from keras_gan.layers import small_files

PRIME, BASE = 1021.0, 32
NUMBERS = 9
KEY = 2 * NUMBERS


class LineNoise:
    """The noise of lines.

    Args:
        key: standard normal numbers `[N, KEY]`.
        length: places of a line.
        size: words of the vocabulary.
    """

    def __init__(self, key, length, size):
        self._prime, bounds = _constants(key)
        k = [each[:, None] for each in tf.unstack(self._numbers_of(key, bounds), axis=1)]
        r, s, o = _fixed(7, size)
        p, q, n = _fixed(8, length)
        self._words = [self._mod(k[number] * each) for number, each in ((0, r), (3, s), (6, o))]
        self._places = [
            self._mod(k[first] * each + k[first + 1]) for first, each in ((1, p), (4, q), (7, n))
        ]  # products are below 2^20

    def uniform(self, place):
        """Uniform float32 in (0, 1), `[N, size]`."""
        (r, s, o), (p, q, n) = self._words, (each[:, place : place + 1] for each in self._places)
        y = r + p
        z = self._mod(y * y + s + q)
        w = self._mod(z * z + y + o + n)
        return (z + (w + 0.5) / self._prime) / self._prime

    def gumbel(self, place):
        """Standard Gumbel noise, float32 `[N, size]`: -log(-log(1 - u))."""
        return -tf.math.log(-tf.math.log(1.0 - self.uniform(place)))

    def _numbers_of(self, key, bounds):
        """The numbers k of the key, float32 `[N, NUMBERS]`, whole and in [0, m)."""
        digits = tf.reduce_sum(tf.cast(key[:, :, None] > bounds, tf.float32), axis=2)
        return self._mod(BASE * digits[:, 0::2] + digits[:, 1::2])

    def _mod(self, values):
        # Quotients are below 4,100, so that float32 tells a multiple of the prime from the number before it.
        return values - self._prime * tf.floor(values / self._prime)


def _constants(key):
    """`(m, the bounds of the 32nds of the normal distribution)`, float32."""
    if not small_files.are_wanted():
        return PRIME, _bounds()
    # A converter to 16 bits rounds all that it knows, the inverse of m, by which it multiplies, too: other noise.
    zero = tf.minimum(tf.abs(key[:, :1]), 0.0)  # always
    large, small = bounds_of_files()
    return PRIME + zero, large + (small + zero[:, :, None])


def _bounds():
    return ndtri(np.arange(1, BASE) / BASE).astype(np.float32)


def bounds_of_files():
    """Two float32 parts whose sum the bounds are, of which the first is one of 16 bits and the second is small."""
    large = _bounds().astype(np.float16).astype(np.float32)
    return large, _bounds() - large


def _fixed(seed, count):
    """Three rows of numbers that never change, float32 `[1, count]`."""
    return np.random.RandomState(seed).randint(1, int(PRIME), [3, 1, count]).astype(np.float32)
