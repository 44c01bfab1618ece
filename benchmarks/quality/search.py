"""Searches the options of variants that draw the best digits within some minutes of two cores: their `laptop` presets.

    python benchmarks/quality/search.py --data-dir FOLDER                       # every candidate, seed 0 (many hours)
    python benchmarks/quality/search.py --variants dcgan lsgan --seeds 0 1 2    # the final choice

Every candidate trains for as many steps as fit into the same time by its pace, on five sixths of MNIST's training
images, and is judged by the others: the test images, by which the tables report, are not looked at. Writes one file a
row into `search/`, and `search.md`; rows that are there are kept, so the same command goes on.
"""

import hashlib
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import report
from benchmarks.common.command import run
from benchmarks.common.program import config, data, registry
from benchmarks.common.workers import Worker
from benchmarks.quality.search_space import SPACE

WORKER = "benchmarks.quality.search_worker"
SAMPLES = 10_000
OF_RUN = ("batch_size", "precision", "steps_per_execution", "augment")  # options of a candidate that are the run's


@dataclass(frozen=True)
class Options:
    """Trains candidates for the same time each, and judges them by validation images."""

    variants: tuple[str, ...] = ()
    """Whose candidates; default: of all variants that have any."""
    numbers: tuple[int, ...] = ()
    """Which of them, as search.md numbers them; default: all."""
    seeds: tuple[int, ...] = (0,)
    """Each candidate is trained with all of these."""
    minutes: float = 3.0
    """Training time of each, by its pace."""
    pace_only: bool = False
    """Only time the steps of candidates, best while the machine does nothing else."""
    data_dir: str | None = None
    """Where tensorflow-datasets keeps MNIST; default: $TFDS_DATA_DIR, then ~/tensorflow_datasets."""
    out_dir: str = str(report.RESULTS)
    """Where the results go."""


def benchmark(options):
    """Trains what is missing, and writes the table."""
    data.check_available(config.DataOptions(dataset="mnist", data_dir=options.data_dir))
    rows = Path(options.out_dir) / "search"
    rows.mkdir(parents=True, exist_ok=True)
    names = [registry.resolve(name) for name in options.variants] or list(SPACE)
    wanted = [
        (name, number, candidate)
        for name in names
        for number, candidate in enumerate(SPACE[name])
        if not options.numbers or number in options.numbers
    ]
    paces = _paces(wanted, rows / "paces.json", options)
    if not options.pace_only:
        _train_all(wanted, paces, rows, options)
    report.publish("search", _markdown(rows), None, options.out_dir)


# --- The pace -------------------------------------------------------------------------------------------------------


def _paces(wanted, path, options):
    """`{key of a candidate: seconds of a step}`, measured where it is not known yet."""
    paces = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    missing = [(name, candidate) for name, _, candidate in wanted if _key(name, candidate) not in paces]
    if missing:
        with Worker(WORKER, role="pace", **_common(options)) as worker:
            for name, candidate in report.progress(missing, "paces"):
                of_run, model = _parts(name, candidate)
                paces[_key(name, candidate)] = worker.ask("pace", run=of_run, model=model)["seconds"]
                path.write_text(json.dumps(paces, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return paces


def _key(name, candidate):
    return f"{name} {json.dumps(candidate, sort_keys=True)}"


def _common(options):
    return {"dataset": "mnist", "data_dir": options.data_dir, "image_size": 32}


def _parts(name, candidate):
    """The options of the run and those of the variant that a candidate has; what it does not say is no preset's."""
    of_run = {key: value for key, value in candidate.items() if key in OF_RUN}
    model = {key: value for key, value in candidate.items() if key not in OF_RUN}
    return {"variant": name, "preset": registry.NO_PRESET, **of_run}, model


# --- Training -------------------------------------------------------------------------------------------------------


def _train_all(wanted, paces, rows, options):
    tasks = [(*each, seed) for seed in options.seeds for each in wanted]
    missing = [task for task in tasks if not _row_file(rows, task, options).exists()]
    if not missing:
        return
    with Worker(WORKER, role="judge", data_dir=options.data_dir) as judge:
        for task in missing:
            name, number, candidate, seed = task
            steps = round(options.minutes * 60 / paces[_key(name, candidate)])
            found = _train(name, candidate, seed, steps, judge, options)
            row = {"variant": name, "options": candidate, "seed": seed, "minutes": options.minutes, "steps": steps}
            file = _row_file(rows, task, options)
            file.write_text(json.dumps({**row, "validation": found}, indent=1) + "\n", encoding="utf-8")
            fid = f"FID {found['fid']:.2f}, recall {found['recall']:.2f}" if found else "diverged"
            print(f"{name} {number}, seed {seed}, {steps:,} steps: {fid}", flush=True)


def _train(name, candidate, seed, steps, judge, options):
    """The scores of a candidate; None if it diverged."""
    of_run, model = _parts(name, candidate)
    given = {**_common(options), **of_run, "seed": seed, "steps": steps}
    with tempfile.TemporaryDirectory() as scratch:
        path = str(Path(scratch) / "samples.npz")
        with Worker(WORKER, role="train", run=given, model=model) as worker:
            drawn = worker.ask("train", samples=SAMPLES, path=path)
        if not drawn["finite"]:
            return None
        scores = judge.ask("score", path=path, num_classes=drawn["num_classes"])
    del scores["peak_bytes"]
    return scores


def _row_file(rows, task, options):
    name, _, candidate, seed = task
    digest = hashlib.sha256(_key(name, candidate).encode()).hexdigest()[:8]
    return rows / f"{name}-{digest}-{options.minutes:g}min-seed{seed}.json"


# --- The table ------------------------------------------------------------------------------------------------------


def _markdown(rows):
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(rows.glob("*-seed*.json"))]
    sections = []
    for name, candidates in SPACE.items():
        lines = [
            line
            for number, candidate in enumerate(candidates)
            for minutes in sorted({row["minutes"] for row in found})
            if (line := _line(number, candidate, minutes, [row for row in found if row["variant"] == name]))
        ]
        head = ["number", "options", "minutes", "steps", "seeds", "FID", "recall", "precision", "class accuracy"]
        if lines:
            sections += [f"## {name}", report.table(head, sorted(lines, key=lambda line: float(line[5].split()[0])))]
    return report.document("quality/search.py", "# The search for the laptop presets", *sections, LEGEND)


def _line(number, candidate, minutes, rows):
    own = [row for row in rows if row["options"] == candidate and row["minutes"] == minutes]
    if not own:
        return None
    scores = [row["validation"] for row in own if row["validation"]]
    said = " ".join(f"{key.replace('_', '-')}={value}" for key, value in candidate.items()) or "none"

    def mean(name, digits):
        values = [each[name] for each in scores if name in each]
        return f"{np.mean(values):.{digits}f}" if values else ""

    fids = "inf (diverged)" if len(scores) < len(own) else report.mean([each["fid"] for each in scores], ".2f")
    steps, seeds = f"{own[0]['steps']:,}", ", ".join(str(row["seed"]) for row in own)
    tail = [mean("recall", 3), mean("precision", 3), mean("class_accuracy", 3)]
    return [str(number), said, f"{minutes:g}", steps, seeds, fids, *tail]


LEGEND = """\
FID, recall and precision are those of `quality/judge.py`, between 10,000 samples and 10,000 training images that
neither the candidate nor the judge has seen. Options that are not named are the defaults of the variant's `Config`."""


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
