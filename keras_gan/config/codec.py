"""Options as JSON and back, strictly: an unknown key or a value of another type is refused."""

import dataclasses
import hashlib
import json
import typing

from keras_gan import registry
from keras_gan.config.option import deciding
from keras_gan.config.run import RunConfig
from keras_gan.errors import UserError, unknown
from keras_gan.storage import files, schema

HASH = "sha256"  # the key of what vouches for all others


def to_json(run, model):
    """The JSON text of a run: every field of `RunConfig`, the variant's options under `model`, and the hash of both."""
    run = dataclasses.replace(run, **deciding(RunConfig, "call"))
    values = {**dataclasses.asdict(run), "model": dataclasses.asdict(model)}
    return json.dumps({**values, HASH: _hash(values)}, indent=2) + "\n"


def check_unedited(path):
    """Raises `UserError` if a configuration that `load_json` can read is not as `to_json` wrote it.

    One that has no hash, from before there was any or by hand, is believed.
    """
    values = files.read_json(path, dict)
    if values.pop(HASH, None) not in (None, _hash(values)):
        raise UserError(
            f"{path} was edited or damaged since the run wrote it: undo that, and give options on the command line; or "
            "insist with --allow-config-change."
        )


def _hash(values):
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


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
    run = {name: value for name, value in values.items() if name not in ("model", HASH)}
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
