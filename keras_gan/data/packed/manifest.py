"""The manifest of packed data, and whether its files are those that it speaks of."""

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from keras_gan.errors import UserError, shown
from keras_gan.storage import cache, files
from keras_gan.storage.schema import Unreadable, count

NAME = "manifest.json"
FORMAT = 1
_FILE = {"name": str, "rows": count, "bytes": count, "sha256": str}
_COLUMN = {"count": count, "dtype": str, "shape": [count], "content": str, "files": [_FILE]}
_SPLIT = {
    "fields": {str: dict},
    "groups": [[str]],
    "columns": {str: _COLUMN},
    "provenance": str,
    "treatment": str,
    "passed_over": {str: count},
    "unreadable": [str],
    "digest": str,
}
FORM = {"format": count, "name": str, "task": str, "splits": {str: _SPLIT}}


def read(folder):
    """The manifest in a folder; `UserError` if it is missing, damaged, or of a later format."""
    path = Path(folder) / NAME
    try:
        facts = files.read_json(path, FORM)
    except files.Missing:
        raise UserError(
            f"{shown(folder)} is no packed data set: it has no {NAME}. Make one by python -m keras_gan pack, which "
            "also goes on where it was interrupted."
        ) from None
    except Unreadable as error:
        raise UserError(f"{shown(path)} is damaged: {error}.") from None
    if facts["format"] > FORMAT:
        raise UserError(f"{shown(path)} has format {facts['format']}, and this program knows those up to {FORMAT}.")
    return facts


def all_files(facts):
    """Every file that a manifest speaks of, as it does."""
    return [
        file for split in facts["splits"].values() for column in split["columns"].values() for file in column["files"]
    ]


def check_files(folder, facts):
    """Raises `UserError`, naming the first file that is missing or of another size."""
    for file in all_files(facts):
        path = Path(folder) / file["name"]
        try:
            size = path.stat().st_size
        except OSError:
            raise UserError(f"{shown(path)} is missing: pack the data again, or fetch that file.") from None
        if size != file["bytes"]:
            raise UserError(f"{shown(path)} is damaged: it has {size:,} bytes where {file['bytes']:,} were written.")


def verify(folder, facts):
    """Raises `UserError`, naming a file whose bytes are not those that were written.

    Files that were verified before, and have not been touched since, are not read again: large sets begin at once.
    """
    known, now = _verified(folder), _state_of(folder, facts)
    new = [file for file in all_files(facts) if known.get(file["name"]) != now[file["name"]]]
    with ThreadPoolExecutor() as pool:
        for file, found in zip(new, pool.map(lambda file: files.sha256(Path(folder) / file["name"]), new), strict=True):
            if found != file["sha256"]:
                path = shown(Path(folder) / file["name"])
                raise UserError(f"{path} is damaged: its bytes are not those that were written.")
    if new:
        remember(folder, facts)


def remember(folder, facts):
    """Keeps that the files of a folder are what the manifest says."""
    text = json.dumps(_state_of(folder, facts))
    cache.keep(_record(folder), text.encode(), "record of verified files")


def _state_of(folder, facts):
    """`{name: [bytes, time, sha256]}` of files as they are."""
    found = {}
    for file in all_files(facts):
        now = os.stat(Path(folder) / file["name"])
        found[file["name"]] = [now.st_size, now.st_mtime_ns, file["sha256"]]
    return found


def _verified(folder):
    try:
        return files.read_json(_record(folder), {str: list})
    except Unreadable:
        return {}


def _record(folder):
    digest = hashlib.sha256(os.path.abspath(folder).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return cache.directory() / f"packed-verified-{digest}.json"
