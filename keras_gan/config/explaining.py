"""What `--help` says of options: the docs of the fields, as running text, and a default that is said once."""

import ast
import contextlib
import dataclasses
import functools
import inspect
import itertools
import textwrap
import types
import typing
from typing import Annotated

import tyro


def explained(cls):
    """Gives a dataclass of options the help of its fields; returns it.

    By itself tyro keeps some of the line breaks that docs have in the source, adds `(default: None)` to those that say
    what the default is, and offers the word None as a value.
    """
    for each in cls.__mro__:
        if dataclasses.is_dataclass(each):
            _explain(each)
    return cls


@functools.cache
def _explain(cls):
    """Annotates the fields that a class itself defines."""
    docs, hints = _docs(cls), typing.get_type_hints(cls, include_extras=True)
    for name in inspect.get_annotations(cls):
        if dataclasses.is_dataclass(hints[name]):
            explained(hints[name])
        elif name in docs:
            default = cls.__dataclass_fields__[name].default
            said = "default:" in docs[name] or default in (None, "")
            about = tyro.conf.arg(
                help=docs[name], help_behavior_hint="" if said else None, metavar=_values(hints[name])
            )
            cls.__annotations__[name] = Annotated[hints[name], about]


def _docs(cls):
    """`{name: text below a field}` of a class, each on one line; empty of a class that was made without a source."""
    with contextlib.suppress(OSError, TypeError):
        (definition,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
        return {
            field.target.id: " ".join(text.value.value.split())
            for field, text in itertools.pairwise(definition.body)
            if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
        }
    return {}


def _values(hint):
    """What a value of an option that need not be given looks like; None of all others, which tyro describes well."""
    if typing.get_origin(hint) not in (types.UnionType, typing.Union):
        return None
    return "|".join(_word(each) for each in typing.get_args(hint) if each is not types.NoneType)


def _word(kind):
    """`INT`, `{best,last}`, `[STR ...]`, `INT INT`: the values of a type."""
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) is typing.Literal:
        return "{" + ",".join(map(str, arguments)) + "}"
    if typing.get_origin(kind) is tuple:
        return f"[{_word(arguments[0])} ...]" if arguments[1] is ... else " ".join(map(_word, arguments))
    return kind.__name__.upper()
