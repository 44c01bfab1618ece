"""Frozen and trembling: clips that hardly move, or change their way from frame to frame."""

import numpy as np

from keras_gan.health.finding import EXAMPLES, Finding
from keras_gan.health.probe import Probe

FROZEN = 0.25  # of the movement of real clips, below which samples hardly move
TREMBLES = 2.0  # times as restless as real clips
LEAST = 1e-6  # movement, without which nothing can be told


def frozen(step, moved, of_real, words=EXAMPLES):
    """Says so if samples move much less than real clips.

    Args:
        moved, of_real: mean change from frame to frame of samples and of real clips, in any unit.
    """
    if of_real < LEAST or moved >= FROZEN * of_real:
        return None
    return Finding(
        "frozen",
        step,
        f"{words.drawn}s move {moved / of_real:.0%} as much as real {words.many}",
        "they stand nearly still.",
        "Wait for a while; if it stays, raise the discriminator's learning rate, or use fewer frames.",
    )


def trembling(step, restless, of_real, words=EXAMPLES):
    """Says so if samples change their way much more than real clips, for how far they go.

    Args:
        restless, of_real: mean second difference of frames, as a share of the first, of samples and of real clips.
    """
    if of_real < LEAST or restless <= TREMBLES * of_real:
        return None
    return Finding(
        "trembling",
        step,
        f"{words.drawn}s change their way {restless / of_real:.1f} times as much as real {words.many} do",
        "they tremble.",
        "Train for longer; if it stays, halve the generator's learning rate.",
    )


def movement(clips):
    """`(mean change from frame to frame, mean change of that as a share of it)` of clips `[N, frames, …]`."""
    steps = np.diff(np.asarray(clips, np.float32), axis=1)
    moved = float(np.abs(steps).mean())
    return moved, float(np.abs(np.diff(steps, axis=1)).mean()) / max(moved, LEAST)


class _Moving(Probe):
    """Compares how samples and training clips move; of kinds that do not move it has nothing to say."""

    signals = ("frozen", "trembling")

    def look(self, examination):
        if not examination.field.moves:
            return
        column = examination.examiner.train.columns["real"]
        real = column[np.arange(0, len(column), max(1, len(column) // len(examination.stored)))]
        (moved, restless), (real_moved, real_restless) = map(movement, (examination.stored, real))
        yield frozen(examination.step, moved, real_moved, examination.words)
        yield trembling(examination.step, restless, real_restless, examination.words)


PROBE = _Moving()
