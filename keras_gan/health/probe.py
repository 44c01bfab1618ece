"""`Probe`: what looks at a run for one finding."""

from typing import ClassVar

FIRST_STEPS = 300  # steps in which a healthy run may still look ill
REMEMBERED = 1000  # steps whose figures are kept, more than any probe looks back


def remember(series, figure):
    """Adds a figure to a list that does not grow with the run: before its last ones it keeps but the largest."""
    series.append(figure)
    if len(series) > 2 * REMEMBERED:
        series[:-REMEMBERED] = [max(series[:-REMEMBERED])]


class Probe:
    """Looks at a run for one finding, or for a few that are read off the same figures. It keeps nothing of a run.

    Attributes:
        signals: names of its findings.
        certain: those of them that a healthy run never shows, not even for a moment.
        of: kinds of values it can look at; empty: any. Runs of others know nothing of it.
        logs: names of the training's logs that it reads, in `Examiner.series`.
        first_step: the step from which it looks.
    """

    signals: ClassVar[tuple] = ()
    certain: ClassVar[tuple] = ()
    of: ClassVar[tuple] = ()
    logs: ClassVar[tuple] = ()
    first_step: ClassVar[int] = FIRST_STEPS

    def look(self, examination):
        """What is wrong by an `Examination`: yields a `Finding`, or None, for each of its signals."""
        raise NotImplementedError

    def obstacles(self, examiner):
        """Why a run gives no figures for some of its findings, `{signal: reason}`, by the run's `Examiner`."""
        return {}

    def is_of(self, kind):
        """Whether it can look at values of a kind."""
        return not self.of or kind in self.of
