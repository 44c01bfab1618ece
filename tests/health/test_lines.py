"""The rules of lines, by hand."""

from keras_gan.health import lines as rules

REAL = [(2, 3, number) for number in range(4, 68)]


def test_repeated_lines():
    assert rules.repeated(500, REAL[:32], REAL) is None
    assert rules.repeated(500, [(5, 6)] * 32, [(5, 6)] * 32) is None  # such are the data
    finding = rules.repeated(500, [(5, 6), (7,)] * 16, REAL)
    assert finding.signal == "repeated_lines"
    assert "6% of 32 lines differ (of real ones 100%)" in finding.saw
    assert rules.repeated(500, [(5, 6)] * 8, REAL) is None  # too few to tell


def test_one_word():
    assert rules.one_word(500, REAL[:32], REAL) is None
    assert rules.one_word(500, [(2, 3, 3, 2)] * 32, REAL) is None
    finding = rules.one_word(500, [(2, 3, 3, 3)] * 16 + REAL[:16], REAL)
    assert "50% of lines have a word three times in a row (of real ones 0%)" in finding.saw
    assert rules.one_word(500, [(3, 3, 3)] * 32, [(4, 4, 4, 4)] * 32) is None


def test_copied_lines():
    training = set(REAL)
    assert rules.copied(500, REAL[:32], training) is None  # nobody knows how usual that is
    unseen = [(9, 9, number) for number in range(64)]
    assert "100% of lines are lines of the training" in rules.copied(500, REAL[:32], training, unseen).saw
    assert rules.copied(500, unseen[:32], training, unseen) is None
    assert rules.copied(500, REAL[:32], training, REAL) is None  # grammars that are so small


def test_rows_of_numbers_as_lines():
    import numpy as np

    assert rules._tuples(np.array([[2, 3, 0, 0], [4, 4, 4, 4], [0, 0, 0, 0]])) == [(2, 3), (4, 4, 4, 4), ()]
