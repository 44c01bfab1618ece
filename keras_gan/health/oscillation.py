"""Oscillation: the two networks chase each other in a circle."""

import numpy as np

from keras_gan.health.finding import NOTHING, Finding, advice
from keras_gan.health.probe import Probe

WINDOW = 600  # steps that a swing of the loss is looked for in
PERIODS = 3  # of a swing, before it is called one
STILL = 0.5  # of the deviation of the whole window, that of its latter half: a swing of the start alone has died down


def oscillation(step, losses, setup=NOTHING):
    """Says so if the generator's loss swings to and fro with a steady period.

    Args:
        losses: the generator's loss of each step of the window, at least 60 for a verdict.
    """
    period = _period_of(losses)
    if period is None or np.std(losses[len(losses) // 2 :]) < STILL * np.std(losses):
        return None
    return Finding(
        "oscillation",
        step,
        f"the generator's loss swings with a period of about {period} steps",
        "the two networks chase each other in a circle instead of settling.",
        advice("lower both learning rates or beta_1 (0.5 or 0)", "" if setup.has_penalty else "use a gradient penalty")
        + " Judge the moving average of the generator (which is drawn from), not its last weights.",
    )


def _period_of(series):
    """The steady period of a series with which it swings, in steps; None if it does not.

    A swing is a correlation of the series with itself that is clearly negative half a period later and clearly
    positive a whole period later; noise has neither.
    """
    series = np.asarray(series, np.float64)
    if len(series) < 60 or series.std() < 1e-12:
        return None
    series = series - np.polyval(np.polyfit(np.arange(len(series)), series, 1), np.arange(len(series)))
    longest = len(series) // PERIODS
    lags = np.arange(longest + 1)
    correlation = np.array([np.mean(series[: len(series) - lag] * series[lag:]) for lag in lags]) / np.mean(series**2)
    below = np.flatnonzero(correlation < -0.4)
    if not len(below):
        return None
    # The first stretch below: later half periods correlate as well.
    first = below[: np.argmax(np.diff(below, append=below[-1] + 2) > 1) + 1]
    half = int(first[np.argmin(correlation[first])])
    if half < 2 or 2 * half > longest:
        return None
    period = half + int(np.argmax(correlation[half : 3 * half + 1]))
    return period if correlation[period] >= 0.4 else None


class _Oscillation(Probe):
    """Reads the generator's loss, of the training's logs."""

    signals = ("oscillation",)
    logs = ("g_loss",)

    def look(self, examination):
        losses = examination.series["g_loss"][-WINDOW:]
        yield oscillation(examination.step, losses, examination.setup) if len(losses) == WINDOW else None

    def obstacles(self, examiner):
        if examiner.steps is not None and examiner.steps < WINDOW:
            return {"oscillation": f"a swing takes {WINDOW} steps to be told from a slow start"}
        return {}


PROBE = _Oscillation()
