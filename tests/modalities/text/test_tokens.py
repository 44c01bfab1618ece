"""Text to tokens and back: by hand, in TensorFlow as in Python, and what cannot be."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.modalities.text import Tokens, in_graph, words

TEXTS = [
    "A man, who (it's said) owns a T-shirt: 100%!",
    "  Grüße aus   Köln \t \u3000ß–x ",
    "床前明月光，疑是地上霜。",
    "नमस्ते दुनिया",
    "Привет, мир",
    "",
    "[a] {b} c . d",
]
SPLIT = [
    ["A", "man", ",", "who", "(", "it's", "said", ")", "owns", "a", "T-shirt", ":", "100", "%", "!"],
    ["Grüße", "aus", "Köln", "ß", "–", "x"],
    ["床前明月光", "，", "疑是地上霜", "。"],
    ["नमस्ते", "दुनिया"],
    ["Привет", ",", "мир"],
    [],
    ["[", "a", "]", "{", "b", "}", "c", ".", "d"],
]


@pytest.mark.parametrize(("text", "tokens"), zip(TEXTS, SPLIT, strict=True))
def test_words_by_hand(text, tokens):
    assert words.split(text) == tokens
    assert words.split(text, "word", lowercase=True) == [token.lower() for token in tokens]
    assert words.split(text, "char") == list(" ".join(text.split()))


def test_joined_again():
    assert words.join(SPLIT[0]) == "A man, who (it's said) owns a T-shirt: 100%!"
    assert words.join(SPLIT[6]) == "[a] {b} c. d"
    assert words.join(["a", " ", "b"], "char") == "a b"


def test_the_vocabulary_counts():
    lines = [["b", "a", "b"], ["c", "a", "b"]]
    assert words.vocabulary(lines) == ("", "<unk>", "b", "a", "c")
    assert words.vocabulary(lines, least=2) == ("", "<unk>", "b", "a")


@pytest.mark.parametrize("unit", words.UNITS)
@pytest.mark.parametrize("lowercase", [False, True])
def test_tensorflow_does_the_same(unit, lowercase):
    vocabulary = words.vocabulary([words.split(text, unit, lowercase) for text in TEXTS])
    field = Tokens(20, vocabulary, unit, lowercase)
    texts = [*TEXTS, "Zaq 7"]
    encoded = field.encoded(texts)
    np.testing.assert_array_equal(in_graph.tokens_of(tf.constant(texts), vocabulary, 20, unit, lowercase), encoded)
    assert [text.decode() for text in field.finish(tf.constant(encoded))["text"].numpy()] == field.texts(encoded)
    assert (encoded[-1] == words.UNKNOWN).any()


def test_numbers_by_hand():
    field = Tokens(4, ("", "<unk>", "a", "b", "."), "word", False, ("a b .", "b"))
    np.testing.assert_array_equal(field.encoded(["b a.", "a x a a a", ""]), [[3, 2, 4, 0], [2, 1, 2, 2], [0, 0, 0, 0]])
    assert field.texts([[3, 2, 4, 0], [2, 0, 3, 3]]) == ["b a.", "a"]
    np.testing.assert_array_equal(field.of_seeds(np.array([1, -2], np.int64)), [[3, 0, 0, 0], [2, 3, 4, 0]])
    assert field.limits(True) == (0, 4)
    assert field.limits(False) is None


def test_what_a_person_writes():
    field = Tokens(3, ("", "<unk>", "red", "hair", "glasses"))
    np.testing.assert_array_equal(field.known("red hair", "--prefix"), [2, 3, 0])
    with pytest.raises(
        UserError, match=r"--prefix 'red glases zebra': the model does not know 'glases' \(near: 'glasses'"
    ):
        field.known("red glases zebra", "--prefix")
    with pytest.raises(UserError, match="--text has 4 words, and the model's lines have at most 3"):
        field.known("red red red red", "--text")
    with pytest.raises(UserError, match="<"):
        field.known("<unk>", "--text")


def test_lines_as_files():
    import io

    field = Tokens(3, ("", "<unk>", "ö", "b"))
    file = io.BytesIO()
    field.preview(np.array([[2, 3, 0], [3, 0, 0]])).write(file)
    assert file.getvalue() == "ö b\nb\n".encode()
    assert field.preview(np.array([[2, 3, 0]])).text == "ö b"
    np.testing.assert_array_equal(field.read(field.content(np.array([2, 3, 0]))), [2, 3, 0])
