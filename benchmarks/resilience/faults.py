"""Kills a run at random moments, resumes it as often, and compares its bits with those of a run that is left alone.

    python benchmarks/resilience/faults.py --kills 30

Writes `results/faults.md`: what each kill met and lost. The kills are SIGKILL, from the start of the process on, so
that they also hit the loading of a checkpoint and the saving of one.
"""

import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import tyro

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

RESULTS = ROOT / "benchmarks" / "results"
IMAGE_SIZE, BATCH_SIZE, IMAGES = 16, 8, 42
SMALL = ("--model.generator-channels", "8", "--model.discriminator-channels", "8")

# The command line, with every step that is done left in a file.
PROGRAM = """
import os, sys
from keras_gan import cli
from keras_gan.callbacks import Progress

file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
after_step = Progress.after_step

def noted(self, step, logs):
    os.pwrite(file, b"%09d" % step, 0)
    after_step(self, step, logs)

Progress.after_step = noted
cli.main(sys.argv[2:], command="train")
"""


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


def main():
    """Runs everything and writes the table; returns 0 if the bits are equal."""
    options = tyro.cli(Options)
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        bench = Bench(options, Path(folder))
        alone = bench.undisturbed()
        rows = [bench.kill(number) for number in range(1, options.kills + 1)]
        bench.finish()
        equal = bits(bench.folder / "killed") == alone
    text = report(options, rows, equal)
    (RESULTS / "faults.md").write_text(text, encoding="utf-8")
    print(text)
    return 0 if equal else 1


class Bench:
    """One run that is killed and one that is not, in a folder."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.random = random.Random(options.seed)
        _write_photos(folder / "photos")

    def arguments(self, name):
        """The command line of a run."""
        run = self.folder / name
        if (run / "config.json").exists():
            return ["--resume", str(run)]
        options = self.options
        return [
            *("--variant", options.variant, "--dataset", f"folder:{self.folder / 'photos'}"),
            *("--image-size", str(IMAGE_SIZE), "--batch-size", str(BATCH_SIZE), *SMALL),
            *("--steps", str(options.steps), "--checkpoint-every", str(options.checkpoint_every)),
            *("--log-dir", str(self.folder), "--run-name", name, "--export"),
        ]

    def start(self, name):
        """The process of a run, under way."""
        (self.folder / f"{name}.step").unlink(missing_ok=True)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "2"}
        command = [sys.executable, "-c", PROGRAM, str(self.folder / f"{name}.step"), *self.arguments(name)]
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

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
        # On average so early that the whole run lasts for all kills, and often before the first step.
        process_seconds = self.random.uniform(0.0, 12.0 + 2.0 * self.seconds / self.options.kills)
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

    def finish(self):
        """Lets the run go on to its end."""
        if self._saved() < self.options.steps:
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
    """Hashes of all weights and optimizer slots of a run's last checkpoint, by name, and of its last sample grid."""
    import h5py

    from keras_gan.storage import checkpoint

    last = checkpoint.list_checkpoints(run / "checkpoints")[-1]
    found = {"grid": (run / "samples" / f"{last.name}.png").read_bytes()}
    with h5py.File(last / "model.weights.h5") as file:
        file.visititems(
            lambda name, item: found.update({name: item[()].tobytes()}) if isinstance(item, h5py.Dataset) else None
        )
    return {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}


def _write_photos(folder):
    import numpy as np
    from PIL import Image

    folder.mkdir()
    rng = np.random.default_rng(0)
    for index in range(IMAGES):
        pixels = rng.integers(0, 256, (IMAGE_SIZE, IMAGE_SIZE, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")


def report(options, rows, equal):
    """The table as Markdown."""
    lines = [
        "# A run that is killed again and again",
        "",
        f"`{options.variant}`, {options.steps:,} steps, a checkpoint every {options.checkpoint_every}, "
        f"{len(rows)} kills by SIGKILL at random moments.",
        "",
        f"All weights, optimizer slots and the last sample grid **{'equal' if equal else 'DIFFER from'}** those of an "
        "undisturbed run, to the bit.",
        f"Most steps lost by one kill: {max((row['lost'] for row in rows), default=0)}. Kills while a checkpoint was "
        f"being written: {sum(row['saving'] for row in rows)}; before the first step after a start: "
        f"{sum(row['reached'] == row['from'] for row in rows)}.",
        "",
        "| kill | s after the start | from step | reached | newest checkpoint | steps lost | while saving |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in rows:
        numbers = f"{row['from']:,} | {row['reached']:,} | {row['saved']:,} | {row['lost']}"
        lines.append(f"| {row['kill']} | {row['after']:.1f} | {numbers} | {'yes' if row['saving'] else ''} |")
    return "\n".join([*lines, "", "Made by `python benchmarks/resilience/faults.py`.", ""])


if __name__ == "__main__":
    sys.exit(main())
