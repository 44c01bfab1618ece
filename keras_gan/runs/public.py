"""What of a run others may see: files and folders by their names alone, not by where they lie."""

import os
import re

from keras_gan import data, registry

# An absolute path of two parts or more without its last part; no address of the web.
_PLACE = re.compile(r"(?<![\w.~/\\])(?!//)(?:~|[A-Za-z]:)?[/\\](?:[^\s/\\'\",;:]+[/\\])+(?=[^\s/\\])")


def names_only(value, *options):
    """A JSON-able value whose texts name files and folders by their last parts.

    Args:
        value: of numbers, texts, lists, tuples and dicts.
        options: such values, too. Paths in them, also relative ones and names of data sets that hold some, are known as
            such and replaced wherever they stand in a text; of others absolute ones are found, up to a space.
    """
    names = {}
    for path in (path for text in _texts(options) for path in _paths(text)):
        written = os.path.expanduser(path)
        whole = os.path.abspath(written)
        names |= dict.fromkeys((path, written, whole, os.path.realpath(whole)), os.path.basename(whole))
    known = [re.escape(path) for path in sorted(names, key=len, reverse=True) if names[path]]
    pattern = re.compile(rf"(?<![\w/\\])(?:{'|'.join(known)})(?!\w)" if known else "(?!)")
    return _mapped(value, lambda text: _PLACE.sub("", pattern.sub(lambda found: names[found[0]], text)))


def _texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _paths(text):
    """The paths that an option's value is, or that the name of a data set holds; as they are written."""
    kind, _, rest = text.partition(":")
    if kind in registry.SOURCES.names():
        parts = data.folders(rest) if registry.SOURCES.describe(kind).argument == "PATH" else []
    else:
        parts = [text]
    return [part for part in parts if os.path.dirname(part.rstrip("/\\"))]


def _mapped(value, function):
    """The same value with a function applied to all of its texts."""
    if isinstance(value, dict):
        return {key: _mapped(each, function) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_mapped(each, function) for each in value)
    return function(value) if isinstance(value, str) else value
