"""`health.json`: the findings of a run, and what it is not watched for."""

import dataclasses
from pathlib import Path

from keras_gan.health.finding import Finding
from keras_gan.storage import files, forms

FILE = "health.json"


def write(directory, findings, not_watched):
    """Writes the file.

    Args:
        directory: of the run.
        findings: list of `Finding`.
        not_watched: `{signal: reason}`.
    """
    state = {
        "findings": [_described(finding) for finding in findings],
        "not_watched": not_watched,
    }
    files.write_json(Path(directory) / FILE, state)


def read(directory):
    """The findings in the file, a list of `Finding`; none if it is missing or not to be read."""
    try:
        state = files.read_json(Path(directory) / FILE, forms.FINDINGS)
    except files.Unreadable:
        return []
    known = [field.name for field in dataclasses.fields(Finding)]
    return [Finding(**{name: finding.get(name) for name in known}) for finding in state["findings"]]


def _described(finding):
    values = {**dataclasses.asdict(finding), "sentence": finding.sentence}
    return {name: value for name, value in values.items() if value is not None}
