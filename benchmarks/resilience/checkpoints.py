"""Measures what checkpoints cost a run on MNIST, and how much later a resumed run takes its first step than a new one.

    python benchmarks/resilience/checkpoints.py

Writes `results/checkpoints.md`. benchmarks/README.md says how each figure is measured.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import tyro

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.common.report import machine, rotated, table  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results"
EVERY = 500  # steps between the checkpoints that are charged
STEPS, SAVES = 12, 5

# The command line, up to a few steps, with what they and a few checkpoints took as the last line.
PROGRAM = f"""
import json, os, statistics, sys, time

from keras_gan import cli
from keras_gan.storage import checkpoint
from keras_gan.callbacks import Progress

after_step, ends = Progress.after_step, []

def noted(self, step, logs):
    after_step(self, step, logs)
    ends.append(time.time())
    if len(ends) < {STEPS}:
        return
    saves = []
    for number in range({SAVES}):
        started = time.time()
        checkpoint.save(self.model, sys.argv[2], number)
        saves.append(time.time() - started)
    step = statistics.median(b - a for a, b in zip(ends[1:], ends[2:]))
    print("\\n" + json.dumps({{"first": ends[0] - float(sys.argv[1]), "step": step, "save": statistics.median(saves)}}))
    sys.stdout.flush()
    os._exit(0)

Progress.after_step = noted
cli.main(sys.argv[3:], command="train")
"""


@dataclass(frozen=True)
class Options:
    """Measures checkpoints and resuming."""

    variant: str = "dcgan"
    """Which variant."""
    dataset: str = "mnist"
    """Which data."""
    rounds: int = 5
    """How often a new run and a resumed one take turns."""


def main():
    """Measures in rounds, writes the table; returns 0 if both targets are met."""
    options, facts = tyro.cli(Options), machine()
    with tempfile.TemporaryDirectory(prefix="checkpoints-") as folder:
        folder = Path(folder)
        task = ["--variant", options.variant, "--dataset", options.dataset, "--log-dir", str(folder), "--export"]
        start(folder, [*task, "--run-name", "begun", "--steps", "3"], whole=True)
        kinds = {"new": [], "resumed": []}
        for number in range(options.rounds):
            for kind in rotated(kinds, number):
                which = (
                    ["--resume", str(folder / "begun")] if kind == "resumed" else [*task, "--run-name", f"n{number}"]
                )
                kinds[kind].append(start(folder, [*which, "--steps", "100"]))
    text, met = report(options, facts, kinds)
    (RESULTS / "checkpoints.md").write_text(text, encoding="utf-8")
    print(text)
    return 0 if met else 1


def start(folder, arguments, whole=False):
    """Runs the command line; returns what it measured, or nothing if the run is to come to its end."""
    program = ["train.py"] if whole else ["-c", PROGRAM, str(time.time()), str(folder / "saved")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "2"}
    result = subprocess.run(
        [sys.executable, *program, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise SystemExit(result.stderr)
    return {} if whole else json.loads(result.stdout.splitlines()[-1])


def report(options, facts, kinds):
    """The table as Markdown, and whether the targets are met."""
    medians = {
        kind: {name: statistics.median(found[name] for found in rounds) for name in ("first", "step", "save")}
        for kind, rounds in kinds.items()
    }
    both = [*kinds["new"], *kinds["resumed"]]
    share = statistics.median(found["save"] / (EVERY * found["step"]) for found in both)
    later = medians["resumed"]["first"] - medians["new"]["first"]
    rows = [
        [kind, f"{m['first']:.1f}", f"{m['step'] * 1e3:.0f}", f"{m['save'] * 1e3:.0f}"] for kind, m in medians.items()
    ]
    lines = [
        "# Checkpoints and resuming",
        "",
        f"{facts['cpu']}, {facts['threads']} threads; `{options.variant}` on {options.dataset}, medians of "
        f"{options.rounds} rounds.",
        "",
        table(["run", "start to first step, s", "step, ms", "a checkpoint, ms"], rows),
        "",
        f"- A checkpoint every {EVERY} steps costs {share:.2%} of the run; less than 2 % wanted.",
        f"- A resumed run takes its first step {later:+.1f} s after a new one; at most 2 s wanted.",
        "",
        "Made by `python benchmarks/resilience/checkpoints.py`.",
        "",
    ]
    return "\n".join(lines), share < 0.02 and later <= 2


if __name__ == "__main__":
    sys.exit(main())
