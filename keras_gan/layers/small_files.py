"""Whether layers are to compute in such a way that a file of them is small.

Converters multiply and add constants as far as they can. What layers make of their weights, once and for all, may be
much larger than these.
"""

import contextlib
from contextvars import ContextVar

_WANTED = ContextVar("wanted", default=False)


@contextlib.contextmanager
def wanted():
    """Within it, layers are called that are to become a small file."""
    token = _WANTED.set(True)
    try:
        yield
    finally:
        _WANTED.reset(token)


def are_wanted():
    """Whether that is so now."""
    return _WANTED.get()
