"""The rule of collapse, on figures made by hand."""

from types import SimpleNamespace

from keras_gan.health.collapse import PROBE, collapse
from keras_gan.health.finding import EXAMPLES, NOTHING, Words


def test_collapse():
    good, same = {"values": 0.95, "features": 0.9}, {"values": 0.01, "features": 0.02}
    assert collapse(500, good, True, most=0.9) is None
    assert collapse(5, same, False, most=0.01) is None  # an untrained generator hardly varies
    assert collapse(5, {"values": 1e-4, "features": 5e-5}, False, most=1e-4) is None
    assert collapse(5, {"values": 0.0, "features": 0.0}, False, most=0.0).signal == "collapse"
    assert collapse(90, same, False, most=0.8).signal == "collapse"
    assert collapse(500, same, True, most=0.01).signal == "collapse"
    partial = collapse(500, {**good, "class 3": 0.2, "class 7": 0.4}, True, most=0.9)
    assert partial.signal == "partial_collapse"
    assert "class 3 20%, class 7 40%" in partial.saw
    assert collapse(5, {**good, "class 3": 0.2}, False, most=0.9) is None


def test_other_kinds_of_examples_have_other_words():
    words = Words("motion", "motions", "motion", "values")
    finding = collapse(500, {"values": 0.01, "features": 0.9}, True, most=0.9, words=words)
    assert "what real motions differ by: the generator draws (nearly) the same motion" in finding.sentence
    partial = collapse(500, {"values": 0.3}, True, most=0.9, words=words)
    assert partial.saw == "samples vary much less than real motions (values 30% of theirs)"


def said(varieties, looks_real=False, steps=None, every=50):
    """The steps at which `collapse` and `partial_collapse` are seen, of a run with this variety at its examinations."""
    examiner, found = SimpleNamespace(judge=None, steps=steps), []
    series = {"variety": [], "examined": [], "missing": []}
    for number, value in enumerate(varieties, 1):
        series["variety"].append({"values": value})
        series["examined"].append(every * number)
        examination = SimpleNamespace(
            examiner=examiner,
            step=every * number,
            variety=series["variety"][-1],
            series=series,
            words=EXAMPLES,
            setup=NOTHING,
            looks_real=looks_real,
        )
        found += [(finding.signal, finding.step) for finding in PROBE.look(examination) if finding]
    return found


def test_slow_start_and_a_dip_are_no_collapse():
    slow = [0.07, 0.07, 0.1, 0.15, 0.07, 0.26, 0.4, 0.3, 0.2, 0.45, 0.6, 0.7, 0.9, 0.9]
    assert said(slow) == []
    assert said([0.1] * 8 + [0.6, 0.8, 0.9, 0.45, 0.4, 0.12, 0.3, 0.6, 0.9] + [0.9] * 8) == []


def test_collapse_is_said_once_it_has_lasted():
    after_a_start = said([0.2, 0.5, 0.8, 0.9, 0.9, 0.9] + [0.1] * 12)
    assert after_a_start[0] == ("collapse", 550)
    never_begun = said([0.05] * 24)
    assert never_begun[0] == ("collapse", 1000)
    assert said([0.05] * 10, steps=500)[0] == ("collapse", 450)
    assert said([0.3] * 30)[0] == ("partial_collapse", 1000)


def test_samples_that_look_real_and_are_alike_are_called_at_once():
    assert said([0.05] * 10, looks_real=True)[0] == ("collapse", 300)
    assert said([0.9] * 8 + [0.3, 0.3], looks_real=True) == [("partial_collapse", 500)]
    assert said([0.0, 0.0]) == [("collapse", 50), ("collapse", 100)]


def test_samples_that_begin_to_vary_are_no_collapse():
    """As a WGAN-GP of 500 steps had it, whose first samples looked real."""
    assert said([0.12, 0.13, 0.15, 0.19, 0.28, 0.41, 0.58, 0.78, 0.88, 0.94], looks_real=True) == []
    assert said([0.3, 0.32, 0.34, 0.36, 0.38, 0.4], looks_real=True)[0] == ("partial_collapse", 300)
