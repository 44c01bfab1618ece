"""Which plot a curve belongs to, by what it means, and how that plot is read."""

import re
from dataclasses import dataclass

from keras_gan import metrics


@dataclass(frozen=True)
class Plot:
    """Curves that share a meaning and so a scale.

    Attributes:
        title: what it shows.
        unit: of the values.
        about: how to read it, a sentence or two.
        chapter: what it says something about.
        lines: `{name: [(step, value)]}`.
        logarithmic: whether equal ratios are equally far apart, if all values are above 0.
        span: lowest and highest value that are always shown; None: as the values are.
        level: a value that others are compared with; None: none.
    """

    title: str
    unit: str
    about: str
    chapter: str
    lines: dict
    logarithmic: bool = False
    span: tuple | None = None
    level: float | None = None


QUALITY, BALANCE, COURSE = "How good and how varied", "Who is ahead", "Course of the training"


@dataclass(frozen=True)
class _Kind:
    """Curves of one meaning: tags match `pattern`, whose groups name the curve; without a title each is a plot."""

    pattern: str
    title: str
    unit: str
    about: str
    chapter: str
    logarithmic: bool = False
    span: tuple | None = None
    level: float | None = None


# In the order of the page; a tag belongs to the first that it matches.
_KINDS = (
    _Kind(
        r"scores/((?:precision|recall|density|coverage)\b.*)",
        "Precision and recall",
        "share",
        "Higher is better. Precision and density: how many samples look like data; recall and coverage: how much of "
        "the data there are samples of.",
        QUALITY,
        span=(0.0, 1.0),
    ),
    _Kind(r"scores/(.+)", "", "score", "", QUALITY),
    _Kind(
        r"health/variety_(.+)",
        "Variety",
        "share of the data's",
        "How far samples lie from each other: 1 is as varied as the data; a fall towards 0 is a collapse to a few.",
        QUALITY,
        span=(0.0, 1.1),
        level=1.0,
    ),
    _Kind(
        "health/distance_to_real",
        "Distance to real",
        "share of the data's spread",
        "Lower is better: 0 is where samples and data cannot be told apart. It should fall, then level off.",
        QUALITY,
        logarithmic=True,
    ),
    _Kind(r"health/(.+)", "", "value", "A figure of the doctor.", QUALITY),
    _Kind(
        "(generator|discriminator)/loss",
        "Losses",
        "loss",
        "A loss says who is ahead, not how good the samples are: in a healthy run both hover, and neither falls for "
        "good.",
        BALANCE,
    ),
    _Kind(
        "discriminator/(real|fake)_accuracy(.*)",
        "Accuracy of the discriminator",
        "share of right answers",
        "0.6 to 0.95 is a contest. 1 for long: it always knows, and the generator learns little; 0.5: it is guessing.",
        BALANCE,
        span=(0.0, 1.0),
        level=0.5,
    ),
    _Kind(
        "(generator|discriminator)/class_accuracy",
        "Classes named rightly",
        "share of right answers",
        "Higher is better: of real examples (discriminator), and of samples, which should be of the class asked for "
        "(generator).",
        BALANCE,
        span=(0.0, 1.0),
    ),
    _Kind(
        "(generator|discriminator)/gradient",
        "Gradients",
        "norm",
        "How hard each network is pushed. The generator's falling by orders of magnitude: it has nothing left to learn "
        "from; either growing without end: the training is running away.",
        BALANCE,
        logarithmic=True,
    ),
    _Kind(
        "discriminator/(.+)",
        "Terms of the discriminator's loss",
        "loss",
        "What its loss is the sum of. With the usual loss, real and fake both near 0.69 mean that it cannot tell at "
        "all, both near 0 that it always can.",
        BALANCE,
    ),
    _Kind(
        "generator/(.+)",
        "Terms of the generator's loss",
        "loss",
        "What its loss is the sum of. Terms that compare with a target, such as l1, should fall; fake is the contest.",
        BALANCE,
    ),
    _Kind(
        "train/augment_(.+)",
        "Augmentation",
        "share",
        "probability: how often what the discriminator sees is changed; it rises while rt, how sure that is of real "
        "examples, is above its target of 0.6.",
        COURSE,
        span=(0.0, 1.0),
    ),
    _Kind("train/(.+)", "", "value", "A figure of this variant: its documentation says how to read it.", COURSE),
    _Kind(
        "progress/(.+)_per_second",
        "Speed",
        "in a second",
        "Flat is normal. Dips are scores and checks, or another program on the machine; a fall that stays is a reason "
        "to look.",
        COURSE,
        span=(0.0, 0.0),
    ),
    _Kind(
        "learning_rate/(.+)",
        "Learning rates",
        "rate",
        "How large a step each network takes along its gradient.",
        COURSE,
        span=(0.0, 0.0),
    ),
)


def plots_of(runs):
    """The plots of a run, or of several side by side.

    Args:
        runs: `{name: curves}`, see `Record.curves`.

    Returns:
        A list of `Plot`. Of one run a plot has a line for each curve of a meaning; of several it shows one curve, and
        has a line for each run that has it.
    """
    tags = list(dict.fromkeys(tag for curves in runs.values() for tag in curves))
    found = {}
    for tag in tags:
        kind, name = _placed(tag)
        if kind is not None and not _says_nothing(tag, runs):
            found.setdefault(_KINDS.index(kind), {})[name] = _lines(tag, runs)
    return [
        plot for index, curves in sorted(found.items()) for plot in _plots_of_kind(_KINDS[index], curves, len(runs) > 1)
    ]


def _placed(tag):
    """The `_Kind` that a tag belongs to, and the name of its curve there; `(None, "")` of a tag that says nothing."""
    for kind in _KINDS:
        if match := re.fullmatch(kind.pattern, tag):
            return kind, " ".join(" ".join(filter(None, match.groups())).replace("_", " ").split())
    return None, ""


def _says_nothing(tag, runs):
    """Whether a curve is the generator's loss once more, whose only term it is, or a rate that never changes."""
    if tag.startswith("learning_rate/"):
        return all(len({value for _, value in _values(curves, tag)}) < 2 for curves in runs.values())
    return tag == "generator/fake" and all(
        _values(curves, tag) == _values(curves, "generator/loss") for curves in runs.values()
    )


def _values(curves, tag):
    return [(step, value) for step, _, value in curves.get(tag, ())]


def _lines(tag, runs):
    return {name: _values(curves, tag) for name, curves in runs.items() if tag in curves}


def _plots_of_kind(kind, curves, several):
    """Args: curves: `{name: {run: points}}`."""
    shared = {"unit": kind.unit, "chapter": kind.chapter, "logarithmic": kind.logarithmic}
    shared |= {"span": kind.span, "level": kind.level}
    if several:
        return [
            Plot(_title(kind, name, len(curves) > 1), about=_about(kind, name), lines=lines, **shared)
            for name, lines in curves.items()
        ]
    lines = {name or kind.title.lower(): points for name, runs in curves.items() for points in runs.values()}
    if kind.title:
        return [Plot(kind.title, about=kind.about, lines=lines, **shared)]
    return [Plot(name, about=_about(kind, name), lines={name: points}, **shared) for name, points in lines.items()]


def _title(kind, name, among_others):
    return ": ".join(filter(None, [kind.title, name if among_others or not kind.title else ""]))


def _about(kind, name):
    """How to read a curve; of a score, what it says of itself."""
    own = metrics.METRICS.get(metrics.base_name(name).replace(" ", "_")) if kind.unit == "score" else None
    return kind.about or (f"{own[0].upper()}{own[1:]}." if own else "A score: docs/scores.md says how to read it.")
