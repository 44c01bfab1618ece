"""Collapse: samples of different latents are (nearly) the same; partial: they vary much less than real examples."""

from keras_gan.health.finding import EXAMPLES, Finding
from keras_gan.health.probe import FIRST_STEPS, Probe

SAME = 0.15  # distance of samples as a share of that of real examples: hardly any difference
ALIKE = 0.5  # clearly less variety than real examples
DEAD = 1e-6  # of the same: rounding apart, blind to its input; the smallest untrained generators have 1e-4


def collapse(step, variety, started, most, words=EXAMPLES):
    """Says so if samples of different latents are (nearly) the same.

    Args:
        variety: `{what: mean distance of pairs of samples / that of pairs of real examples}`; what is the name of the
            values in `words`, `features`, or a class.
        started: whether the run is past its first steps, in which a healthy generator may hardly vary yet.
        most: the largest variety of the run so far, of values and features the lesser.
    """
    least = _overall_variety(variety, words)
    if least < (SAME if started or most > ALIKE else DEAD):
        return Finding(
            "collapse",
            step,
            f"samples of different latents differ by {least:.1%} of what real {words.many} differ by",
            f"the generator draws (nearly) the same {words.drawn} whatever it is given: mode collapse.",
            "Go back to an earlier checkpoint; lower the learning rates, or change the variant: wgan_gp, r3gan and "
            "sngan collapse least. As a rule a run does not recover from this by itself.",
        )
    if not started:
        return None
    poor = {name: value for name, value in variety.items() if value < ALIKE}
    if not poor:
        return None
    names = ", ".join(f"{name} {value:.0%}" for name, value in sorted(poor.items(), key=lambda item: item[1])[:5])
    return Finding(
        "partial_collapse",
        step,
        f"samples vary much less than real {words.many} ({names} of theirs)",
        "the generator leaves out much of the data.",
        f"Watch recall or coverage (--metrics prdc); a gradient penalty, --augment diffaugment for few {words.many}, "
        "or larger batches help.",
    )


def _overall_variety(variety, words=EXAMPLES):
    """The lesser of the varieties of values and of features."""
    return min(variety[name] for name in (words.values, "features") if name in variety)


class Collapse(Probe):
    """Compares how much samples of fixed seeds vary with how much real examples do."""

    signals = ("collapse", "partial_collapse")
    certain = ("collapse",)
    first_step = 0

    def look(self, examination):
        variety, words = examination.variety, examination.words
        so_far = max(_overall_variety(earlier, words) for earlier in examination.series["variety"])
        yield collapse(examination.step, variety, examination.step >= FIRST_STEPS, so_far, words)

    def obstacles(self, examiner):
        if examiner.different_samples > 1:
            return {}
        return dict.fromkeys(self.signals, f"one {examiner.words.one} alone was held out to make samples of")


PROBE = Collapse()
