"""Collapse: samples of different latents are (nearly) the same; partial: much of what the data have is left out."""

import itertools

import numpy as np

from keras_gan.health.finding import EXAMPLES, NOTHING, Finding, advice
from keras_gan.health.probe import FIRST_STEPS, Probe

SAME = 0.15  # distance of samples as a share of that of real examples: hardly any difference
ALIKE = 0.5  # clearly less variety than real examples
DEAD = 1e-6  # of the same: rounding apart, blind to its input; the smallest untrained generators have 1e-4
LASTING, LASTING_OF_REAL = 3, 2  # examinations in a row, of samples that look real fewer
PART = 1 / 3  # of the run so far that samples have varied too little, if they look unlike real examples
GROWTH = 1.25  # of the variety within two examinations in which it grows, from which it is on its way
SLOW_START = 1000  # steps until which a generator may not have begun to vary
LEFT = 0.25  # of its share in the data: a class with less is missing
HALF = 0.5  # of what is usual: the nearest training examples of samples are less often of a class that is missing
SURE = 4.0  # standard errors that missing classes must lie below their shares in the data


def collapse(step, variety, started, most, words=EXAMPLES, setup=NOTHING):
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
            f"Go back to an earlier checkpoint. {_other_run(setup)} As a rule a run does not recover by itself.",
        )
    if not started:
        return None
    poor = {name: value for name, value in variety.items() if value < ALIKE}
    if not poor:
        return None
    names = ", ".join(f"{name} {value:.0%}" for name, value in sorted(poor.items(), key=lambda item: item[1])[:5])
    saw = f"samples vary much less than real {words.many} ({names} of theirs)"
    return _partial(step, saw, words, setup)


def _missing_classes(judge, told):
    """Classes that are (nearly) missing among samples, by what a `ClassJudge` calls them; integers, most often none.

    Judged are classes that it tells apart well enough, and its mistakes are taken off.

    Args:
        told: the classes that it calls the samples, integers `[N]`.
    """
    count, shares = len(told), np.bincount(told, minlength=judge.count) / len(told)
    few = np.flatnonzero(judge.telling & (judge.shares_left(shares) < LEFT))
    # Roots of counts have the same deviation, a half, whatever the counts are; the judge has been measured on a sample.
    below = 2.0 * (np.sqrt(count * judge.told[few].sum()) - np.sqrt(count * shares[few].sum()))
    return few if below >= SURE * np.sqrt(1.0 + count / judge.fitted) else few[:0]


def _left_out(step, classes, names, words, setup):
    shown = ", ".join(names[label] for label in classes[:5]) + (f" and {len(classes) - 5} more" * (len(classes) > 5))
    saw = f"there are (nearly) no samples like real {words.many} of the classes {shown}"
    return _partial(step, saw if len(classes) > 1 else saw.replace("classes", "class"), words, setup)


def _partial(step, saw, words, setup):
    helps = advice(
        "" if setup.has_penalty else "use a gradient penalty",
        setup.augmentation(f"use --augment diffaugment for few {words.many}"),
        "use larger batches",
    )
    return Finding(
        "partial_collapse",
        step,
        saw,
        "the generator leaves out much of the data.",
        f"Watch recall or coverage (--metrics prdc). {helps}",
    )


def _other_run(setup):
    others = setup.others
    return advice("lower the learning rates", others and f"change the variant: {others} collapse least")


def _overall_variety(variety, words=EXAMPLES):
    """The lesser of the varieties of values and of features."""
    return min(variety[name] for name in (words.values, "features") if name in variety)


