"""Commands whose output nobody reads, or whose console lacks the characters."""

import os
import random
import shlex
import shutil
import subprocess
import sys

from benchmarks.common.workers import ROOT
from benchmarks.resilience.attacks_by import answers

# How a line of a shell goes on, the environment, and the exit codes that it may end with beside the command's own.
DEAD = {
    "stdout closed": (">&-", {}, ()),
    "both closed": (">&- 2>&-", {}, ()),
    "all closed": ("<&- >&- 2>&-", {}, ()),
    "read by nobody": ("| true", {}, ()),
    "one line read": ("2>&1 | head -1", {}, ()),
    "a full disk": ("> /dev/full", {}, (4,)),
    "errors to a full disk": ("2> /dev/full", {}, ()),
    "LANG=C": ("", {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, ()),
    "Latin-1": ("", {"PYTHONIOENCODING": "latin-1"}, ()),
}


def commands(made, folder):
    """`{name: arguments behind "python"}` of commands that end well.

    Args:
        made: `{variant: (run, export)}`.
        folder: for what they write.
    """
    run, model = made["cgan"]
    package = ("-m", "keras_gan")
    return {
        "train.py --help": (ROOT / "train.py", "--help"),
        "list": (*package, "list"),
        "sample": (*package, "sample", "--model", model, "--count", 2, "--out", folder / "dead.png"),
        "sample, a .tflite": (*package, "sample", "--model", model / "generator.tflite", "--out", folder / "dead.png"),
        "report": (*package, "report", "--run", run, "--out", folder / "dead.html"),
        "film": (*package, "film", "--run", run, "--out", folder / "dead.gif"),
        "inspect-data": (*package, "inspect-data", "--dataset", f"folder:{run.parent.parent / 'folder'}"),
        "train.py --resume": (ROOT / "train.py", "--resume", folder / "resumed", "--steps", 3, "--export"),
        "mobile/sample.py": (answers.SAMPLE, "--model", model / "generator.tflite", "--out", folder / "dead.png"),
        "a mistake": (*package, "smaple"),
    }


def attacks(made, folder, count, seed=0):
    """So many pairs of a command and a dead output.

    Yields:
        `(what was attacked, how, Answer, whether it ended as it may)`.
    """
    every = [(name, how) for name in commands(made, folder) for how in DEAD]
    random.Random(seed).shuffle(every)
    for name, how in every[:count]:
        words = shlex.join([sys.executable, *map(str, commands(made, folder)[name])])
        end, environment, more = DEAD[how]
        given = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3", **environment}
        shutil.rmtree(folder / "resumed", ignore_errors=True)
        shutil.copytree(made["cgan"][0], folder / "resumed")
        result = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {words} {end}"],
            cwd=folder, env=given, capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        usual = 2 if name == "a mistake" else 0
        # On a stream that is dead, nobody can count lines of errors.
        is_heard = "2>" not in end
        yield (
            f"dead output, {name}",
            how,
            answers.Answer(result.returncode, result.stdout, result.stderr, is_heard),
            result.returncode in (usual, *more),
        )
