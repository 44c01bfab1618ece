"""The errors a user can cause: one short message each, and the exit code it ends with."""

import difflib
import math


class UserError(Exception):
    """Something the user gave cannot be used. The message says what is wrong and what to do about it."""

    exit_code = 2


class TrainingFailed(UserError):
    """The training cannot go on: what it computes is no longer a number."""

    exit_code = 3


class MachineFailed(UserError):
    """The training cannot go on here: disk, memory or data let it down. What was saved is whole."""

    exit_code = 4


def unknown(kind, name, choices):
    """The `UserError` for a name outside `choices`: it names the nearest valid one, or all of them."""
    choices = list(choices)
    nearest = difflib.get_close_matches(name, choices, n=1)
    hint = f"did you mean {nearest[0]!r}?" if nearest else f"choose from: {', '.join(choices)}."
    return UserError(f"unknown {kind} {name!r}: {hint}")


def why(error):
    """The reason in an OSError, in a few words; Pillow's have no `strerror`."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def shown(name):
    """The name of a file or folder, or any text from outside, for people: in one line, and in any encoding.

    What is not UTF-8, and what cannot be printed, become escapes such as `\\xe9`.
    """
    return "".join(each if each.isprintable() else _escaped(each) for each in str(name))


def _escaped(character):
    code = ord(character)
    # How Python keeps a byte of a name that is not UTF-8.
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else character.encode("unicode_escape").decode()


def check_options(config, any_finite=()):
    """Raises `UserError` for a variant's option outside its range, told from its type and name.

    Whole numbers count something and are at least 1; floats are above 0, those in `any_finite` apart; those named
    `beta_…` are momenta in [0, 1), and a `…_weight` may be 0, which leaves a term out.
    """
    for name, value in vars(config).items():
        if value is None or isinstance(value, (bool, str)):
            continue
        flag = f"--model.{name.replace('_', '-')}"
        if isinstance(value, int) and value < 1:
            raise UserError(f"{flag} must be at least 1, got {value}.")
        if name in any_finite:
            if not math.isfinite(value):
                raise UserError(f"{flag} must be finite, got {value}.")
        elif name.startswith("beta_"):
            if not 0 <= value < 1:
                raise UserError(f"{flag} must be at least 0 and below 1, got {value}.")
        elif name.endswith("_weight"):
            if not 0 <= value < math.inf:
                raise UserError(f"{flag} must be at least 0, got {value}.")
        elif isinstance(value, float) and not 0 < value < math.inf:
            raise UserError(f"{flag} must be above 0, got {value}.")


def check_labels(variant, num_classes, why=""):
    """Raises `UserError` unless the data has at least one class; `why` says what the reason is."""
    if not num_classes:
        raise UserError(
            f"{variant} learns classes, and this data has none{f' ({why})' if why else ''}: use labelled data (such as "
            "mnist, cifar10, avatars, or a folder with one sub-folder per class, or with --labels), or a variant "
            "without labels."
        )
