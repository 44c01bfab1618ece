"""Movement: whether figures stand on their feet, tremble, vary, and are no copies, each beside real clips."""

import numpy as np

from keras_gan.metrics.neighbours import mean_pair_distance, nearest
from keras_gan.metrics.subject import Measurement
from keras_gan.randomness import random_rows
from keras_gan.registry import Score

SCORE = Score(
    "movement",
    about="sliding feet, trembling, variety within actions, distance to the nearest training clip; near real is better",
    needs=("real",),
    of=("motion",),
    least=2,
)
MOST = 1024  # clips of each side that are looked at


def measure(subject):
    """Yields `sliding`, `acceleration`, `bone_change`, `diversity` and `novelty` of a `Subject`."""
    real = subject.real["real"]
    rows = random_rows(len(real), min(len(real), MOST))
    clips, samples = np.asarray(real[rows]), subject.samples[:MOST]
    field = subject.field if subject.field.mean is not None else subject.field.fitted(real)
    protocol = {**subject.protocol, "samples": len(samples), "reference_clips": len(clips)}

    def measurement(name, of, **more):
        return Measurement(name, of(samples), real=of(clips), protocol=protocol, **more)

    yield measurement("sliding", lambda values: sliding(field, values), lower_is_better=True)
    yield measurement("acceleration", lambda values: acceleration(field, values))
    yield measurement("bone_change", lambda values: bone_change(field, values), lower_is_better=True)
    known, made = (poses(field, each) for each in (clips, samples))
    labels = subject.real["label"][rows] if "label" in subject.real else np.zeros(len(clips), int)
    asked = np.zeros(len(samples), int) if subject.labels is None else np.asarray(subject.labels)[:MOST]
    yield Measurement("diversity", diversity(made, asked), real=diversity(known, labels), protocol=protocol)
    yield Measurement("novelty", novelty(made, known), lower_is_better=False, protocol=protocol)


def sliding(field, clips):
    """How far feet go along the floor in a frame while they are on it, in the unit of the skeleton."""
    places = field.positions(clips)[:, :, field.feet]
    steps = np.linalg.norm(np.diff(places[..., [0, 2]], axis=1), axis=-1)
    down = places[:, 1:, :, 1] < field.floor[1]
    return float(steps[down].mean()) if down.any() else 0.0


def acceleration(field, clips):
    """Mean length of the second differences of all joints' places, units a frame squared: trembling is large."""
    return float(np.linalg.norm(np.diff(field.positions(clips), 2, axis=1), axis=-1).mean())


def bone_change(field, clips):
    """The largest deviation of a bone's length over all frames."""
    places = field.positions(clips)
    bones = np.linalg.norm(places[:, :, 1:] - places[:, :, list(field.parents[1:])], axis=-1)
    return float(bones.std(axis=(0, 1)).max())


def poses(field, clips):
    """Where joints are in the figure's own frame, all frames in a row, float32 `[N, n]`: what clips are compared by."""
    places, _ = field.in_own_frame(field.to_model(clips))
    return np.asarray(places).reshape(len(clips), -1)


def diversity(rows, labels):
    """Mean distance of two clips of one action, averaged over actions."""
    return float(np.mean([mean_pair_distance(rows[labels == label]) for label in np.unique(labels)]))


def novelty(made, known):
    """Median distance of samples to the nearest training clip, in median distances of two real clips; 0: copies."""
    _, distances = nearest(made, known)
    some = random_rows(len(known), min(len(known), 256))
    apart = np.linalg.norm(known[some[:, None]] - known[some[None]], axis=-1)
    return float(np.median(distances) / max(np.median(apart[np.triu_indices(len(some), 1)]), 1e-9))
