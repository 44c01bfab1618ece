"""Whatever is typed is done, or refused with a sentence and an exit code that the docs know."""

import os
import random
import re
import shlex
import shutil
import signal
import time
import webbrowser

import keras
import pytest

from tests.conftest import ROOT, command
from tests.e2e import command_lines

LINES = int(os.environ.get("FUZZ_COMMANDS", "100"))
FIRST = int(os.environ.get("FUZZ_FIRST", "0"))
SECONDS = 30  # of the processor that an answer may take; four times as long by the clock, which others share
MOST_CHARACTERS = 4000  # of what is said of a mistake
TABLE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## Exit codes")[2]
DOCUMENTED = {int(code) for row in re.findall(r"^\| ([\d, ]+) \|", TABLE, re.MULTILINE) for code in row.split(",")}


class Hangs(BaseException):
    """No `Exception`, which the program would answer."""


@pytest.fixture(scope="module")
def furnished(tmp_path_factory):
    folder, here = tmp_path_factory.mktemp("furnished"), os.getcwd()
    os.chdir(folder)
    try:
        command_lines.furnish(folder)
    finally:
        os.chdir(here)
    return folder


@pytest.fixture
def within(furnished, tmp_path, monkeypatch):
    """Calls a function in a fresh copy of what is furnished, with a limit of time."""

    def call(function):
        place = tmp_path / "outer" / "place"
        shutil.rmtree(place.parent, ignore_errors=True)  # of a line that hung
        shutil.copytree(furnished, place)
        monkeypatch.chdir(place)
        signal.alarm(4 * SECONDS)
        try:
            return function()
        finally:
            signal.alarm(0)
            os.chdir(tmp_path)
            shutil.rmtree(place.parent)
            keras.mixed_precision.set_dtype_policy("float32")

    monkeypatch.setattr(webbrowser, "open", lambda address: False)

    def give_up(*_):
        raise Hangs

    before = signal.signal(signal.SIGALRM, give_up)
    yield call
    signal.signal(signal.SIGALRM, before)


@pytest.mark.filterwarnings("ignore")  # of numbers that are none, in what is trained with nonsense
def test_random_command_lines(within, capsys):
    problems, codes, slowest = [], {}, []
    for number in range(FIRST, FIRST + LINES):
        line = command_lines.random_line(random.Random(number))
        started = time.process_time()
        try:
            code = within(lambda line=line: command(*line))
        except Hangs:
            code = "hangs"
        seconds, shown = time.process_time() - started, capsys.readouterr()
        codes[code] = codes.get(code, 0) + 1
        slowest = sorted([*slowest, (round(seconds, 1), number, shlex.join(line))], reverse=True)[:5]
        said = shown.err[-MOST_CHARACTERS:]
        wrong = code not in DOCUMENTED or "Traceback" in shown.err or "has a fault" in shown.err
        if wrong or seconds > SECONDS or (code == 2 and not shown.err):
            problems.append(f"{number}: {shlex.join(line)!a}\n    {code} after {seconds:.1f} s: {said[-700:]!a}")
    with capsys.disabled():
        print(codes, *slowest, sep="\n")
    assert not problems, "\n".join(problems)
