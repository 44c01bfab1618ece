"""Lines: the same line again and again, or one word, or lines of the training."""

from keras_gan.health.finding import EXAMPLES, Finding
from keras_gan.health.probe import Probe

LEAST = 16  # lines, of fewer nothing is said
DISTINCT = 0.5  # of lines that differ, below which they are repeated
OF_REAL = 0.6  # of what it is among real lines
ONE_WORD = 0.3  # of lines that have a word three times in a row, above which one word is written again and again
COPIED = 0.5  # of lines that are lines of the training, above which these are copied
MORE_THAN_REAL = 3.0  # times as many as of real lines that were not trained on


def repeated(step, lines, real, words=EXAMPLES):
    """Says so if few lines differ, where those of the data do; lines are tuples of numbers."""
    if min(len(lines), len(real)) < LEAST:
        return None
    share, usual = (len(set(each)) / len(each) for each in (lines, real[: len(lines)]))
    if share >= min(DISTINCT, OF_REAL * usual):
        return None
    return Finding(
        "repeated_lines",
        step,
        f"{share:.0%} of {len(lines)} lines differ (of real ones {usual:.0%})",
        "the generator writes the same lines again and again: it has collapsed, or its softmax is too cold.",
        "Go back to an earlier checkpoint, and use a larger --model.likelihood-weight or a smaller --model.warmest.",
    )


def one_word(step, lines, real, words=EXAMPLES):
    """Says so if many lines have a word three times in a row, where those of the data do not."""
    share, usual = (_stuttering(each) for each in (lines, real))
    if len(lines) < LEAST or share < max(ONE_WORD, MORE_THAN_REAL * usual):
        return None
    return Finding(
        "one_word",
        step,
        f"{share:.0%} of lines have a word three times in a row (of real ones {usual:.0%})",
        "the generator writes one word again and again.",
        "Go back to an earlier checkpoint, and use a larger --model.likelihood-weight or a smaller rate.",
    )


def copied(step, lines, training, real=None, words=EXAMPLES):
    """Says so if many lines are lines of the training.

    Args:
        training: a set of lines.
        real: lines that were not trained on; None: there are none, and nothing is said.
    """
    if not real or len(lines) < LEAST:
        return None
    share, usual = (sum(line in training for line in each) / len(each) for each in (lines, real))
    if share < max(COPIED, MORE_THAN_REAL * usual):
        return None
    return Finding(
        "copied_lines",
        step,
        f"{share:.0%} of lines are lines of the training (of other real ones {usual:.0%})",
        "the generator has learned lines by heart.",
        "Use more lines, more --model.dropout-share, a narrower --model.units, or stop earlier.",
    )


def _stuttering(lines):
    return sum(_longest_run(line) >= 3 for line in lines) / max(len(lines), 1)


def _longest_run(line):
    longest = run = 0
    for place, word in enumerate(line):
        run = run + 1 if place and word == line[place - 1] else 1
        longest = max(longest, run)
    return longest


def _tuples(values):
    return [tuple(row[: list(row).index(0)] if 0 in row else row) for row in values.tolist()]


class _Lines(Probe):
    """Reads the lines themselves."""

    signals = ("repeated_lines", "one_word", "copied_lines")
    of = ("text",)

    def look(self, examination):
        examiner, lines = examination.examiner, _tuples(examination.stored)
        training = _tuples(examiner.train.columns["real"])
        held_out = examiner.held_out
        unseen = _tuples(held_out.columns["real"]) if hasattr(held_out, "columns") else None
        yield repeated(examination.step, lines, training)
        yield one_word(examination.step, lines, training[:1000])
        yield copied(examination.step, lines, set(training), unseen)


PROBE = _Lines()
