"""Noise that layers are given in place of their own."""

import contextlib
from contextvars import ContextVar

_GIVEN = ContextVar("given", default=None)


@contextlib.contextmanager
def given(maps):
    """Within it layers add the numbers in `{name of a layer: [B, height, width, 1]}`, whatever else they would."""
    token = _GIVEN.set(maps)
    try:
        yield
    finally:
        _GIVEN.reset(token)


def of(name):
    """What the layer of a name is given; None if nothing."""
    return (_GIVEN.get() or {}).get(name)
