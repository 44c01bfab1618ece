"""Scores of lines: BLEU is NLTK's, the language model is that of a small example by hand."""

import math
import random

import numpy as np
import pytest

from keras_gan.metrics import copies, evaluation, language, lines
from keras_gan.metrics.subject import Subject
from keras_gan.modalities.text import Tokens


def random_lines(count, seed, words="abcdef"):
    rng = random.Random(seed)
    return [[rng.choice(words) for _ in range(rng.randint(1, 9))] for _ in range(count)]


@pytest.fixture(scope="module")
def nltk():
    """NLTK's BLEU of a line."""
    bleu = pytest.importorskip("nltk.translate.bleu_score")
    smooth = bleu.SmoothingFunction().method1

    def score(line, references, order):
        return bleu.sentence_bleu(references, line, [1 / order] * order, smoothing_function=smooth)

    return score


@pytest.mark.filterwarnings("ignore")
def test_bleu_is_that_of_nltk(nltk):
    hypotheses, references = random_lines(30, 1, "abcdefgh"), random_lines(20, 2)
    found = language.References(references)
    for line in hypotheses:
        expected = [nltk(line, references, order) for order in range(1, 6)]
        np.testing.assert_allclose(found.bleu(line), expected, rtol=0, atol=1e-12)
    expected = [np.mean([nltk(line, references, order) for line in hypotheses]) for order in range(1, 6)]
    np.testing.assert_allclose(language.mean_bleu(hypotheses, references), expected, atol=1e-12)


@pytest.mark.filterwarnings("ignore")
def test_self_bleu_leaves_the_line_out(nltk):
    some = random_lines(15, 3, "abc")
    expected = [
        np.mean([nltk(line, some[:number] + some[number + 1 :], order) for number, line in enumerate(some)])
        for order in range(1, 6)
    ]
    np.testing.assert_allclose(language.mean_bleu(some), expected, atol=1e-12)


def test_bleu_by_hand():
    # 3 of 4 words, 1 of 3 pairs; the nearest reference has 5 words.
    score = language.References([["a", "b", "c", "d", "e"], ["x"] * 9]).bleu(["a", "b", "d", "y"])
    assert score[0] == pytest.approx(math.exp(1 - 5 / 4) * 3 / 4)
    assert score[1] == pytest.approx(math.exp(1 - 5 / 4) * math.sqrt(3 / 4 / 3))


def test_kneser_ney_by_hand():
    # Of "a b" and "a a": pairs BEGIN a, a b, a a, b END, a END; V = 4.
    model = language.LanguageModel([["a", "b"], ["a", "a"]], size=4)
    # Single words follow as many different ones: a 2 (BEGIN, a), b 1, END 2; 5 in all, of 3 kinds.
    single = {"a": (2 - 0.75) / 5, "b": (1 - 0.75) / 5}
    single = {word: value + 0.75 * 3 / 5 / 4 for word, value in single.items()}
    # After a: END once (before it: a), a once, b once, as kinds of what stands before the pair.
    pair = {word: (1 - 0.75) / 3 + 0.75 * 3 / 3 * value for word, value in single.items()}
    # After BEGIN a: a once, b once.
    triple = (1 - 0.75) / 2 + 0.75 * 2 / 2 * pair["b"]
    assert model._probability((language.BEGIN, "a", "b")) == pytest.approx(triple)


def test_probabilities_add_up_to_one():
    words = [*"abcdef", None]
    model = language.LanguageModel(random_lines(40, 4), size=len(words))
    for context in ((language.BEGIN,) * 2, (language.BEGIN, "a"), ("a", "b"), ("never", "seen")):
        assert sum(model._probability((*context, word)) for word in words) == pytest.approx(1.0)


def test_reverse_likelihood_punishes_repetition_and_disorder():
    rng = np.random.default_rng(0)
    # The number after n is n + 1 or n + 2: there is an order to learn.
    steps = np.cumsum(rng.integers(1, 3, (600, 6)), axis=1) + rng.integers(2, 6, (600, 1))
    train, test = steps[:300], steps[300:]
    size = int(steps.max()) + 1

    def score(samples):
        model = language.LanguageModel(lines.lists(samples), size)
        return model.negative_log_likelihood(lines.lists(test))

    good, repeated, shuffled = score(train), score(np.tile(train[:3], (100, 1))), score(rng.permuted(train, axis=1))
    assert good + 0.3 < min(repeated, shuffled)


def subject_of(samples, baseline=None, metrics=("copies",)):
    field = Tokens(3, ("", "<unk>", "a", "b", "c"))
    train, test = np.array([[2, 3, 0], [4, 0, 0]], np.int32), np.array([[2, 3, 0], [3, 3, 3]], np.int32)
    return Subject(
        metrics, field, np.array(samples, np.int32), real={"real": train}, unseen={"real": test}, baseline=baseline
    )


def test_copies_by_hand():
    values = {each.name: each for each in copies.measure(subject_of([[2, 3, 0], [2, 3, 0], [3, 4, 0], [4, 4, 4]]))}
    assert values["distinct[4]"].value == pytest.approx(3 / 4)
    assert values["copied[4]"].value == pytest.approx(2 / 4)
    assert values["copied[4]"].real == pytest.approx(1 / 2)


def test_the_baseline_stands_beside_every_score():
    baseline = np.array([[2, 2, 2]] * 4, np.int32)
    names = ("bleu", "self-bleu", "reverse-nll", "forward-nll", "copies")
    subject = subject_of([[2, 3, 0], [3, 0, 0], [4, 4, 0], [4, 0, 0]], baseline, names)
    measured, _ = evaluation.evaluate(subject)
    alone, _ = evaluation.evaluate(subject_of(baseline, metrics=names))
    assert [each.baseline for each in measured] == [each.value for each in alone]
    assert len({each.name for each in measured}) == len(measured) == 12
