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
from benchmarks.common.workers import command_line
from benchmarks.resilience.checkpoints import call
from benchmarks.speed import photos

MOST = 2.0  # seconds that a second start may come to its first step after one on avatars


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
    with photos.drawn(options.count) as folder:
        folder_of_photos = f"folder:{folder / 'photos'}"
        start(folder, "avatars", options)  # draws them
        first = start(folder, folder_of_photos, options)
        seconds = {"second": [], "avatars": []}
        datasets = {"second": folder_of_photos, "avatars": "avatars"}
        for number in range(options.rounds):
            for name in report.rotated(seconds, number):
                seconds[name].append(start(folder, datasets[name], options))
    later = [second - avatars for second, avatars in zip(seconds["second"], seconds["avatars"], strict=True)]
    result = {
        "machine": computer,
        "count": options.count,
        "size": options.size,
        "first": first,
        **{name: report.summary(found) for name, found in seconds.items()},
        "target": report.target(statistics.median(later), MOST),
    }
    report.publish("starting", markdown(options, result), result, options.out_dir)


def start(folder, dataset, options):
    """Seconds from the start of a process to the end of the first step of its training."""
    asked = {"variant": options.variant, "dataset": dataset, "image_size": options.size, "log_dir": folder / "logs"}
    worker = ["-m", "benchmarks.resilience.checkpoints_worker", str(time.time()), str(folder / "saved")]
    said = call(*worker, *command_line(**asked), "--no-health", "--export")
    return json.loads(said.splitlines()[-1])["first"]


def markdown(options, result):
    """The report."""
    about = result["machine"]
    rows = [
        ["photos, first start, which decodes them", f"{result['first']:.1f} s"],
        *(
            [said, "{median:.1f} s [{low:.1f}, {high:.1f}]".format(**result[name])]
            for name, said in (("second", "photos, second start, from the cache"), ("avatars", "avatars, drawn before"))
        ),
    ]
    return report.document(
        "speed/starting.py",
        "# To the first step",
        f"{report.machine_line(about)} `{options.variant}` on {options.count:,} photos of {photos.EDGE} px and on "
        f"20,000 avatars, at {options.size} px.\nMedians, quartiles in brackets.",
        report.table(["data", "from the start of the process to the end of the first step"], rows),
        report.target_line("seconds from avatars to a second start", result["target"]),
        report.busy_note(about),
    )


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