class _Collapse(Probe):
    """Compares how much samples vary, and which classes are among them, with real examples.

    A generator may not vary for hundreds of steps and then begin to, and in the middle of a run it may vary less for a
    while. So what does not look like data yet must have lasted for a while, before it is said.
    """

    signals = ("collapse", "partial_collapse")
    certain = ("collapse", "partial_collapse")
    first_step = 0

    def look(self, examination):
        step, words = examination.step, examination.words
        overall = [_overall_variety(earlier, words) for earlier in examination.series["variety"]]
        most = max(map(min, itertools.pairwise(overall)), default=overall[0])  # that was not for a moment
        missing = self._missing(examination)
        found, given = None, {"words": words, "setup": examination.setup}
        if overall[-1] < DEAD:
            found = collapse(step, examination.variety, False, most, **given)
        elif self._is_under_way(examination, most) and not _grows(overall):
            poor = [min(earlier.values()) < ALIKE for earlier in examination.series["variety"]]
            started = step >= FIRST_STEPS
            if _lasts(examination, [variety < SAME for variety in overall]):
                found = collapse(step, examination.variety, started, most, **given)
            elif _lasts(examination, poor):
                found = collapse(step, _at_least(SAME, examination.variety), started, most, **given)
            elif missing and started:
                found = _left_out(step, missing, examination.examiner.class_names, **given)
        yield found

    def _missing(self, examination):
        """Classes that have been missing for so long that it is no chance, sorted."""
        if not examination.examiner.judge:
            return []
        # Of samples that look like nothing yet, nobody can say what they are.
        told = _missing_to_both(examination) if examination.looks_real else ()
        missing = examination.series["missing"]
        missing.append(frozenset(map(int, told)))
        del missing[:-LASTING]
        return sorted(frozenset.intersection(*missing)) if len(missing) == LASTING else []

    def _is_under_way(self, examination, most):
        """Whether the generator has learned something, or had the time to, so that it is no slow start."""
        if examination.step < FIRST_STEPS or most > ALIKE:
            return most > ALIKE
        whole = examination.examiner.steps
        start = SLOW_START if whole is None else min(SLOW_START, 0.9 * whole)
        return examination.looks_real or examination.step >= start

    def obstacles(self, examiner):
        if examiner.different_samples == 1:
            return dict.fromkeys(self.signals, f"one {examiner.words.one} alone was held out to make samples of")
        return self._unseen_classes(examiner)

    def _unseen_classes(self, examiner):
        judge, many, found = examiner.judge, examiner.words.many, {}
        if judge is None and examiner.class_names and examiner.sampler.example_count is None:
            found["missing_classes"] = f"there are too few {many} of each class to tell classes apart"
        elif judge and not judge.telling.all():
            names = [examiner.class_names[label] for label in np.flatnonzero(~judge.telling)]
            shown = ", ".join(names[:5]) + f" and {len(names) - 5} more" * (len(names) > 5)
            found["missing_classes"] = f"whether these are missing is not told well enough: {shown}"
        unmeasured = examiner.model.num_classes - len(examiner.classes)
        if unmeasured:
            found["variety_within_classes"] = f"of {unmeasured} classes; they are too many, or have too few {many}"
        return found


def _missing_to_both(examination):
    """Classes that the judge misses and that the nearest training examples are hardly ever of, either."""
    classes, training = _missing_classes(examination.examiner.judge, examination.told), examination.examiner.training
    near, usual = (training.classes_of(rows) for rows in (examination.nearest[0], training.rows))
    return [label for label in classes if np.mean(near == label) < HALF * np.mean(usual == label)]


def _grows(variety):
    """Whether the last of these varieties, one of each examination, say that samples begin to vary."""
    if len(variety) < 3:
        return False
    before, between, now = variety[-3:]
    return before < between < now and now > GROWTH * before


def _at_least(least, variety):
    return {name: max(least, value) for name, value in variety.items()}


def _lasts(examination, seen):
    """Whether something has been seen for long enough, by whether each examination so far has seen it."""
    lasting = seen[::-1].index(False) if False in seen else len(seen)
    if examination.looks_real or not lasting:
        return lasting >= LASTING_OF_REAL
    since = examination.series["examined"][-lasting]
    return lasting >= LASTING and examination.step - since >= PART * examination.step


PROBE = _Collapse()
