"""Worker processes that take turns: each measures in a process of its own and computes only while it is asked.

Requests and answers are lines of JSON over the worker's standard input and output. Keeping all workers alive and
asking them in turn puts rounds of different programs next to each other in time, so that whatever the machine does
meanwhile falls on all of them and cancels in the ratio of one round. Standard library only: every peer imports this.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Worker:
    """The asking side: starts `python -m MODULE OPTIONS` and waits until its first step is done.

    The asking process must stay small: Linux counts a parent's memory at the start of a child as the child's.

    Args:
        module: dotted name of a module that answers through a `Channel`.
        python: interpreter to run it with.
        **options: handed to the module as one JSON argument.

    Attributes:
        first: what the worker answered when its first step was done.
        first_step_seconds: from the start of the process to the end of its first step.
    """

    def __init__(self, module, python=sys.executable, **options):
        self._name = f"{module} {options}"
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115, closed by __exit__
        started = time.perf_counter()
        self._process = subprocess.Popen(
            [python, "-m", module, json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
            env=environment(PYTHONIOENCODING="utf-8"),
        )
        self.first = self._answer()
        self.first_step_seconds = time.perf_counter() - started

    def ask(self, request, **arguments):
        """Sends a request and waits for its answer, a dict; `peak_bytes` in it is the worker's memory so far."""
        self._process.stdin.write(json.dumps({"request": request, **arguments}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            raise RuntimeError(f"the worker {self._name} ended:\n{self._errors.read()[-4000:]}")
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if kind is not None:
            self._process.kill()
        self._process.stdin.close()  # no more requests: the worker ends by itself
        self._process.wait()
        self._process.stdout.close()
        self._errors.close()


def environment(**variables):
    """The variables of a process that is to find the program and the benchmarks, wherever it is started from."""
    search_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": search_path, **variables}


def command_line(**options):
    """The options as arguments of a command line: `steps=5` as `--steps 5`."""
    return [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", str(value))]


class Channel:
    """The answering side. Whatever else the worker prints goes to its error stream, which is shown if it fails."""

    def __init__(self):
        sys.stdout.flush()
        self._answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)

    def requests(self):
        """Yields `(request, arguments)` until the asking side is done."""
        for line in sys.stdin:
            arguments = json.loads(line)
            yield arguments.pop("request"), arguments

    def answer(self, **values):
        """Sends one answer."""
        self._answers.write(json.dumps({**values, "peak_bytes": _peak_bytes()}) + "\n")
        self._answers.flush()

    def serve(self, handlers):
        """Answers every request with the dict that `handlers[request](**arguments)` returns."""
        for request, arguments in self.requests():
            self.answer(**handlers[request](**arguments))


def serve(roles):
    """Becomes the worker that `role`, one of the options in the one argument, says.

    Args:
        roles: `{role: function of a Channel and the other options}`.
    """
    options = json.loads(sys.argv[1])
    roles[options.pop("role")](Channel(), **options)


def seconds_per_step(step, count):
    """Mean seconds of `count` calls of `step`, which must wait for its own end.

    One call goes before, untimed: it brings caches and thread pools back from whoever computed before.
    """
    step()
    started = time.perf_counter()
    for _ in range(count):
        step()
    return (time.perf_counter() - started) / count


def threads():
    """How many threads a program gets that takes all processors it may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _peak_bytes():
    try:
        import resource
    except ImportError:  # Windows
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
