"""Kills a run at random moments, resumes it as often, and compares its bits with those of a run that is left alone.

    python benchmarks/resilience/faults.py --kills 30

Writes `results/faults.md`: what each kill met and lost. The kills are SIGKILL, from the start of the process on, so
that they also hit the loading of a checkpoint and the saving of one.
"""

import hashlib
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import noise, report
from benchmarks.common.command import run
from benchmarks.common.workers import command_line, environment

IMAGE_SIZE, BATCH_SIZE, IMAGES = 16, 8, 42
TITLE = "# A run that is killed again and again"
SMALL = ("--model.generator-channels", "8", "--model.discriminator-channels", "8")


@dataclass(frozen=True)
class Options:
    """Kills and resumes a run again and again."""

    kills: int = 30
    """How often."""
    variant: str = "wgan_gp"
    """Which variant."""
    steps: int = 6000
    """Steps of the run."""
    checkpoint_every: int = 50
    """Steps between checkpoints."""
    seed: int = 0
    """Decides the moments."""


def benchmark(options):
    """Runs everything and writes the table; returns 0 if the bits are equal."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        runs = TwoRuns(options, Path(folder))
        alone = runs.undisturbed()
        rows = [runs.kill(number) for number in range(1, options.kills + 1)]
        runs.finish()
        equal = bits(runs.folder / "killed") == alone
    above, _ = published()
    report.publish("faults", above + markdown(options, rows, equal))
    return 0 if equal else 1


def published():
    """The published report as `(what attacks.py has written, what this has)`, each empty where there is none."""
    path = report.RESULTS / "faults.md"
    above, title, below = (path.read_text(encoding="utf-8") if path.exists() else "").partition(TITLE)
    return above, title + below


class TwoRuns:
    """One run that is killed and one that is not, in a folder."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.random = random.Random(options.seed)
        noise.write_images(folder / "photos", IMAGES, (IMAGE_SIZE, IMAGE_SIZE, 3))

    def arguments(self, name):
        """The command line of a run."""
        run = self.folder / name
        return ["--resume", str(run)] if (run / "config.json").exists() else self.beginning(name)

    def beginning(self, name):
        """The command line that begins a run."""
        options = self.options
        arguments = command_line(
            variant=options.variant,
            dataset=f"folder:{self.folder / 'photos'}",
            image_size=IMAGE_SIZE,
            batch_size=BATCH_SIZE,
            steps=options.steps,
            checkpoint_every=options.checkpoint_every,
            log_dir=self.folder,
            run_name=name,
        )
        return [*arguments, *SMALL, "--export"]

    def start(self, name):
        """The process of a run, under way."""
        (self.folder / f"{name}.step").unlink(missing_ok=True)
        command = [sys.executable, "-m", "benchmarks.resilience.faults_worker", str(self.folder / f"{name}.step")]
        return subprocess.Popen(
            [*command, *self.arguments(name)],
            env=environment(TF_CPP_MIN_LOG_LEVEL="2"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def undisturbed(self):
        """Trains without a kill; returns the bits, and learns how long that takes."""
        started = time.monotonic()
        self._wait(self.start("alone"))
        self.seconds = time.monotonic() - started
        return bits(self.folder / "alone")

    def kill(self, number):
        """Starts or resumes the run and kills it; returns what that met and lost."""
        before = self._saved()
        process = self.start("killed")
        process_seconds = self.moment()
        time.sleep(process_seconds)
        ended = process.poll() is not None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        leftovers = [path.name for path in (self.folder / "killed" / "checkpoints").glob(".*.tmp")]
        saved, reached = self._saved(), max(self._reached(), before)
        row = {"kill": number, "after": process_seconds, "from": before, "reached": reached, "saved": saved}
        row |= {"lost": reached - saved, "saving": bool(leftovers), "ended": ended}
        print(row, flush=True)
        return row

    def moment(self):
        """When to kill, in seconds after a start: so early, on average, that the run lasts for all kills."""
        return self.random.uniform(0.0, 12.0 + 2.0 * self.seconds / self.options.kills)

    @property
    def is_done(self):
        """Whether the run that is killed has come to its last checkpoint."""
        return self._saved() >= self.options.steps

    def finish(self):
        """Lets the run go on to its end."""
        if not self.is_done:
            self._wait(self.start("killed"))

    def _saved(self):
        found = sorted((self.folder / "killed" / "checkpoints").glob("step-*"))
        return int(found[-1].name.removeprefix("step-")) if found else 0

    def _reached(self):
        path = self.folder / "killed.step"
        return int(path.read_bytes() or b"0") if path.exists() else 0

    def _wait(self, process):
        output, _ = process.communicate()
        if process.returncode:
            raise SystemExit(output.decode())


def bits(run):
    """Hashes of all weights and optimizer slots of a run's last checkpoint, by name, and of its last samples."""
    import h5py

    from keras_gan.storage import checkpoint

    last = checkpoint.list_checkpoints(run / "checkpoints")[-1]
    found = {path.name: path.read_bytes() for path in sorted((run / "samples").glob(f"{last.name}.*"))}
    with h5py.File(last / "model.weights.h5") as file:
        file.visititems(
            lambda name, item: found.update({name: item[()].tobytes()}) if isinstance(item, h5py.Dataset) else None
        )
    return {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}


def markdown(options, rows, equal):
    """The report."""
    head = ["kill", "s after the start", "from step", "reached", "newest checkpoint", "steps lost", "while saving"]
    lines = [
        [
            str(row["kill"]),
            f"{row['after']:.1f}",
            *(f"{row[key]:,}" for key in ("from", "reached", "saved", "lost")),
            "yes" if row["saving"] else "",
        ]
        for row in rows
    ]
    return report.document(
        "resilience/faults.py",
        TITLE,
        f"`{options.variant}`, {options.steps:,} steps, a checkpoint every {options.checkpoint_every}, "
        f"{len(rows)} kills by SIGKILL at random moments.",
        f"All weights, optimizer slots and the last sample grid **{'equal' if equal else 'DIFFER from'}** those of an "
        "undisturbed run, to the bit.\n"
        f"Most steps lost by one kill: {max((row['lost'] for row in rows), default=0)}. Kills while a checkpoint was "
        f"being written: {sum(row['saving'] for row in rows)}; before the first step after a start: "
        f"{sum(row['reached'] == row['from'] for row in rows)}.",
        report.table(head, lines),
    )


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
