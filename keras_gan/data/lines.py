"""Lines of text as data: reading files, counting words, numbering them."""

import re
from dataclasses import dataclass, field

import numpy as np

from keras_gan.errors import UserError, shown, similar, why
from keras_gan.modalities.text import Tokens, words

MOST_LENGTH = 64  # tokens of a line, where nobody says
SHARE_WITHIN = 0.99  # of the lines that are to be no longer than the length, where nobody says
MOST_HELD = 1000
_LINE_ENDS = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Lines:
    """Lines of text that can be learned from.

    Attributes:
        texts: the lines, without empty ones.
        passed_over: what was left out, `{kind: count}`.
    """

    texts: list
    passed_over: dict = field(default_factory=dict)


def read(path):
    """The `Lines` of a UTF-8 file, with any line ends; `UserError` if it is none."""
    try:
        with open(path, "rb") as file:
            content = file.read()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"cannot read {shown(path)}: {why(error)}.{similar(path)}") from None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UserError(
            f"{shown(path)} is not UTF-8: byte 0x{content[error.start]:02x} in line {line}. Convert it first, such as "
            "with iconv -f latin1 -t utf-8."
        ) from None
    lines = _LINE_ENDS.split(text)
    lines = lines[:-1] if lines[-1] == "" else lines
    kept = [line for line in lines if line.strip()]
    return Lines(kept, {"empty lines": len(lines) - len(kept)} if len(kept) < len(lines) else {})


def field_of(texts, options, examples=(), within=SHARE_WITHIN):
    """The `Tokens` that lines are of, by what `DataOptions` say of tokens.

    Args:
        texts: list of lines.
        options: with `tokens`, `lowercase`, `min_count` and `max_length`.
        examples: lines that seeds stand for.
        within: share of the lines that are no longer than the length, where the options do not say.
    """
    split = [words.split(text, options.tokens, options.lowercase) for text in texts]
    length = options.max_length
    if length is None:
        length = int(min(MOST_LENGTH, np.quantile([len(line) for line in split], within, method="higher")))
    kept = [line for line in split if len(line) <= length]
    vocabulary = words.vocabulary(kept, options.min_count)
    if len(vocabulary) == len(words.SPECIAL):
        raise UserError(
            f"--dataset {shown(options.dataset)}: no word occurs {options.min_count} times in lines of {length}: "
            "give more lines, a smaller --min-count, or a larger --max-length."
        )
    return Tokens(max(length, 1), vocabulary, options.tokens, options.lowercase, tuple(examples))


def column_of(lines, tokens):
    """`(int32 [N, length], indices of the lines that are in it, what was passed over)` of `Lines`.

    Lines that are longer than a `Tokens` allows are left out: cut, they would teach ends that are none.
    """
    fits = [row for row, text in enumerate(lines.texts) if len(tokens.split(text)) <= tokens.length]
    passed_over = dict(lines.passed_over)
    if len(fits) < len(lines.texts):
        passed_over[f"lines of more than {tokens.length} {tokens.unit_words}"] = len(lines.texts) - len(fits)
    return tokens.encoded([lines.texts[row] for row in fits]), np.array(fits, int), passed_over


def treatment(tokens, column):
    """What was done to lines, one sentence for the model card."""
    known = words.UNKNOWN
    strange = int((column == known).sum())
    case = ", in small letters" if tokens.lowercase else ""
    rare = f"; {strange:,} others became {words.SPECIAL[known]}" if strange else ""
    return f"divided into {tokens.unit_words}{case}, of which {tokens.size - len(words.SPECIAL):,} are known{rare}."
