"""Numbers: what signatures give of values beside these, for programs that do not know their form."""

from dataclasses import dataclass
from typing import ClassVar

from keras_gan.modalities.base import Field


@dataclass(frozen=True)
class Numbers(Field):
    """Float32 of some shape.

    Attributes:
        name: what signatures call them.
        sizes: the shape.
        about_text: what they are, after their shape.
        jumps: whether they jump where what they describe does not, as angles do, so that a file is not held to them.
    """

    name: str
    sizes: tuple[int, ...]
    about_text: str = ""
    jumps: bool = False

    kind: ClassVar[str] = "numbers"

    @property
    def shape(self):
        return self.sizes

    @property
    def plural(self):
        return self.name

    @property
    def is_compared(self):
        return not self.jumps

    @property
    def note_text(self):
        return f", {self.about_text}" if self.about_text else ""


FIELD = Numbers
