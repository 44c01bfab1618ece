"""Scores of captions: those of `pycocoevalcap`, and what the avatars' grammar reads."""

import contextlib
import io
import random

import numpy as np
import pytest

from keras_gan.data import avatars
from keras_gan.data.avatars import reading
from keras_gan.metrics import said, sentences


def captions(count, seed):
    rng = random.Random(seed)
    return [[rng.choice("abcdefgh") for _ in range(rng.randint(4, 12))] for _ in range(count)]


@pytest.fixture(scope="module")
def pair():
    """Captions and their references, some of them nearly equal."""
    references = captions(30, 1)
    lines = captions(10, 2) + [[*line[:-1], "h"] for line in references[10:20]] + references[20:]
    return lines, references


def keyed(lines):
    return {number: [" ".join(line)] for number, line in enumerate(lines)}


def test_cider_is_that_of_pycocoevalcap(pair):
    cider = pytest.importorskip("pycocoevalcap.cider.cider")
    lines, references = pair
    mean, each = cider.Cider().compute_score(keyed(references), keyed(lines))
    found = sentences.cider(lines, references)
    np.testing.assert_allclose(found, each, atol=1e-9)
    assert np.mean(found) == pytest.approx(mean)


def test_bleu_is_that_of_pycocoevalcap(pair):
    bleu = pytest.importorskip("pycocoevalcap.bleu.bleu")
    lines, references = pair
    with contextlib.redirect_stdout(io.StringIO()):
        expected, _ = bleu.Bleu(4).compute_score(keyed(references), keyed(lines))
    np.testing.assert_allclose(sentences.corpus_bleu(lines, references), expected, atol=1e-9)


def test_every_caption_of_an_avatar_is_read():
    for avatar in avatars.attributes("test", 300):
        found = reading.read(avatars.caption(avatar))
        assert found is not None, avatars.caption(avatar)
        for name in ("expression", "glasses", "facial_hair", "earrings", "clothing", "clothing_colour", "headwear"):
            assert found[name] == getattr(avatar, name), avatars.caption(avatar)
        assert found["background"] == avatar.background


WHOLE = "a sad person with long red hair and sunglasses, wearing a cap and a red shirt, on a pink background"


@pytest.mark.parametrize(
    "caption",
    [
        "",
        WHOLE,  # a cap has a colour
        "a sad person wearing an red shirt, on a pink background",
        "a sad person with long red hair sunglasses, wearing a red shirt, on a pink background",
        "a sad person with long red hair and long red hair, wearing a red shirt, on a pink background",
        "a sad person with long red hair and a blue beard, wearing a red shirt, on a pink background",
        "a sad person with long red hair, wearing a red shirt, on a pink background background",
        "a sad person with long red hair, wearing a red shirt",
    ],
)
def test_what_is_no_sentence_of_the_grammar(caption):
    assert reading.read(caption) is None


def test_accuracy_is_balanced():
    true = ["a"] * 8 + ["b"] * 2
    assert said.balanced_accuracy(["a"] * 10, true) == pytest.approx(0.5)
    assert said.balanced_accuracy([*"aaaaaaaa", "b", "a"], true) == pytest.approx(0.75)
