"""Kinds of values, one module each: what they are as stored, as networks see them, and at the outer edge.

A modality's module has the name of its kind and assigns its `Field` class to `FIELD`. `describe` and `restore` take a
field to JSON and back, so that a run can be resumed and exported without its data.
"""

import dataclasses
import importlib
import math
import typing

from keras_gan.errors import UserError, shown
from keras_gan.registry import plugin_folders
from keras_gan.storage import schema

__path__ += plugin_folders("modalities")


def field_class(kind):
    """The `Field` class of a kind of values; `ImportError` or `AttributeError` if there is none."""
    return _module(kind).FIELD


def controls_of(field):
    """What all networks that draw such values have beside all else, `{name: Field}`; most kinds nothing."""
    return getattr(_module(field.kind), "controls", lambda field: {})(field)


def _module(kind):
    return importlib.import_module(f"keras_gan.modalities.{kind}")


def describe(field):
    """A field as JSON-able values, without its arrays: what `restore` takes."""
    values = {each.name: getattr(field, each.name) for each in dataclasses.fields(field)}
    plain = {name: value for name, value in values.items() if name not in field.array_names}
    return {"kind": field.kind, **plain}


def arrays_of(field):
    """What a field has learned of the data, `{name: NumPy array}`."""
    learned = {name: getattr(field, name) for name in field.array_names}
    return {name: array for name, array in learned.items() if array is not None}


def restore(description, arrays=None):
    """The field that `describe` and `arrays_of` were asked of.

    Raises:
        UserError: if there is no such kind, or it is described by other values.
    """
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in description.items()}
    kind = values.pop("kind", None)
    try:
        field = field_class(kind)
        _check(field, values)
        return field(**values, **(arrays or {}))
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise UserError(f"a value of the kind {shown(kind)!r} cannot be made of what is said of it: {error}.") from None


def _check(field, values):
    """Raises `ValueError` unless a field can be made of such values: what it says has come by way of a file."""
    hints = typing.get_type_hints(field)
    for each in dataclasses.fields(field):
        value = values.get(each.name)
        if each.name in values and not (schema.matches(value, hints[each.name]) and _is_sensible(value)):
            raise ValueError(f"its {each.name} is none")


def _is_sensible(value):
    """Whether a number can be a size, and any other is finite; true of all else."""
    if isinstance(value, int):
        return 0 <= value < 2**31
    return not isinstance(value, float) or math.isfinite(value)
