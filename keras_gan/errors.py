"""The errors a user can cause: one short message each, and the exit code it ends with."""

import difflib


class UserError(Exception):
    """Something the user gave cannot be used. The message says what is wrong and what to do about it."""

    exit_code = 2


def unknown(kind, name, choices):
    """The `UserError` for a name outside `choices`: it names the nearest valid one, or all of them."""
    choices = list(choices)
    nearest = difflib.get_close_matches(name, choices, n=1)
    hint = f"did you mean {nearest[0]!r}?" if nearest else f"choose from: {', '.join(choices)}."
    return UserError(f"unknown {kind} {name!r}: {hint}")
