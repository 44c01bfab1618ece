"""Films: whether they move as much as real ones, and show the same thing from their first frame to their last."""

import numpy as np

from keras_gan.metrics.neighbours import nearest
from keras_gan.metrics.subject import Measurement
from keras_gan.randomness import random_rows
from keras_gan.registry import Score

SCORE = Score(
    "films",
    about="how much films move, and how often the last frame is still of what the first one shows; near real is better",
    needs=("real",),
    of=("video",),
    least=2,
)
MOST = 512  # clips of each side that are looked at
PLACES = 8  # what a frame shows is its colours at so many places across and down


def measure(subject):
    """Yields `amount` and `identity` of a `Subject`."""
    real = subject.real["real"]
    clips, samples = np.asarray(real[random_rows(len(real), min(len(real), MOST))]), subject.samples[:MOST]
    protocol = {**subject.protocol, "samples": len(samples), "reference_clips": len(clips)}
    yield Measurement("amount", amount(samples), real=amount(clips), protocol=protocol)
    count = min(len(samples), len(clips))  # among more it is harder to be found again
    kept, of_real = identity(samples[:count]), identity(clips[:count])
    yield Measurement("identity", kept, real=of_real, lower_is_better=False, protocol=protocol)


def amount(clips):
    """Mean difference of frames from one to the next, in grey levels."""
    return float(np.abs(np.diff(clips.astype(np.float32), axis=1)).mean())


def identity(clips):
    """Share of clips whose last frame is nearer to their own first frame than to that of any other clip."""
    found, _ = nearest(shown(clips[:, -1]), shown(clips[:, 0]))
    return float((found == np.arange(len(clips))).mean())


def shown(frames):
    """Colours of frames at a few places, float32 `[N, n]`."""
    count, height, width, channels = frames.shape
    high, wide = height // PLACES, width // PLACES
    cut = frames[:, : high * PLACES, : wide * PLACES].astype(np.float32)
    means = cut.reshape(count, PLACES, high, PLACES, wide, channels).mean(axis=(2, 4))
    return means.reshape(count, -1)
