"""Quality of every variant: MNIST at 32 px, the same training time each, samples scored by one judge.

    python benchmarks/quality/quality.py

Writes `quality.md`, `quality.json`, and in `quality/` one file per finished row and one grid of samples per variant;
benchmarks/README.md says what is measured and how. Finished rows are kept, so that an interrupted table goes on
where it stopped. This process imports no TensorFlow: Linux counts a parent's memory as its children's.
"""

import json
import os
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import report
from benchmarks.common.command import run
from benchmarks.common.program import UserError, config, data, image_variants, registry
from benchmarks.common.report import machine
from benchmarks.common.workers import ROOT, Worker
from benchmarks.quality.quality_table import markdown
from benchmarks.quality.sources import code_hash, variant_hash

PROTOCOL = 2  # raise it when rows from before a change no longer belong beside rows from after it
IMAGE_SIZE = 32
SAMPLES = 10_000
DECISIVE = ("cpu", "threads", "bfloat16_instructions")  # of a machine: rows of another do not compare
FORMULAS = ("benchmarks/quality/judge.py", "keras_gan/metrics/fid.py", "keras_gan/metrics/neighbours.py")
CACHE = ROOT / "benchmarks" / "cache"


@dataclass(frozen=True)
class Options:
    """Trains every variant on MNIST at 32 px for the same time and scores its samples."""

    minutes: float = 8.0
    """Training time of each row: it takes as many steps as its pace says, and its schedules are made for these."""
    variants: tuple[str, ...] = ()
    """Which variants to train; default: all. The table has every finished row in any case."""
    seeds: tuple[int, ...] = (0,)
    """Seeds to train each variant with; of several, the table has means and standard deviations."""
    data_dir: str | None = None
    """Where tensorflow-datasets keeps MNIST; default: $TFDS_DATA_DIR, then ~/tensorflow_datasets."""
    force: bool = False
    """Train finished rows again."""
    keep_stale: bool = False
    """Mark rows whose code, machine or judge is another now, instead of training them again."""
    out_dir: str | None = None
    """Where the results go; default: benchmarks/results, or nowhere with --quick."""
    quick: bool = False
    """Seconds instead of minutes, 1,000 samples, a judge that has learned little: shows that everything runs."""


