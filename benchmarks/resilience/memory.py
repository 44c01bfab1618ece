"""Whether a long training takes more and more memory: the smallest run there is, through the real command line.

    python benchmarks/resilience/memory.py

Writes `memory.json` and `memory.md`. Resident memory is read of the process twice a second; the first tenth of the
time, in which buffers fill, is left out.
"""

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import report
from benchmarks.common.command import run
from benchmarks.common.workers import ROOT

SMALLEST = (
    *("--variant", "gan", "--preset", "none", "--image-size", "32", "--batch-size", "2", "--model.latent-dim", "4"),
    *("--model.generator-units", "8", "--model.discriminator-units", "8"),
)
MOST = 0.01  # growth from the second tenth to the last


@dataclass(frozen=True)
class Options:
    """Measures the memory of a long training."""

    steps: int = 100_000
    """How long it is."""
    out: str | None = None
    """Folder for the report; default: benchmarks/results."""


def benchmark(options):
    """Trains, and writes the table."""
    with tempfile.TemporaryDirectory() as folder:
        seen = watched(
            [sys.executable, "train.py", *SMALLEST, "--steps", options.steps, "--log-dir", folder, "--export"]
        )
    tenths = [float(np.mean(part)) for part in np.array_split(np.array(seen), 10)]
    growth = report.target(tenths[-1] / tenths[1] - 1.0, MOST)
    result = {"machine": report.machine(), "steps": options.steps, "megabytes": tenths, "target": growth}
    rows = [[f"{number}", f"{value:,.0f}"] for number, value in enumerate(tenths, 1)]
    parts = (
        "# Memory of a long training",
        f"{options.steps:,} steps with all callbacks of",
        f"    python train.py {' '.join(SMALLEST)}",
        report.table(["tenth of the training", "MB, mean"], rows),
        report.target_line("growth from the second tenth to the last", growth),
    )
    report.publish("memory", report.document("resilience/memory.py", *parts), result, options.out)


def watched(command):
    """Megabytes of resident memory, every half second from the start of a process to its end."""
    process = subprocess.Popen(list(map(str, command)), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seen = []
    while process.poll() is None:
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                seen.append(int(line.split()[1]) / 1024)
        time.sleep(0.5)
    if process.returncode:
        raise SystemExit(f"the training ended with exit code {process.returncode}.")
    return seen


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
