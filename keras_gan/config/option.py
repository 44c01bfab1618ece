"""What an option decides, said where the option stands."""

import dataclasses
from typing import Literal

Decides = Literal["computation", "output", "call"]


def option(default, decides: Decides):
    """A dataclass field with what it decides.

    Args:
        default: its default.
        decides: `computation`, what a training step computes: a run cannot be resumed with another value; `output`, how
            long a run is, where it runs and what is written; `call`, how this one process was called, which belongs to
            no run.
    """
    return dataclasses.field(default=default, metadata={"decides": decides})


def deciding(cls, what):
    """The fields of a dataclass that decide something, `{name: default}`."""
    return {field.name: field.default for field in dataclasses.fields(cls) if field.metadata.get("decides") == what}
