"""The form of a JSON value, said by a schema, which looks like the value:

- a type: `str`, `bool`, `int`, `dict` or `list` of anything; `object` is any value, `None` is null;
- `number`, `count`, `positive`, `pixels`, or another `_Rule`;
- `{"key": schema, …}`: an object with these keys, and maybe others; `optional(schema)`: the key may be absent;
  `{str: schema}`: an object whose values, whatever their keys, all have one form; `only({…})` refuses other keys;
- `[schema]`: a list of such values; `[schema, schema, …]`: a list of just so many;
- `(schema, schema, …)`: any one of these.

`matches` says likewise whether a value is of the type that a dataclass declares.
"""

import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


class Unreadable(ValueError):
    """JSON, or its file, that cannot be used: what of it, and why, in a few words; `problem` is the latter alone."""

    def __init__(self, problem, place="it"):
        super().__init__(f"{place} {problem}")
        self.problem = problem


@dataclass(frozen=True)
class _Rule:
    """A schema by a function from a value to whether it fits; `words` say what fits."""

    words: str
    fits: Callable


@dataclass(frozen=True)
class optional:
    """The schema of a key that may be absent."""

    schema: object


@dataclass(frozen=True)
class only:
    """The schema of an object that has no keys but these."""

    keys: dict


# Bounded, because what is larger is no float, or no index.
number = _Rule("a number", lambda value: type(value) is float or (type(value) is int and abs(value) < 2**63))
count = _Rule("a whole number from 0 on", lambda value: type(value) is int and 0 <= value < 2**53)
positive = _Rule("a whole number from 1 on", lambda value: type(value) is int and 0 < value < 2**53)
pixels = _Rule("a whole number from 1 to 16384", lambda value: type(value) is int and 0 < value <= 16384)

_RULES = {
    schema: _Rule(words, lambda value, schema=schema: type(value) is schema)  # a bool is no int
    for schema, words in (
        *((dict, "an object"), (list, "a list"), (str, "a text"), (bool, "true or false"), (int, "a whole number")),
    )
} | {object: _Rule("anything", lambda value: True), None: _Rule("null", lambda value: value is None)}


def check(value, schema, place=""):
    """Raises `Unreadable` unless a JSON value has the form of a schema; `place` says where it stands in a file."""
    if isinstance(schema, tuple):
        _check_any(value, schema, place)
    elif isinstance(schema, only):
        check(value, schema.keys, place)
        for key in value.keys() - schema.keys.keys():
            raise Unreadable("is not known", _below(place, key))
    elif isinstance(schema, dict):
        check(value, dict, place)
        for key, inner in (dict.fromkeys(value, schema[str]) if str in schema else schema).items():
            if key in value:
                check(value[key], inner.schema if isinstance(inner, optional) else inner, _below(place, key))
            elif not isinstance(inner, optional):
                raise Unreadable("is missing", _below(place, key))
    elif isinstance(schema, list):
        check(value, list, place)
        if len(schema) not in (1, len(value)):
            raise Unreadable(f"has {len(value)} values, not {len(schema)}", place or "it")
        for index, item in enumerate(value):
            check(item, schema[index % len(schema)], f"{place}[{index}]")
    else:
        rule = schema if isinstance(schema, _Rule) else _RULES[schema]
        if not rule.fits(value):
            raise Unreadable(f"is not {rule.words}", place or "it")


def matches(value, hint):
    """Whether a JSON value, lists in it being tuples, is of the type that a field of a dataclass declares."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return any(matches(value, argument) for argument in arguments)
    if origin is Literal:
        return value in arguments
    if origin is tuple:
        return isinstance(value, tuple) and all(matches(item, arguments[0]) for item in value)
    if hint is float:
        return number.fits(value)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def _check_any(value, schemas, place):
    problems = []
    for schema in schemas:
        try:
            return check(value, schema, place)
        except Unreadable as error:
            problems.append(error)
    raise problems[0]


def _below(place, key):
    return f"{place}.{key[:40]}" if place else key[:40]
