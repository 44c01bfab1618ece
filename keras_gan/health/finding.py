"""`Finding`: one thing that is wrong with a run, in plain words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a run.

    Attributes:
        signal: its name, for programs.
        step: the training step it was seen at.
        saw: what was measured, with figures.
        means: what that means.
        helps: what usually helps.
    """

    signal: str
    step: int
    saw: str
    means: str
    helps: str

    @property
    def sentence(self):
        """All of it, for people."""
        return f"step {self.step:,}: {self.saw}: {self.means} {self.helps}"


@dataclass(frozen=True)
class Words:
    """What sentences call the examples of a run.

    Attributes:
        one: an example.
        many: examples.
        drawn: what a generator makes.
        values: the numbers that an example consists of.
    """

    one: str = "example"
    many: str = "examples"
    drawn: str = "sample"
    values: str = "values"


EXAMPLES = Words()


def words_of(field):
    """The `Words` for values of a `Field`."""
    return Words(field.kind, field.plural, field.noun, field.numbers)
