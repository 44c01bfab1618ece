"""How good samples are: scores, one self-describing module each, and what they see samples with.

A score is a module that assigns `SCORE = Score(…)` (see `keras_gan.registry`), beside pure functions of arrays, and has

    measure(subject)     yields a `Measurement` or several of a `Subject` (see `keras_gan.metrics.subject`)
    warnings(subject)    optional: yields sentences, what is to be known of these measurements

This file knows none of them by name and imports nothing heavy, for the command line. Descriptors are read when a metric
is named, not before.
"""

from keras_gan.errors import UserError, unknown
from keras_gan.registry import SCORES, plugin_folders

__path__ += plugin_folders("metrics")


def __getattr__(name):
    """`METRICS`, `{name: what it measures}`, and `DECIDING`, of those that a run can be steered by.

    `DECIDING` is `{name: (value that decides, whether less of it is better)}`. Nearness to targets does not decide:
    where several outputs would be right, a blurred average of them comes nearest, and the blurriest checkpoint wins.
    """
    if name not in ("METRICS", "DECIDING"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    scores = {score: SCORES.describe(score) for score in SCORES.names()}
    if name == "METRICS":
        return {score: described.about for score, described in scores.items()}
    return {s: (described.decides, described.lower_is_better) for s, described in scores.items() if described.decides}


def protocol_text(protocol):
    """A score's protocol as one line for people."""
    return "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in protocol.items())


def check_names(names):
    """Raises `UserError` for a metric that there is not, or that is named twice."""
    for name in names:
        if name not in SCORES.names():
            raise unknown("metric", name, SCORES.names())
        if names.count(name) > 1:
            raise UserError(f"--metrics names {name} twice.")


def check_kind(names, kind):
    """Raises `UserError` for a metric that cannot look at values of this kind, a module of `keras_gan.modalities`."""
    for name in names:
        if not looks_at(name, kind):
            fitting = ", ".join(other for other in SCORES.names() if looks_at(other, kind))
            raise UserError(
                f"--metrics {name} looks at values of the kind {' or '.join(SCORES.describe(name).of)}, and these are "
                f"of the kind {kind}: choose from {fitting}."
            )


def looks_at(name, kind):
    """Whether a metric can look at values of this kind."""
    return kind in (SCORES.describe(name).of or (kind,))


def base_name(name):
    """`fid` of `fid[classifier]`: the name of a value without what it was seen with."""
    return name.partition("[")[0]


def obstacles(names, field, samples, real=None, classes=None):
    """What keeps some of the metrics from being measured, `{name: why, with the number that is needed}`.

    Args:
        names: of metrics.
        field: the `Field` of the samples.
        samples: how many there will be.
        real: how many real examples they are compared with; None if that is not known.
        classes: how many classes these are of; None if that is not known.
    """
    found = {}
    for name in names:
        score = SCORES.describe(name)
        if samples < score.least:
            found[name] = f"needs at least {score.least} samples, got {samples}"
        elif real is not None and "features" in score.needs and real < score.least:
            found[name] = f"needs at least {score.least} reference {field.plural}, got {real}"
        elif classes is not None and "classes" in score.needs and classes < 2:
            found[name] = f"needs {field.plural} of several classes to compare with, and there are none"
        elif (
            score.least_edge > 1
            and (edge := min(size or score.least_edge for size in field.shape[:2])) < score.least_edge
        ):
            found[name] = f"needs {field.plural} of at least {score.least_edge} px, got {edge} px"
    return found


def usual(situation, kind):
    """What is measured of values of this kind where nothing is named; `situation` is one of `registry.Score.usual`."""
    return tuple(name for name in SCORES.names() if situation in SCORES.describe(name).usual and looks_at(name, kind))


def needing(names, need):
    """Those of the metrics that need `features`, `targets` and the like (see `registry.Score`)."""
    return [name for name in names if need in SCORES.describe(name).needs]
