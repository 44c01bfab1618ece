"""`Tokens`: a line of text as the numbers of its words."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from keras_gan.errors import UserError, shown
from keras_gan.modalities.base import Field, Preview
from keras_gan.modalities.text import words

ON_THE_SCREEN = 100  # lines


@dataclass(frozen=True)
class Tokens(Field):
    """A line, int32 `[length]`: numbers in the vocabulary, then 0 to its end; the same everywhere.

    Attributes:
        length: how many tokens a line has at most.
        vocabulary: what the numbers mean, after `words.SPECIAL` the most frequent first.
        unit: what a token is, `word` or `char`.
        lowercase: whether texts lose their capitals on the way in.
        examples: lines that seeds stand for where a network is given text: seed s has the line `s mod len(examples)`.
    """

    length: int
    vocabulary: tuple[str, ...]
    unit: Literal["word", "char"] = "word"
    lowercase: bool = False
    examples: tuple[str, ...] = ()

    kind: ClassVar[str] = "text"
    plural: ClassVar[str] = "tokens"
    noun: ClassVar[str] = "line"
    numbers: ClassVar[str] = "tokens"
    suffix: ClassVar[str] = ".txt"
    finished: ClassVar[str] = "text"
    files: ClassVar[str] = "text"
    has_distances: ClassVar[bool] = False
    most_shown: ClassVar[int] = 1_000_000
    edge_dtype: ClassVar[str] = "int32"
    missing: ClassVar[int] = 0
    blank: ClassVar[int] = 0
    is_chosen: ClassVar[bool] = True
    finished_beside: ClassVar[bool] = True
    by_text: ClassVar[str] = "from_text"

    # --- What it is ------------------------------------------------------------------------------------------------

    @property
    def shape(self):
        return (self.length,)

    @property
    def dtype(self):
        return "int32"

    @property
    def size(self):
        """How many words the vocabulary has, special ones included."""
        return len(self.vocabulary)

    @property
    def unit_words(self):
        """What tokens are, in plural."""
        return {"word": "words", "char": "characters"}[self.unit]

    @property
    def words(self):
        return f"up to {self.length} of {self.size - len(words.SPECIAL):,} {self.unit_words}"

    @property
    def size_words(self):
        return f"up to {self.length} {self.unit_words}"

    @property
    def protocol(self):
        return {"length": self.length, "vocabulary": self.size, "unit": self.unit}

    @property
    def about(self):
        return f"lines of {self.words}"

    @property
    def range_text(self):
        return f" in [0, {self.size})"

    note_text: ClassVar[str] = ", 0 after the end"

    @property
    def made_facts(self):
        return {"rule": self.rule}

    @property
    def given_facts(self):
        texts = [*self.examples[:8], "  Ünknown,words ", ""]
        golden = [[text, self.encoded([text])[0].tolist()] for text in texts]
        return {"text_rule": self.rule, "text_lowercase": self.lowercase, "text_golden": golden}

    @property
    def rule(self):
        """How text becomes tokens, in words."""
        return words.RULE if self.unit == "word" else words.RULE_OF_CHARACTERS

    # --- As batches hold it ---------------------------------------------------------------------------------------

    def limits(self, integers):
        return (0, self.size - 1) if integers else None

    @property
    def wanted(self):
        return f"whole numbers from 0 to {self.size - 1}, the tokens"

    # --- From one form to the other ----------------------------------------------------------------------------------

    def split(self, text):
        """The tokens of a line, a list of strings."""
        return words.split(text, self.unit, self.lowercase)

    def encoded(self, texts):
        """int32 `[N, length]` of lines: what is too long is cut, what is not known is `words.UNKNOWN`."""
        numbers = {word: number for number, word in enumerate(self.vocabulary)}
        found = np.zeros((len(texts), self.length), np.int32)
        for row, text in zip(found, texts, strict=True):
            tokens = [numbers.get(token, words.UNKNOWN) for token in self.split(text)[: self.length]]
            row[: len(tokens)] = tokens
        return found

    def tokens_of(self, values):
        """`[N, length]` numbers as lists of strings, without what comes after the end."""
        known = np.array(self.vocabulary, object)
        values = np.asarray(values)
        lengths = (np.cumsum(values == words.END, axis=1) == 0).sum(axis=1)
        return [list(known[row[:count]]) for row, count in zip(values, lengths, strict=True)]

    def texts(self, values):
        """`[N, length]` numbers as lines, a list of strings."""
        return [words.join(tokens, self.unit) for tokens in self.tokens_of(values)]

    def known(self, text, option):
        """int32 `[length]` of a line that a person gave.

        Args:
            text: the line.
            option: what it was given by, for messages.

        Raises:
            UserError: if it is too long, or has words that are not in the vocabulary: they are named.
        """
        tokens = self.split(text)
        strange = sorted({token for token in tokens if token not in self.vocabulary[len(words.SPECIAL) :]})
        if strange:
            from keras_gan.errors import nearest

            near = [nearest(each, self.vocabulary[len(words.SPECIAL) :]) for each in strange]
            meant = [
                f"{each!r}" + (f" (near: {other!r})" if other else "")
                for each, other in zip(strange, near, strict=True)
            ]
            raise UserError(f"{option} {text!r}: the model does not know {', '.join(meant)}.")
        if len(tokens) > self.length:
            raise UserError(
                f"{option} has {len(tokens)} {self.unit_words}, and the model's lines have at most {self.length}."
            )
        return self.encoded([text])[0]

    def to_model(self, stored):
        import tensorflow as tf

        return tf.cast(stored, tf.int32)

    def from_model(self, outputs):
        import tensorflow as tf

        return {self.plural: tf.cast(outputs, tf.int32)}

    def to_edge(self, stored):
        return np.asarray(stored, np.int32)

    def to_stored(self, values, exact=False):
        return np.asarray(values, np.int32)

    def finish(self, values):
        from keras_gan.modalities.text import in_graph

        return {self.files: in_graph.text_of(values, self.vocabulary, self.unit)}

    def from_text(self, text):
        """A string tensor `[N]` as tokens, int32 `[N, length]`."""
        from keras_gan.modalities.text import in_graph

        return in_graph.tokens_of(text, self.vocabulary, self.length, self.unit, self.lowercase)

    # --- As seen by people -------------------------------------------------------------------------------------------

    def preview(self, values, columns=None):
        """All lines, one below the other."""
        lines = self.texts(values)
        first = lines[:ON_THE_SCREEN]
        more = len(lines) - len(first)
        return Preview(
            ".txt",
            write=lambda file: file.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace")),
            log=lambda name: _log(name, lines),
            text="\n".join([*map(shown, first), *([f"… and {more:,} more"] if more else [])]),
        )

    def write(self, file, value):
        file.write(self.texts(value[None])[0].encode("utf-8", "replace"))

    def read(self, content):
        text, numbers = content.decode("utf-8"), {word: number for number, word in enumerate(self.vocabulary)}
        # A line of characters may begin with a space, which a person's would not.
        tokens = list(text) if self.unit == "char" else self.split(text)
        tokens = [numbers.get(token, words.UNKNOWN) for token in tokens[: self.length]]
        return np.array(tokens + [words.END] * (self.length - len(tokens)), np.int32)

    # --- As inputs and outputs of exported networks ------------------------------------------------------------------

    def companions(self):
        """The words, one a line, in the order of their numbers; those that are no words are there, too."""
        return {"vocabulary.txt": "".join(f"{word}\n" for word in self.vocabulary).encode("utf-8", "replace")}

    def of_seeds(self, seeds):
        if not self.examples:
            return None
        import tensorflow as tf

        from keras_gan.randomness import portable_labels

        rows = portable_labels(tf.convert_to_tensor(seeds), len(self.examples))
        return tf.gather(tf.constant(self.encoded(self.examples)), rows)

    def probes(self, seeds):
        """Other lines than the seeds' own."""
        return self.of_seeds(np.asarray(seeds) + 1)

    def from_edge(self, values):
        import tensorflow as tf

        return tf.clip_by_value(tf.cast(values, tf.int32), 0, self.size - 1)

    def span(self, values):
        """1: a token is the same or another."""
        return 1.0


def _log(name, lines):
    import tensorflow as tf

    tf.summary.text(name, "\n".join(f"    {line}" for line in lines))
