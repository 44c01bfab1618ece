"""How the program ends: with an exit code that the docs name and one line, whatever happened. Needs no package."""

import contextlib
import errno
import io
import os
import platform
import re
import select
import signal
import sys
import tempfile
import threading
import traceback
from pathlib import Path

from keras_gan.errors import MachineFailed, UserError, is_of_machine, shown, why
from keras_gan.storage import files

_UNFORESEEN = 1  # exit code
_INTERRUPTED = 128 + signal.SIGINT
_MOST_CHARACTERS = 300  # of an unforeseen error, in its line
_ESCAPED = "backslashreplace"  # how characters are written that an encoding lacks


def answered(command):
    """Calls a function and exits with the code that it returns; what it raises becomes a line on the error stream.

    What cannot be written to the standard streams ends nothing: training goes on when `| head` has seen enough. That a
    full disk behind `>` lacks something is said at the end, with exit code 4.
    """
    _open_streams()
    code = _code_of(command)
    lost = _flushed(sys.stdout)
    if lost and lost.errno != errno.EPIPE and not code:
        code = MachineFailed.exit_code
        _say(f"what this printed could not be written: {why(lost)}.")
    _flushed(sys.stderr)
    sys.exit(code)


def _code_of(command):
    interrupt = _Interrupt()
    try:
        interrupt.listen()
        return command() or 0
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except UserError as error:
        _say(error)
        return error.exit_code
    except KeyboardInterrupt:
        return interrupt.said()
    except Exception as error:
        if interrupt.came:  # some packages make another exception of it
            return interrupt.said()
        message, code = _of_circumstances(error)
        _say(message or _unforeseen(error))
        return code


def _say(message):
    # What a message quotes may come from anybody: no escape sequence of it reaches a terminal.
    print("\n".join(map(shown, f"error: {message}".split("\n"))), file=sys.stderr)


class _Interrupt:
    """Ctrl-C, from `listen` on.

    Attributes:
        came: whether there was one.
    """

    came = False

    def listen(self):
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a background job ignores it
            with contextlib.suppress(ValueError):  # not in the main thread
                signal.signal(signal.SIGINT, self._take)
                self._errors = os.dup(2)  # while TensorFlow is imported, the error stream is set aside

    def _take(self, _, frame):
        self.came = True
        if _within_an_import(frame):  # native code may swallow it, or abort; an import leaves nothing to tidy up
            with contextlib.suppress(OSError):
                os.write(self._errors, b"interrupted.\n")
            os._exit(_INTERRUPTED)
        raise KeyboardInterrupt

    def said(self):
        """From here on a second Ctrl-C ends the process at once, and not with a traceback out of its last moments."""
        if signal.getsignal(signal.SIGINT) in (self._take, signal.default_int_handler):
            with contextlib.suppress(ValueError):  # not in the main thread
                signal.signal(signal.SIGINT, signal.SIG_DFL)
        # CPython remembers an interrupt in code that was made of text, as that of data classes is, until other such
        # code runs, and would end by the signal in place of the exit code.
        exec("")
        print("interrupted.", file=sys.stderr)
        return _INTERRUPTED


def _within_an_import(frame):
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


# --- What is said of exceptions ---------------------------------------------------------------------------------------


def _of_circumstances(error):
    """Message and exit code of what a machine can do to any program; no message of what nobody has foreseen."""
    if not isinstance(error, OSError) and os.strerror(errno.ENOSPC) in _words(error):  # by TensorFlow's own files
        return f"the disk is full: {_without_marks(_first_line(error))}.", MachineFailed.exit_code
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":  # TensorFlow's
        what = _first_line(error).rstrip(".") or "free some, or ask for less"
        return f"out of memory: {what}.", MachineFailed.exit_code
    if isinstance(error, OSError):
        where = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
        code = MachineFailed.exit_code if is_of_machine(error) else UserError.exit_code
        return f"{where}{why(error).rstrip('.')}.", code
    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith("keras_gan"):
        missing = f"the package {error.name.partition('.')[0]} is not installed for {sys.executable}"
        return f"{missing}: pip install -r requirements.txt, or use the environment that has it.", UserError.exit_code
    return None, _UNFORESEEN


def _without_marks(line):
    """A message of TensorFlow without the names of its operations."""
    return re.sub(r"\{\{.*?\}\} | \[Op:.*?\]", "", line)


def _unforeseen(error):
    """The line of a fault of the program itself; all else about it goes into a file that the line names."""
    what = f"{type(error).__name__}: {_first_line(error)}".rstrip(": ")
    try:
        path = Path(tempfile.gettempdir()) / f"keras_gan-error-{os.getpid()}.txt"
        files.write(path, _account(error), durable=False)
        where = f"what led to it is in {path}"
    except OSError as failed:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"it came from {frame.filename}, line {frame.lineno}; no file could be written ({why(failed)})"
    return f"this program has a fault ({what}); {where}."


def _account(error):
    words = " ".join(map(ascii, sys.argv))
    return f"Python {platform.python_version()} on {platform.platform()}: {words}\n\n" + "".join(
        traceback.format_exception(error)
    )


def _first_line(error):
    line = _words(error).strip().partition("\n")[0]
    return line if len(line) <= _MOST_CHARACTERS else f"{line[:_MOST_CHARACTERS]} …"


def _words(error):
    try:
        return str(error)
    except Exception:  # a `__str__` can fail as all else can
        return ""


# --- The standard streams ---------------------------------------------------------------------------------------------


class _Output(io.FileIO):
    """A descriptor to write to that takes everything, from the first failure on to throw it away.

    Attributes:
        failure: the `OSError`; None while there was none.
    """

    failure = None

    def write(self, data):
        if self.failure is None:
            try:
                while (written := super().write(data)) is None:  # another program made it one that does not wait
                    select.select([], [self], [])
                return written
            except OSError as error:
                self.failure = error
        return len(data)


def _open_streams():
    """Makes the standard streams such that no text and no reader can fail them; those of others stay as they are."""
    if threading.current_thread() is not threading.main_thread():
        return
    for descriptor in range(3):  # one that is closed would be given to the next file that is opened
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        stream = getattr(sys, name)
        if stream is None or (stream is getattr(sys, f"__{name}__") and _is_of(stream, descriptor)):
            setattr(sys, name, _stream(stream, descriptor))
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_ESCAPED)


def _is_of(stream, descriptor):
    try:
        return stream.fileno() == descriptor
    except (OSError, ValueError):
        return False


def _stream(stream, descriptor):
    """A text stream in place of another, or of None, which writes what its encoding lacks as an escape."""
    if stream is not None:
        _flushed(stream)
    raw = _Output(descriptor, "w", closefd=False)
    encoding = stream.encoding if stream else "utf-8"
    lines = descriptor == 2 or raw.isatty()
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding=encoding, errors=_ESCAPED, line_buffering=lines)


def _flushed(stream):
    """Writes what a stream still holds; returns the failure to write of it all, or None."""
    try:
        stream.flush()
    except (OSError, ValueError) as error:
        return error if isinstance(error, OSError) else None
    return getattr(getattr(getattr(stream, "buffer", None), "raw", None), "failure", None)
