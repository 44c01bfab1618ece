"""How fast data are packed, and what a training from many packed pictures takes: start, memory, waiting.

    python benchmarks/speed/packing.py --count 2000000

Draws synthetic pictures, packs them in a folder (kept, so that a second call goes on), and trains from there. Writes
`packing.json` and `packing.md`; benchmarks/README.md says what is measured and how.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import report
from benchmarks.common.command import run
from benchmarks.common.workers import Worker
from benchmarks.speed.synthetic import Synthetic, picture

WORKER = "benchmarks.speed.packing_worker"
LOOP_SECONDS = 10.0  # of the plain loop beside


@dataclass(frozen=True)
class Options:
    """Packs synthetic pictures, and trains from them."""

    count: int = 100_000
    """How many pictures."""
    size: int = 64
    """Their edge in pixels."""
    steps: int = 2000
    """Steps of the training."""
    folder: str = "packed-synthetic"
    """Where the packed pictures go."""
    out_dir: str | None = None
    """Where packing.json and packing.md go; default: benchmarks/results."""


def benchmark(options):
    """Measures, prints the table and writes it."""
    began = time.perf_counter()
    packed = pack(options)
    seconds = time.perf_counter() - began
    with Worker(WORKER, role="train", folder=str(Path(options.folder).absolute()), size=options.size) as worker:
        trained = worker.ask("train", steps=options.steps)
    result = {
        "machine": report.machine(),
        "count": options.count,
        "size": options.size,
        "packed_per_second": options.count / seconds if packed else None,
        "loop_per_second": plain_loop(options.size),
        "bytes": sum(path.stat().st_size for path in Path(options.folder).iterdir()),
        **trained,
    }
    report.publish("packing", markdown(result), result, options.out_dir)


def pack(options):
    """Packs what is missing; returns whether anything was."""
    from keras_gan.data.packed import manifest, writing

    if (Path(options.folder) / manifest.NAME).exists():
        return False
    plan = Synthetic(options.count, options.size)
    writing.pack({"train": plan}, options.folder, "synthetic", "sample")
    return True


def plain_loop(size):
    """Pictures per second that one process draws and hands to a list, without packing."""
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < LOOP_SECONDS:
        picture(count, size)
        count += 1
    return count / (time.perf_counter() - began)


def markdown(result):
    rows = [
        ["packed per second, all processors", _number(result["packed_per_second"])],
        ["drawn per second by a plain loop, one process", _number(result["loop_per_second"])],
        ["size, MB", _number(result["bytes"] / 1e6)],
        ["seconds from the call to the end of the first step", f"{result['start_seconds']:.1f}"],
        ["of them until the data set is there", f"{result['load_seconds']:.2f}"],
        ["memory after the first steps, MB", _number(result["early_bytes"] / 1e6)],
        [f"most memory after {result['steps']:,} steps, MB", _number(result["peak_bytes"] / 1e6)],
        ["share of the time spent waiting for data", f"{result['waiting']:.1%}"],
    ]
    head = f"# Packed data: {result['count']:,} pictures of {result['size']} px"
    return report.document("speed/packing.py", head, report.table(["", "measured"], rows))


def _number(value):
    return "packed before" if value is None else f"{value:,.0f}"


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
