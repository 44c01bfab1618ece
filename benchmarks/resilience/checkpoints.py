"""Measures what checkpoints cost a run on MNIST, and how much later a resumed run takes its first step than a new one.

    python benchmarks/resilience/checkpoints.py

Writes `results/checkpoints.md`. benchmarks/README.md says how each figure is measured.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import report
from benchmarks.common.command import run
from benchmarks.common.workers import ROOT, command_line, environment

STEPS_BETWEEN = 500  # the checkpoints that are charged


@dataclass(frozen=True)
class Options:
    """Measures checkpoints and resuming."""

    variant: str = "dcgan"
    """Which variant."""
    dataset: str = "mnist"
    """Which data."""
    rounds: int = 5
    """How often a new run and a resumed one take turns."""


def benchmark(options):
    """Measures in rounds, writes the table; returns 0 if both targets are met."""
    computer = report.machine()
    with tempfile.TemporaryDirectory(prefix="checkpoints-") as folder:
        folder = Path(folder)
        task = [*command_line(variant=options.variant, dataset=options.dataset, log_dir=folder), "--export"]
        call(str(ROOT / "train.py"), *task, "--run-name", "begun", "--steps", "3")
        measured = {"new": [], "resumed": []}
        for number in range(options.rounds):
            arguments = {"new": [*task, "--run-name", f"n{number}"], "resumed": ["--resume", str(folder / "begun")]}
            for name in report.rotated(measured, number):
                worker = ["-m", "benchmarks.resilience.checkpoints_worker", str(time.time()), str(folder / "saved")]
                output = call(*worker, *arguments[name], "--steps", "100")
                measured[name].append(json.loads(output.splitlines()[-1]))
    text, met = markdown(options, computer, measured)
    report.publish("checkpoints", text)
    return 0 if met else 1


def call(*arguments):
    """Runs Python with these arguments to its end; returns what it has printed."""
    result = subprocess.run(
        [sys.executable, *arguments],
        env=environment(TF_CPP_MIN_LOG_LEVEL="2"),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise SystemExit(result.stderr)
    return result.stdout


def markdown(options, computer, measured):
    """The report, and whether the targets are met."""
    medians = {
        name: {key: statistics.median(found[key] for found in rounds) for key in ("first", "step", "save")}
        for name, rounds in measured.items()
    }
    both = [*measured["new"], *measured["resumed"]]
    share = statistics.median(found["save"] / (STEPS_BETWEEN * found["step"]) for found in both)
    later = medians["resumed"]["first"] - medians["new"]["first"]
    rows = [
        [name, f"{m['first']:.1f}", f"{m['step'] * 1e3:.0f}", f"{m['save'] * 1e3:.0f}"] for name, m in medians.items()
    ]
    text = report.document(
        "resilience/checkpoints.py",
        "# Checkpoints and resuming",
        f"{computer['cpu']}, {computer['threads']} threads; `{options.variant}` on {options.dataset}, medians of "
        f"{options.rounds} rounds.",
        report.table(["run", "start to first step, s", "step, ms", "a checkpoint, ms"], rows),
        f"- A checkpoint every {STEPS_BETWEEN} steps costs {share:.2%} of the run; less than 2 % wanted.\n"
        f"- A resumed run takes its first step {later:+.1f} s after a new one; at most 2 s wanted.",
    )
    return text, share < 0.02 and later <= 2


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