def benchmark(options):
    """Trains what is missing, and writes the table; returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="quality-") as scratch:
        return Bench(options, Path(scratch)).run()


class Bench:
    """One call of the benchmark: trains and scores those of the rows asked for that are not finished.

    A row is one JSON file: variant, seed, minutes; what decides whether it is stale (`protocol`, `sources`,
    `machine`, `judge`); `training` and `scores`; and the name of the file of its samples in the cache.
    """

    def __init__(self, options, scratch):
        if not options.minutes > 0 or min(options.seeds, default=-1) < 0:
            raise UserError("--minutes must be above 0, and --seeds whole numbers of at least 0.")
        self.options = options
        self.data_dir = str(Path(options.data_dir).expanduser().absolute()) if options.data_dir else None
        data.check_available(config.DataOptions(dataset="mnist", data_dir=self.data_dir))
        self.variants = [registry.resolve(name) for name in options.variants] or image_variants("sample")
        self.out = Path(options.out_dir or (scratch if options.quick else report.RESULTS)).absolute()
        self.cache = scratch / "cache" if options.quick else CACHE
        self.minutes = options.minutes / (60 if options.quick else 1)
        self.machine = machine()
        self.failed = {}
        others = {row["minutes"] for row in self.rows()} - {self.minutes}
        if others:
            raise UserError(f"{self.out} has rows of {min(others):g} minutes: choose another --out-dir for others.")

    def run(self):
        """Returns the exit code: 0, 1 if a variant failed, 130 if interrupted."""
        tasks = [(variant, seed) for seed in self.options.seeds for variant in self.variants]
        try:
            with self.start_judge() as judge:
                for number, (variant, seed) in enumerate(tasks, 1):
                    say(f"[{number}/{len(tasks)}] {variant}, seed {seed}: ")
                    say(self.finish(judge, variant, seed) + "\n")
                    text = self.write()
        except KeyboardInterrupt:
            print("\ninterrupted: finished rows are kept, the same command goes on.", file=sys.stderr)
            return 130
        print(text if self.options.quick else f"written: {self.out / 'quality.md'}")
        return 1 if self.failed else 0

    def start_judge(self):
        """The worker that scores; it learns its trade first, if that has not been done yet."""
        say("judge: loading it, or training it for a minute or two … ")
        worker = Worker(
            "benchmarks.quality.quality_worker", role="judge", data_dir=self.data_dir, quick=self.options.quick
        )
        self.judge = worker.ask("facts")
        del self.judge["peak_bytes"]
        # Its weights and its formulas: what a score depends on.
        self.judge["identity"] += "-" + code_hash([ROOT / path for path in FORMULAS])
        say(f"recognises {self.judge['accuracy']:.2%} of the test images\n")
        return worker

    def finish(self, judge, variant, seed):
        """Trains or scores one row as far as it needs it; returns what there is to say of it."""
        row = self.read(variant, seed)
        if row and not self.options.force and (self.options.keep_stale or not self.outdated(row)):
            misjudged = row["judge"] not in (None, self.judge["identity"])
            if misjudged and self.samples(row).exists():
                return "scored again: " + self.score(judge, row)
            if self.options.keep_stale or not misjudged:
                return f"kept, {self.stale(row) or 'up to date'}"
        try:
            new = self.train(variant, seed)
        except RuntimeError as error:
            self.failed[variant] = str(error).strip().rpartition("\n")[2]
            return f"failed: {error}"
        if row:
            self.samples(row).unlink(missing_ok=True)
        if not new["training"]["finite"]:
            self.save({**new, "judge": None, "scores": None})
            return f"diverged after {new['training']['steps']:,} steps"
        return self.score(judge, new)

    def train(self, variant, seed):
        """Trains one variant in a process of its own and draws its samples; returns its row, not scored yet.

        As `train.py` does it, for which the number of steps must be known before: another process finds the pace.
        """
        seconds = self.minutes * 60
        say(f"training until about {time.strftime('%H:%M:%S', time.localtime(time.time() + seconds + 10))} … ")
        row = {
            "variant": variant,
            "seed": seed,
            "minutes": self.minutes,
            "batch_size": config.defaults(variant)["batch_size"],
            "protocol": PROTOCOL,
            "sources": variant_hash(variant),
            "machine": machine(),
            "samples": f"{variant}-seed{seed}-{uuid.uuid4().hex[:8]}.npz",
        }
        self.samples(row).parent.mkdir(parents=True, exist_ok=True)
        options = {"variant": variant, "seed": seed, "dataset": "mnist", "data_dir": self.data_dir}
        options |= {"image_size": IMAGE_SIZE, "batch_size": row["batch_size"]}
        with Worker("benchmarks.quality.quality_worker", role="train", **options) as worker:
            steps = worker.ask("pace", minutes=self.minutes)["steps"]
        with Worker("benchmarks.quality.quality_worker", role="train", steps=steps, **options) as worker:
            # Memory as of here: that of the training, without the samples.
            row["training"] = worker.ask("train")
            if row["training"]["finite"]:
                drawn = worker.ask("sample", count=self.count, path=str(self.samples(row)), grid=self.grid(row))
                row["training"]["finite"] = drawn["finite"]
        return row

    def score(self, judge, row):
        """Scores one row and saves it; returns what there is to say of it."""
        scores = judge.ask("score", path=str(self.samples(row)), num_classes=row["training"]["num_classes"])
        del scores["peak_bytes"]  # the judge's own
        self.save({**row, "judge": self.judge["identity"], "scores": scores})
        return f"{row['training']['steps']:,} steps, FID {scores['fid']:.2f}, recall {scores['recall']:.3f}"

    @property
    def count(self):
        """Samples of each row."""
        return SAMPLES // 10 if self.options.quick else SAMPLES

    # --- Rows on disk ---------------------------------------------------------------------------------------------

    def samples(self, row):
        """The file of a row's samples; there is none in a fresh clone."""
        return self.cache / "samples" / row["samples"]

    def grid(self, row):
        """Where the picture of a variant goes, or None for all seeds but the least."""
        seeds = [other["seed"] for other in self.rows() if other["variant"] == row["variant"]]
        return str(self.out / "quality" / f"{row['variant']}.png") if row["seed"] <= min(seeds, default=2**31) else None

    def path(self, variant, seed):
        """The file of a row."""
        return self.out / "quality" / f"{variant}-seed{seed}.json"

    def read(self, variant, seed):
        """The finished row, or None."""
        path = self.path(variant, seed)
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def rows(self):
        """All finished rows of variants that there still are, by variant and seed."""
        paths = (self.out / "quality").glob("*-seed*.json")
        rows = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
        rows = [row for row in rows if row["variant"] in image_variants("sample")]
        return sorted(rows, key=lambda row: (row["variant"], row["seed"]))

    def save(self, row):
        """Writes one row, whole or not at all."""
        path = self.path(row["variant"], row["seed"])
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(row, indent=2) + "\n", encoding="utf-8")
        os.replace(temporary, path)

    def outdated(self, row):
        """Why a row's training no longer belongs beside others, in a few words; empty if it does."""
        reasons = {
            "trained under an older protocol": row["protocol"] != PROTOCOL,
            "its code has changed since": row["sources"] != variant_hash(row["variant"]),
            "trained on another machine": any(row["machine"].get(key) != self.machine.get(key) for key in DECISIVE),
        }
        return ", ".join(reason for reason, holds in reasons.items() if holds)

    def stale(self, row):
        """Why a row is marked in the table; empty if it is not."""
        scored_by_another = row["judge"] not in (None, self.judge["identity"])
        return self.outdated(row) or ("scored by another judge" if scored_by_another else "")

    def write(self):
        """Writes the table and all figures; returns the table."""
        rows = [{**row, "stale": self.stale(row)} for row in self.rows()]
        missing = sorted(set(image_variants("sample")) - {row["variant"] for row in rows})
        result = {
            "minutes": self.minutes,
            "quick": self.options.quick,
            "samples": self.count,
            "machine": self.machine,
            "judge": self.judge,
            "rows": rows,
            "missing": {variant: self.failed.get(variant, "not trained yet") for variant in missing},
        }
        text = report.wrapped(markdown(result))
        report.write(self.out, "quality", text, result)
        return text


def say(text):
    """Prints without ending the line: what comes of it is said minutes later."""
    print(text, end="", flush=True)


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
