"""All randomness: portable seeds for sampling and rows at random here, the noise of training steps in `noise.py`.

Portable seeds are specified to the bit in export/README.md. NumPy draws them as well as TensorFlow does, so that what
runs without TensorFlow need not import it.
"""

import math

import numpy as np

_MASK = 0xFFFFFFFF
_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))


def threefry2x32(key, counter):
    """The Threefry-2x32 counter-based generator, 20 rounds (Salmon et al. 2011, "Parallel random numbers").

    Args:
        key: pair of int64 arrays or tensors, each a 32-bit word in [0, 2^32).
        counter: pair of the same kind that broadcast against the key.

    Returns:
        A pair of int64 arrays or tensors, each a random 32-bit word.
    """
    # 32-bit words in int64: every device and runtime has its addition and bit operations. Tensors have no operator that
    # shifts, so words are multiplied and divided by powers of two.
    keys = (key[0], key[1], key[0] ^ key[1] ^ 0x1BD11BDA)
    x0, x1 = (counter[0] + keys[0]) & _MASK, (counter[1] + keys[1]) & _MASK
    for group in range(5):
        for rotation in _ROTATIONS[group % 2]:
            x0 = (x0 + x1) & _MASK
            x1 = ((x1 * 2**rotation | x1 // 2 ** (32 - rotation)) & _MASK) ^ x0
        x0 = (x0 + keys[(group + 1) % 3]) & _MASK
        x1 = (x1 + keys[(group + 2) % 3] + (group + 1)) & _MASK
    return x0, x1


def portable_latents(seeds, latent_dim):
    """Standard normal latents that depend on nothing but each row's seed, equal on every runtime.

    Args:
        seeds: int64 `[N]`, any values, an array or a tensor.
        latent_dim: length of a latent vector.

    Returns:
        float32 `[N, latent_dim]`, of the kind of the seeds: Box-Muller over Threefry words, in float64, rounded to
        float32 last.
    """
    ops = _operations(seeds)
    seeds = ops.asarray(seeds, np.int64)[:, None]
    pairs = ops.arange((latent_dim + 1) // 2, dtype=np.int64)[None, :]
    words = threefry2x32((seeds & _MASK, seeds // 2**32 & _MASK), (pairs, ops.zeros_like(pairs)))
    word0, word1 = (ops.asarray(word, np.float64) for word in words)
    radius = ops.sqrt(-2.0 * ops.log((word0 + 1.0) * 2.0**-32))
    angle = word1 * (2.0 * math.pi * 2.0**-32)
    normal = ops.stack([radius * ops.cos(angle), radius * ops.sin(angle)], axis=-1)
    normal = ops.reshape(normal, [-1, 2 * ((latent_dim + 1) // 2)])[:, :latent_dim]
    return ops.asarray(normal, np.float32)


def portable_angles(seeds, count):
    """Angles in [0, 2 pi) that depend on each row's seed alone, equal on every runtime, and not those of its latents.

    Args:
        seeds: int64 `[N]`, any values, an array or a tensor.
        count: how many of each.

    Returns:
        float64 `[N, count]`, of the kind of the seeds: the Threefry words of the counters (n // 2, 1), in units of
        2 pi / 2^32.
    """
    ops = _operations(seeds)
    seeds = ops.asarray(seeds, np.int64)[:, None]
    pairs = ops.arange((count + 1) // 2, dtype=np.int64)[None, :]
    words = threefry2x32((seeds & _MASK, seeds // 2**32 & _MASK), (pairs, ops.ones_like(pairs)))
    words = ops.reshape(ops.stack(words, axis=-1), [-1, 2 * ((count + 1) // 2)])[:, :count]
    return ops.asarray(words, np.float64) * (2.0 * math.pi * 2.0**-32)


def portable_labels(seeds, num_classes):
    """The class of each seed where none is asked for: `seed mod num_classes`, in [0, num_classes) also below zero.

    Args:
        seeds: int64 `[N]`, any values, an array or a tensor.
        num_classes: number of classes.

    Returns:
        int32 `[N]`, of the kind of the seeds.
    """
    ops = _operations(seeds)
    return ops.asarray(ops.asarray(seeds, np.int64) % num_classes, np.int32)


def _operations(values):
    """NumPy for an array, and for a tensor what TensorFlow has under the same names."""
    if isinstance(values, np.ndarray):
        return np
    import tensorflow.experimental.numpy as tnp

    return tnp


def seed_range(seed, count):
    """The int64 seeds `seed … seed + count - 1`, wrapping around at the end of the int64 range."""
    return (np.arange(count, dtype=np.uint64) + np.uint64(seed & 0xFFFFFFFFFFFFFFFF)).astype(np.int64)


def random_rows(size, count, seed=0):
    """`count` of `size` rows in random order, the same for ever: a sample of data that may lie class by class.

    Args:
        size: number of rows.
        count: how many to take; at most all.
        seed: integer that decides which ones, and their order.

    Returns:
        int64 `[min(count, size)]`, each row once.
    """
    return seeded(seed).permutation(size)[:count]


def seeded(seed):
    """The old generator of NumPy, because its numbers are promised never to change, for an integer of any size."""
    return np.random.RandomState(seed & _MASK)
