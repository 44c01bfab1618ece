"""Options as JSON and back, strictly: an unknown key or a value of another type is refused."""

import dataclasses
import json
import typing

from keras_gan import registry
from keras_gan.config.option import deciding
from keras_gan.config.run import RunConfig
from keras_gan.errors import UserError, unknown
from keras_gan.storage import files, schema


def to_json(run, model):
    """The JSON text of a run: every field of `RunConfig`, and the variant's options under `model`."""
    run = dataclasses.replace(run, **deciding(RunConfig, "call"))
    return json.dumps({**dataclasses.asdict(run), "model": dataclasses.asdict(model)}, indent=2) + "\n"


def load_json(path):
    """Reads what `to_json` wrote.

    Returns:
        `(RunConfig, dict of the variant's options)`; the variant itself checks the latter with `from_dict`.

    Raises:
        UserError: if the file is missing, is not JSON, or has an unknown key or a value of the wrong type.
    """
    try:
        values = files.read_json(path, object)
    except files.Missing as error:
        raise UserError(f"cannot read the configuration {path}: {error}.") from None
    except files.Unreadable as error:
        raise UserError(f"{path} {error.problem}.") from None
    return parse(values, path)


def parse(values, where):
    """What `load_json` returns, of the values that a file holds; `where` names it in messages."""
    if not isinstance(values, dict) or not isinstance(values.get("model", {}), dict):
        raise UserError(f"{where} must hold one JSON object, with the variant's options in an object under 'model'.")
    run = {name: value for name, value in values.items() if name != "model"}
    # One that names no preset was written before there were any, or by hand: its defaults are those of that day.
    run = from_dict(RunConfig, {"preset": registry.NO_PRESET, **run}, where)
    return run, {**run.preset_options, **values.get("model", {})}


def from_dict(cls, values, where):
    """Builds the dataclass `cls` from JSON values; an unknown key or a wrong type is a `UserError`."""
    hints = typing.get_type_hints(cls)
    checked = {}
    for key, value in values.items():
        if key not in hints:
            raise unknown(f"key in {where}:", key, hints)
        value = tuple(value) if isinstance(value, list) else value
        if not schema.matches(value, hints[key]):
            raise UserError(f"{where}: {key} cannot be {json.dumps(value)}.")
        checked[key] = value
    return cls(**checked)
