"""Perceptual path length: how smoothly samples change with their latents."""

import numpy as np

from keras_gan import latent_space
from keras_gan.metrics.subject import Measurement
from keras_gan.registry import Score

SCORE = Score(
    "ppl",
    about="perceptual path length of the latent space (Karras et al. 2018); lower is smoother",
    lower_is_better=True,
    needs=("latents", "perceptual"),
    of=("image",),
)

EPSILON = 1e-4
PATHS = 1000


def measure(subject):
    """Yields `ppl` of the generator that a `Subject` comes from, on paths between latents of consecutive seeds."""
    distance = subject.perceptual()
    value = perceptual_path_length(distance(*_ends_of_steps(subject)))
    protocol = {**subject.protocol, **distance.protocol, "paths": PATHS, "epsilon": EPSILON, "seed": subject.seed}
    yield Measurement(f"ppl[{distance.name}]", value, protocol=protocol)


def _ends_of_steps(subject):
    """What the generator makes at one place of each path, and a step of `EPSILON` farther, both `[PATHS, …]`."""
    from keras_gan.randomness import seed_range, seeded

    given = subject.inputs(seed_range(subject.seed, 2 * PATHS))
    latents = given["latents"]
    others = {name: values[:PATHS] for name, values in given.items()}  # the whole path is of its start's class
    position = seeded(subject.seed).uniform(size=(PATHS, 1))
    for place in (position, position + EPSILON):
        between = _slerp(latents[:PATHS], latents[PATHS:], place).astype(np.float32)
        yield subject.field.to_stored(subject.made({**others, "latents": between}), exact=True)


def _slerp(start, end, position):
    return np.stack([latent_space.slerp(a, b, t)[0] for a, b, t in zip(start, end, position, strict=True)])


def perceptual_path_length(distances, epsilon=EPSILON, discard=(1.0, 99.0)):
    """Perceptual path length (Karras et al. 2018, arXiv 1812.04948, equation 4), the mean of d / epsilon^2.

    Args:
        distances: `[N]`, distances (LPIPS, which is a squared one) between the samples of latents at t and at
            t + epsilon on spherical paths between pairs of latents, t uniform in [0, 1).
        epsilon: the step along the path.
        discard: percentiles; what lies outside is left out, as in the paper's code, since a few paths that cross a
            border between two modes would decide the mean.

    Returns:
        A float of at least 0; lower is smoother. A generator that always draws the same has 0.
    """
    lengths = np.asarray(distances, np.float64) / epsilon**2
    low, high = np.percentile(lengths, discard)
    return float(lengths[(lengths >= low) & (lengths <= high)].mean())
