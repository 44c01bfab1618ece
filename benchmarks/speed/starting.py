"""How long it takes to the first step of a training: from a folder of photos, from what is kept of it, and on avatars.

    python benchmarks/speed/starting.py

Writes `starting.json` and `starting.md`; benchmarks/README.md says what is measured and how.
"""

import json
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import report
from benchmarks.common.command import check_rounds, run
from benchmarks.common.program import config, data
from benchmarks.common.workers import command_line
from benchmarks.resilience.checkpoints import call
from benchmarks.speed import photos
from keras_gan.storage import cache

MOST = 2.0  # seconds that a second start may come to its first step after one on avatars
CLOCKS = {"clock": "first", "processors": "processor"}  # the latter of the process alone; a busy machine tells it, too


@dataclass(frozen=True)
class Options:
    """Measures the time from the start of the process to the end of a training's first step."""

    variant: str = "dcgan"
    """What is trained."""
    count: int = 20_000
    """How many photos."""
    size: int = 64
    """Edge of the images in pixels."""
    rounds: int = 3
    """How often a second start and one on avatars take turns."""
    out_dir: str | None = None
    """Where starting.json and starting.md go; default: benchmarks/results."""


def benchmark(options):
    """Measures, prints the table and writes it."""
    check_rounds(options)
    computer = report.machine()
    drawn_before = list(cache.directory().glob(f"avatars-*-{options.size}px-*"))
    with photos.drawn(options.count) as folder:
        cache.directory().mkdir()
        for path in drawn_before:
            (cache.directory() / path.name).symlink_to(path.absolute())
        data.load(config.DataOptions(image_size=options.size))  # draws avatars that are not there
        datasets = {"second": f"folder:{folder / 'photos'}", "avatars": "avatars"}
        first = start(folder, datasets["second"], options)
        starts = {"second": [], "avatars": []}
        for number in range(options.rounds):
            for name in report.rotated(starts, number):
                starts[name].append(start(folder, datasets[name], options))
    result = {
        "machine": computer,
        "count": options.count,
        "size": options.size,
        **{name: summaries(of) for name, of in {"first": [first, first], **starts}.items()},
        "targets": {clock: report.target(later(starts, clock), MOST) for clock in CLOCKS},
    }
    report.publish("starting", markdown(options, result), result, options.out_dir)


def summaries(starts):
    """The `summary` of some starts by each clock."""
    return {clock: report.summary([one[clock] for one in starts]) for clock in CLOCKS}


def later(starts, clock):
    """The median of how many seconds a second start comes after one on avatars, round by round."""
    pairs = zip(starts["second"], starts["avatars"], strict=True)
    return statistics.median(second[clock] - avatars[clock] for second, avatars in pairs)


def start(folder, dataset, options):
    """`{clock: seconds}` from the start of a process to the end of the first step of its training."""
    asked = {"variant": options.variant, "dataset": dataset, "image_size": options.size, "log_dir": folder / "logs"}
    worker = ["-m", "benchmarks.resilience.checkpoints_worker", str(time.time()), str(folder / "saved")]
    said = json.loads(call(*worker, *command_line(**asked), "--no-health", "--export").splitlines()[-1])
    return {clock: said[key] for clock, key in CLOCKS.items()}


def markdown(options, result):
    """The report."""
    about = result["machine"]
    rows = [
        [said, *("{median:.1f} s [{low:.1f}, {high:.1f}]".format(**result[name][clock]) for clock in CLOCKS)]
        for name, said in (
            ("first", "photos, first start, which decodes them"),
            ("second", "photos, second start, from the cache"),
            ("avatars", "avatars, drawn before"),
        )
    ]
    return report.document(
        "speed/starting.py",
        "# To the first step",
        f"{report.machine_line(about)} `{options.variant}` on {options.count:,} photos of {photos.EDGE} px and on "
        f"20,000 avatars, at {options.size} px.\nFrom the start of the process to the end of its first step; medians, "
        "quartiles in brackets.",
        report.table(["data", *CLOCKS], rows),
        "\n".join(
            report.target_line(f"a second start after one on avatars, seconds of the {clock}", target)
            for clock, target in result["targets"].items()
        ),
        report.busy_note(about),
    )


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
