"""Perceptual path length: how smoothly samples change with their latents."""

import numpy as np

from keras_gan import latent_space
from keras_gan.metrics.subject import Measurement
from keras_gan.registry import Score

SCORE = Score(
    "ppl",
    about="perceptual path length in latents and styles (Karras et al. 2018); lower is smoother",
    lower_is_better=True,
    needs=("latents", "perceptual"),
    of=("image",),
)

EPSILON = 1e-4
PATHS = 1000


def measure(subject):
    """Yields `ppl` of the generator that a `Subject` comes from, on paths between latents of consecutive seeds.

    Of a style-based one it also yields `ppl_w_full`, on lines between the styles of these latents, and `ppl_w_end`,
    where these lines begin: styles on the way need not be any that latents are mapped to.
    """
    distance = subject.perceptual()
    protocol = {**subject.protocol, **distance.protocol, "paths": PATHS, "epsilon": EPSILON, "seed": subject.seed}
    for name, made in _ends_of_steps(subject):
        here, there = (subject.field.to_stored(each, exact=True) for each in made)
        value = perceptual_path_length(distance(here, there))
        yield Measurement(f"{name}[{distance.name}]", value, protocol=protocol)


def _ends_of_steps(subject):
    """What is made at one place of each path, and a step of `EPSILON` farther, `(name, two of [PATHS, …])` by path."""
    from keras_gan.randomness import seed_range, seeded

    given = subject.inputs(seed_range(subject.seed, 2 * PATHS))
    start, end = given["latents"][:PATHS], given["latents"][PATHS:]
    others = {name: values[:PATHS] for name, values in given.items()}  # the whole path is of its start's class
    position = seeded(subject.seed).uniform(size=(PATHS, 1))

    def step(place, way):
        return [way(each).astype(np.float32) for each in (place, place + EPSILON)]

    latents = step(position, lambda place: _slerp(start, end, place))
    yield "ppl", [subject.made({**others, "latents": each}) for each in latents]
    if subject.styled is None:
        return
    first, last = (subject.styled.of(each, others.get("labels")).astype(np.float64) for each in (start, end))
    for name, place in (("ppl_w_full", position), ("ppl_w_end", np.zeros_like(position))):
        styles = step(place, lambda place: first + place * (last - first))
        yield name, [subject.styled.draw(each) for each in styles]


def _slerp(start, end, position):
    return np.stack([latent_space.slerp(a, b, t)[0] for a, b, t in zip(start, end, position, strict=True)])


def perceptual_path_length(distances, epsilon=EPSILON, discard=(1.0, 99.0)):
    """Perceptual path length (Karras et al. 2018, arXiv 1812.04948, equation 4), the mean of d / epsilon^2.

    Args:
        distances: `[N]`, distances (LPIPS, which is a squared one) between the samples of latents at t and at
            t + epsilon on spherical paths between pairs of latents, t uniform in [0, 1); or of styles on lines.
        epsilon: the step along the path.
        discard: percentiles; what lies outside is left out, as in the paper's code, since a few paths that cross a
            border between two modes would decide the mean.

    Returns:
        A float of at least 0; lower is smoother. A generator that always draws the same has 0.
    """
    lengths = np.asarray(distances, np.float64) / epsilon**2
    low, high = np.percentile(lengths, discard)
    return float(lengths[(lengths >= low) & (lengths <= high)].mean())
