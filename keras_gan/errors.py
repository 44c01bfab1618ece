"""The errors a user can cause: one short message each, the exit code it ends with, and commands that it proposes."""

import contextlib
import difflib
import errno
import logging
import math
import os
import shlex
import shutil
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


class UserError(Exception):
    """Something the user gave cannot be used. The message says what is wrong and what to do about it."""

    exit_code = 2


class TrainingFailed(UserError):
    """The training cannot go on: what it computes is no longer a number."""

    exit_code = 3


class MachineFailed(UserError):
    """The training cannot go on here: disk, memory or data let it down. What was saved is whole."""

    exit_code = 4


# What a path that was given can be wrong by; all else is the machine's.
_OF_A_PATH = {
    *(errno.ENOENT, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY),
    *(errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL),
}


def is_of_machine(error):
    """Whether an OSError is the machine's fault, such as a full disk, and no other path would help."""
    return error.errno not in _OF_A_PATH


def cannot_write(path, error):
    """The `UserError`, or `MachineFailed`, for a path to which an OSError let nothing be written."""
    # Pillow's and NumPy's own have no number: they complain of what was asked.
    kind = MachineFailed if error.errno and is_of_machine(error) else UserError
    return kind(f"cannot write {shown(path)}: {why(error)}.")


def unknown(kind, name, choices):
    """The `UserError` for a name outside `choices`: it names the nearest valid one, or all of them."""
    choices = list(choices)
    found = nearest(name, choices)
    hint = f"did you mean {found!r}?" if found else f"choose from: {', '.join(choices)}."
    return UserError(f"unknown {kind} {shown(name)!r}: {hint}")


def nearest(name, choices):
    """What somebody may have meant by a name, capitals and small letters alike; None if nothing is near."""
    lower = {each.lower(): each for each in choices}
    return next((lower[each] for each in difflib.get_close_matches(name.lower(), lower, n=1)), None)


def similar(path):
    """A sentence that proposes what lies beside a path that does not exist; empty if nothing has such a name."""
    path = Path(path)
    try:
        found = None if path.exists() else nearest(path.name, os.listdir(path.parent))
    except (OSError, ValueError):
        found = None
    return f" Did you mean {shown(path.parent / found)}?" if found else ""


def calling(command, *words):
    """The line that calls a command of this program, and works as it stands in the shell where it is read.

    Args:
        command: `train`, `sample`, … or, with a slash, a script of the checkout such as `export/mobile/sample.py`.
        *words: its arguments, which are quoted where a shell needs it.

    Returns:
        None if there is no such script, as where the package is installed without the checkout.
    """
    script = _ROOT / ("train.py" if command == "train" else command)
    if script.suffix == ".py" and script.is_file():
        return f"{beside('python')} {_joined([_from_here(script), *words])}"
    if "/" in command:
        return None
    start = "" if _is_importable() else f"PYTHONPATH={shlex.quote(str(_ROOT))} "
    return f"{start}{beside('python')} -m keras_gan {_joined([command, *words])}"


def beside(name):
    """What to type for a program beside the Python that runs this: its name, or its path if that finds another."""
    folder = Path(sys.executable).parent
    found = shutil.which(name)
    if found and Path(found).parent.resolve() == folder.resolve():
        return name
    return shlex.quote(_from_here(folder / name))


def _joined(words):
    """Arguments for a shell; a value that looks like an option, as `-x` does, stands behind a `=`."""
    joined = []
    for word in words:
        if word.startswith("-") and not word.startswith("--") and joined:
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return shlex.join(joined)


def _from_here(path):
    """A path below the working directory without it, any other as it is."""
    here = _here()
    return os.path.relpath(path, here) if here and Path(path).is_relative_to(here) else str(path)


def _is_importable():
    """Whether any Python that is started here finds this package, and not only one that a script leads to it."""
    return _ROOT in (Path(folder).resolve() for folder in (_here(), *sys.path[1:]) if folder)


def _here():
    """The working directory; None if it was removed."""
    try:
        return os.getcwd()
    except OSError:
        return None


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

    Whole numbers count something and are at least 1, but for `…_layers` and `doublings`, of which there may be none;
    floats are above 0, those in `any_finite` apart; those named `beta_…` are momenta in [0, 1), a `…_share` is in
    [0, 1], and a `…_weight` may be 0, which leaves a term out.
    """
    for name, value in vars(config).items():
        if value is None or isinstance(value, (bool, str)):
            continue
        flag = f"--model.{name.replace('_', '-')}"
        least = 0 if name.endswith(("_layers", "doublings")) else 1
        if isinstance(value, int) and value < least:
            raise UserError(f"{flag} must be at least {least}, got {value}.")
        if name in any_finite:
            if not math.isfinite(value):
                raise UserError(f"{flag} must be finite, got {value}.")
        elif name.startswith("beta_"):
            if not 0 <= value < 1:
                raise UserError(f"{flag} must be at least 0 and below 1, got {value}.")
        elif name.endswith("_share"):
            if not 0 <= value <= 1:
                raise UserError(f"{flag} must be from 0 to 1, got {value}.")
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


@contextlib.contextmanager
def errors_alone(name):
    """Within it, the logger of this name tells errors, and nothing less."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
