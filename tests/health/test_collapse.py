"""The rule of collapse, on figures made by hand."""

from keras_gan.health.collapse import collapse
from keras_gan.health.finding import Words


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
