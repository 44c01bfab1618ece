"""Commands called in this process, for TensorFlow takes seconds to start, and whether they end as they may."""

import contextlib
import importlib.util
import io
import os
import re
import sys
from dataclasses import dataclass

from benchmarks.common.workers import ROOT
from keras_gan import cli

MAY_END_WITH = (0, 2, 4)
# All that moves a cursor or changes colours; of lines and of progress bars there may be some.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Answer:
    """How a command ended: its exit code, and what it printed on both streams; whether the one for errors is heard."""

    code: int
    out: str
    err: str
    is_heard: bool = True

    @property
    def fault(self):
        """What is wrong about this end, whatever was attacked; empty if it is one that the documentation allows."""
        said = self.out + self.err
        if "Traceback" in said:
            return "traceback"
        if "this program has a fault" in said:
            return "fault of the program"
        if self.code not in MAY_END_WITH:
            return f"exit code {self.code}"
        if control := _CONTROL.search(said):
            return f"control character {control[0]!r}"
        errors = [line for line in self.err.replace("\r", "\n").splitlines() if line.startswith("error: ")]
        if self.is_heard and len(errors) != (self.code != 0):
            return f"{len(errors)} lines of errors"
        return ""


def called(*arguments):
    """The `Answer` of `python -m keras_gan ARGUMENTS`."""
    return _answer(lambda: cli.main([*map(str, arguments)]))


def trained(*arguments):
    """The `Answer` of `python train.py ARGUMENTS`."""
    return _answer(lambda: cli.main([*map(str, arguments)], command="train"))


def script(path):
    """The module of a script below `export/`, whose `main` takes arguments and whose `ended` makes exit codes."""
    spec = importlib.util.spec_from_file_location(f"attacked_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SAMPLE, TRANSLATE = (ROOT / "export" / "mobile" / name for name in ("sample.py", "translate.py"))


def shipped(module, *arguments):
    """The `Answer` of a script below `export/`, given as its module."""
    return _answer(lambda: sys.exit(module.ended(lambda: module.main([*map(str, arguments)]))))


def _answer(command):
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", write_through=True) for _ in range(2))
    code = None
    with _descriptors_kept(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            command()
        except SystemExit as ended:
            code = ended.code
    return Answer(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


@contextlib.contextmanager
def _descriptors_kept():
    """The scripts of `export/` close the output for good at their end, of which a process has one."""
    kept = {number: os.dup(number) for number in (1, 2)}
    try:
        yield
    finally:
        for number, copy in kept.items():
            os.dup2(copy, number)
            os.close(copy)
