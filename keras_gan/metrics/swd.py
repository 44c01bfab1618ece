"""SWD: how far apart small patches of samples and of real images are, size by size."""

import numpy as np
from scipy.ndimage import correlate1d

from keras_gan.metrics.subject import Measurement
from keras_gan.randomness import random_rows
from keras_gan.registry import Score

SCORE = Score(
    "swd",
    about="sliced Wasserstein distance of patches, by size (Karras et al. 2018), times 1,000; lower is better",
    lower_is_better=True,
    decides="swd",
    needs=("real",),
    of=("image",),
    least=2,
    least_edge=16,
)

PATCH, PATCHES = 7, 128  # px, and how many of an image at each size
LEAST_EDGE = 16  # of the smallest size
DIRECTIONS, REPEATS = 128, 4
BLOCK = 256  # images at once
_BINOMIAL = np.array([1, 4, 6, 4, 1]) / 16


def measure(subject):
    """Yields `swd`, the mean over sizes, and `swd_SIZE` of each, beside those of real images among themselves."""
    column, count = subject.real["real"], len(subject.samples)
    # As many others as there are, up to twice as many: halves for the distance of real images to each other.
    rows = random_rows(len(column), min(len(column), 2 * count), subject.seed)
    real = np.asarray(column[rows])
    wanted = descriptors(real[:count], subject.seed)
    found = descriptors(subject.samples, subject.seed + 1)
    others = descriptors(real[len(real) - min(count, len(real) // 2) :], subject.seed + 2)
    first = descriptors(real[: min(count, len(real) // 2)], subject.seed + 3)
    distances = {size: 1e3 * sliced_wasserstein(found[size], wanted[size], subject.seed) for size in found}
    floors = {size: 1e3 * sliced_wasserstein(first[size], others[size], subject.seed) for size in found}
    protocol = {
        **subject.protocol,
        **{"patch": PATCH, "patches": PATCHES, "directions": DIRECTIONS * REPEATS},
        **{"samples": count, "real_images": min(count, len(real))},
    }
    for name, each in {"swd": None, **{f"swd_{size}": size for size in distances}}.items():
        value, floor = (_mean(table) if each is None else table[each] for table in (distances, floors))
        yield Measurement(name, value, real=floor, protocol=protocol)


def _mean(table):
    return float(np.mean(list(table.values())))


def descriptors(images, seed):
    """Patches of every level of the Laplacian pyramid of images, normalised together.

    Args:
        images: `[N, height, width, channels]` in [0, 255].
        seed: decides the places of the patches.

    Returns:
        `{edge of the level: float32 [N * PATCHES, values]}` from the full size down to 16 px.
    """
    rng, found = np.random.RandomState(seed % 2**32), {}
    for start in range(0, len(images), BLOCK):
        for level in laplacian_pyramid(np.asarray(images[start : start + BLOCK], np.float32)):
            found.setdefault(level.shape[1], []).append(_patches(level, rng))
    return {size: _normalised(np.concatenate(parts)) for size, parts in found.items()}


def laplacian_pyramid(images):
    """What each size adds to the one below, from the full size down; the last level is the smallest image itself."""
    levels = []
    while images.shape[1] // 2 >= LEAST_EDGE:
        smaller = _smoothed(images)[:, ::2, ::2]
        levels.append(images - _enlarged(smaller, images.shape))
        images = smaller
    return [*levels, images]


def _smoothed(images):
    for axis in (1, 2):
        images = correlate1d(images, _BINOMIAL, axis=axis, mode="mirror")
    return images


def _enlarged(images, shape):
    wide = np.zeros(shape, np.float32)
    wide[:, ::2, ::2] = 4.0 * images  # a quarter of the places is not 0
    return _smoothed(wide)


def _patches(level, rng):
    """Patches at random places, `[N, PATCHES, PATCH, PATCH, channels]`."""
    count, height, width, _ = level.shape
    top = rng.randint(0, height - PATCH + 1, (count, PATCHES))
    left = rng.randint(0, width - PATCH + 1, (count, PATCHES))
    offsets = np.arange(PATCH)
    rows, columns = top[..., None, None] + offsets[:, None], left[..., None, None] + offsets
    return level[np.arange(count)[:, None, None, None], rows, columns]


def _normalised(patches):
    """Patches of mean 0 and deviation 1 in each channel, `[N * PATCHES, values]`."""
    axes = tuple(range(patches.ndim - 1))
    patches = (patches - patches.mean(axis=axes)) / np.maximum(patches.std(axis=axes), 1e-8)
    return patches.reshape(-1, PATCH * PATCH * patches.shape[-1]).astype(np.float32)


def sliced_wasserstein(a, b, seed):
    """The mean distance between sorted projections of two sets onto random directions.

    Args:
        a, b: float `[N, D]` and `[M, D]`; of the larger set, the first rows are taken.
        seed: decides the directions.
    """
    rng, count = np.random.RandomState(seed % 2**32), min(len(a), len(b))
    distances = []
    for _ in range(REPEATS):
        directions = rng.normal(size=(a.shape[1], DIRECTIONS))
        directions = (directions / np.linalg.norm(directions, axis=0)).astype(np.float32)
        sides = [np.sort(each[:count] @ directions, axis=0) for each in (a, b)]
        distances.append(np.abs(sides[0] - sides[1]).mean())
    return float(np.mean(distances))
