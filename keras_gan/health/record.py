"""`health.json`: the findings of a run, and what it is not watched for."""

import dataclasses
import json
from pathlib import Path

from keras_gan.health.finding import Finding

FILE = "health.json"


def write(directory, findings, not_watched):
    """Writes the file.

    Args:
        directory: of the run.
        findings: list of `Finding`.
        not_watched: `{signal: reason}`.
    """
    state = {
        "findings": [{**dataclasses.asdict(finding), "sentence": finding.sentence} for finding in findings],
        "not_watched": not_watched,
    }
    path = Path(directory) / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{FILE}.tmp")
    temporary.write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")
    temporary.replace(path)


def findings(directory):
    """The findings in the file, none if it is missing or not to be read."""
    try:
        state = json.loads((Path(directory) / FILE).read_text(encoding="utf-8"))
        known = {field.name for field in dataclasses.fields(Finding)}
        return [
            Finding(**{name: value for name, value in finding.items() if name in known})
            for finding in state["findings"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
