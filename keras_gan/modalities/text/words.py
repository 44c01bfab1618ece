"""From a line of text to its tokens and back, in plain Python; `in_graph` says the same in TensorFlow.

The rule, which manifests state, too: white space is one space, and none at the ends. A word is a run of letters,
marks, numbers, `_`, `'` and `-`; every other character is a token of its own. Joined again, tokens have a space between
them, but none before `.,!?;:%)]}` and none after `([{`. Of characters each is a token, spaces too.
"""

import re
import unicodedata
from collections import Counter

END, UNKNOWN = 0, 1  # numbers of what ends a line, and fills it up, and of what the vocabulary does not have
SPECIAL = ("", "<unk>")  # neither is ever a token of a text
UNITS = ("word", "char")
RULE = (
    "words are runs of letters, marks, numbers, _, ' and -; every other character but white space is a token; joined "
    "by spaces, but none before .,!?;:%)]} and none after ([{"
)
RULE_OF_CHARACTERS = "every character is a token; white space is one space"

_ASCII = re.compile(r"[A-Za-z0-9_'\-]+|[^\sA-Za-z0-9_'\-]")
_CLOSING, _OPENING = re.compile(r" ([.,!?;:%)\]}])"), re.compile(r"([(\[{]) ")


def split(text, unit="word", lowercase=False):
    """The tokens of a line, a list of strings.

    Args:
        text: a line.
        unit: `word` or `char`.
        lowercase: whether capitals become small letters.
    """
    text = " ".join(text.split())
    text = text.lower() if lowercase else text
    if unit == "char":
        return list(text)
    return _ASCII.findall(text) if text.isascii() else list(_words(text))


def _words(text):
    word = ""
    for character in text:
        if character in "_'-" or unicodedata.category(character)[0] in "LMN":
            word += character
            continue
        if word:
            yield word
        word = ""
        if not character.isspace():
            yield character
    if word:
        yield word


def join(tokens, unit="word"):
    """The line that tokens, a list of strings, are of."""
    if unit == "char":
        return "".join(tokens)
    return _OPENING.sub(r"\1", _CLOSING.sub(r"\1", " ".join(tokens)))


def vocabulary(lines, least=1):
    """The words of lines of tokens, the most frequent first and equals in alphabetical order, after `SPECIAL`.

    Args:
        lines: lists of strings.
        least: how often a word must occur to be in it.
    """
    counts = Counter(token for line in lines for token in line)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return (*SPECIAL, *(word for word, count in ordered if count >= least))
