"""What the doctor says of healthy runs, and of spoiled ones.

    python benchmarks/quality/doctor.py --data FOLDER                # trains all that are not recorded yet (hours)
    python benchmarks/quality/doctor.py --data FOLDER --replay-only  # the rules of today on what has been recorded

Writes `results/doctor.json` and `results/doctor.md`; benchmarks/README.md says what is asked of which run.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import report
from benchmarks.common.command import run
from benchmarks.common.program import UserError, unknown
from benchmarks.common.workers import environment

NOT_FINITE = 3  # the exit code
DATA = {
    "mnist": ("mnist", "--data-dir", "{data}/tfds"),
    "cifar10": ("folder:{data}/cifar10_6k/train",),
    "flowers": ("folder:{data}/flowers64",),
    "faces": ("folder:{data}/faces_caltech101",),
    "avatars": ("avatars",),
}
SMALL = ("--image-size", "16", "--batch-size", "32")
NARROW = (*SMALL, "--model.generator-channels", "32", "--model.discriminator-channels", "16")
NARROW_32 = ("--batch-size", "32", "--model.generator-channels", "16", "--model.discriminator-channels", "16")
WIDER_32 = ("--model.generator-channels", "32", "--model.discriminator-channels", "32")


@dataclass(frozen=True)
class Trained:
    """One run: what it is trained on and how, how it is spoiled, and which findings name that; healthy: none."""

    variant: str
    data: str
    steps: int
    options: tuple = NARROW
    spoil: str | None = None
    named: tuple = ()


HEALTHY = {
    "sngan-cifar": Trained("sngan", "cifar10", 1200, WIDER_32),
    "dcgan-mnist": Trained("dcgan", "mnist", 1200, WIDER_32),
    "wgan_gp-avatars": Trained("wgan_gp", "avatars", 450, NARROW_32),
    "r3gan-flowers": Trained("r3gan", "flowers", 1200, SMALL),
    "cgan-mnist": Trained("cgan", "mnist", 1500),
    "gan-mnist": Trained("gan", "mnist", 2000, ()),
    "lsgan-faces": Trained("lsgan", "faces", 1100),
    "dragan-avatars": Trained("dragan", "avatars", 1000, NARROW_32),
    "acgan-mnist": Trained("acgan", "mnist", 1200),
    "began-faces": Trained("began", "faces", 1500, SMALL[:2]),
    "wgan-mnist": Trained("wgan", "mnist", 500),
    "dcgan-cifar": Trained("dcgan", "cifar10", 1000, NARROW_32),
    "dcgan-avatars": Trained("dcgan", "avatars", 1000, NARROW_32),
    "sngan-flowers": Trained("sngan", "flowers", 1100),
    "lsgan-mnist": Trained("lsgan", "mnist", 1100),
    "cgan-avatars": Trained("cgan", "avatars", 1000, NARROW_32),
    "wgan_gp-cifar": Trained("wgan_gp", "cifar10", 500),
    "dcgan-faces": Trained("dcgan", "faces", 1100),
    "r3gan-mnist": Trained("r3gan", "mnist", 1200, SMALL),
    "sngan-cifar16": Trained("sngan", "cifar10", 1100),
    "fast-dcgan-mnist": Trained("dcgan", "mnist", 700, (*NARROW, "--model.generator-learning-rate", "0.05")),
}
QUICK = ("--model.generator-learning-rate", "1e-3", "--model.discriminator-learning-rate", "1e-3")
STALLED = ("discriminator_too_strong", "collapse", "partial_collapse")
SLOW_GENERATOR = ("--model.generator-learning-rate", "2e-6")
NO_GENERATOR = (*NARROW, "--model.generator-learning-rate", "1e-9")
SPOILED = {
    "frozen-d-dcgan-avatars": Trained(
        *("dcgan", "avatars", 900, (*NARROW_32, "--model.discriminator-learning-rate", "1e-9")),
        named=("discriminator_too_weak", "collapse"),
    ),
    "strong-d-dcgan-mnist": Trained(
        *("dcgan", "mnist", 700, (*NARROW, "--model.discriminator-learning-rate", "2e-3", *SLOW_GENERATOR)),
        named=("discriminator_too_strong",),
    ),
    "twenty-gan-mnist": Trained("gan", "mnist", 8000, SMALL, "twenty", ("memorisation",)),
    "dropped-dcgan-mnist": Trained("dcgan", "mnist", 1100, NARROW, "classes_dropped", ("partial_collapse",)),
    "frozen-g-dcgan-cifar": Trained("dcgan", "cifar10", 700, NO_GENERATOR, named=STALLED),
    "frozen-g-wgan_gp-mnist": Trained("wgan_gp", "mnist", 600, NO_GENERATOR, named=STALLED),
    "one-class-sngan-mnist": Trained(
        "sngan", "mnist", 1100, (*NARROW, "--model.unconditional"), "one_class", ("partial_collapse",)
    ),
    "nan-lsgan-mnist": Trained(
        "lsgan", "mnist", 300, (*NARROW, "--model.discriminator-learning-rate", "1e30"), named=("not_finite",)
    ),
    "one-class-dcgan-avatars": Trained(
        "dcgan", "avatars", 2500, (*NARROW_32, *QUICK), "one_class", ("partial_collapse",)
    ),
    "frozen-g-gan-mnist": Trained(
        *("gan", "mnist", 1500, (*SMALL[:2], *NO_GENERATOR[-2:])),
        named=STALLED,
    ),
}
RUNS = HEALTHY | SPOILED


@dataclass(frozen=True)
class Options:
    """Trains healthy and spoiled runs, records them, and asks what the doctor says of them."""

    data: str
    """Folder that holds cifar10_6k, flowers64, faces_caltech101, and tfds with MNIST."""
    recordings: str = "tensorboard_logs/doctor"
    """Folder of what has been recorded; a run that is there is not trained again."""
    runs: tuple[str, ...] = ()
    """Which runs; default: all."""
    replay_only: bool = False
    """Leave out what is not recorded."""
    out_dir: str = str(report.RESULTS)
    """Where the results go."""


def benchmark(options):
    """Trains what is wanting, replays all, and writes the report."""
    for name in options.runs:
        if name not in RUNS:
            raise unknown("run", name, RUNS)
    rows, folder = [], Path(options.recordings)
    folder.mkdir(parents=True, exist_ok=True)
    for name in options.runs or RUNS:
        if not options.replay_only and not (folder / name / "health.json").exists():
            _work("record", name, options)
        findings = _findings(name, options)
        if findings is not None:
            rows.append(_row(name, findings))
            print(f"{name}: {rows[-1]['verdict']}", flush=True)
    if not rows:
        raise UserError(f"nothing has been recorded in {folder}: leave out --replay-only.")
    report.publish("doctor", _markdown(rows), {"machine": report.machine(), "runs": rows}, options.out_dir)


def _findings(name, options):
    """What the doctor of today finds in what has been recorded; None if nothing is."""
    folder = Path(options.recordings)
    if (folder / f"{name}.json").exists():
        with tempfile.TemporaryDirectory() as logs:
            _work("replay", name, options, logs)
            return _read(Path(logs) / name)
    return _read(folder / name) if (folder / name / "health.json").exists() else None  # ended before it was examined


def _read(run_folder):
    with open(run_folder / "health.json", encoding="utf-8") as file:
        return json.load(file)["findings"]


def _work(role, name, options, logs=None):
    trained, folder = RUNS[name], Path(options.recordings)
    dataset = [part.format(data=options.data) for part in DATA[trained.data]]
    often = ("--snapshot-every", str(10**6), "--checkpoint-every", str(10**6))
    where = ("--log-dir", str(logs or folder), "--run-name", name, "--export")
    arguments = ["--variant", trained.variant, "--steps", str(trained.steps), "--dataset", *dataset, *often, *where]
    given = {"role": role, "path": str(folder / name), "arguments": [*arguments, *trained.options]}
    command = [sys.executable, "-m", "benchmarks.quality.doctor_worker", json.dumps({**given, "spoil": trained.spoil})]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode not in (0, NOT_FINITE) and not (role == "replay" and done.returncode == 1):
        raise RuntimeError(f"{name} ended with {done.returncode}:\n{done.stderr[-4000:]}")


def _row(name, findings):
    """What was found in a run, and whether that is right."""
    signals = [finding["signal"] for finding in findings]
    contradicted = [finding["signal"] for finding in findings if finding.get("passed") is not None]
    if name in SPOILED:
        verdict = "named" if set(signals) & set(SPOILED[name].named) else "missed"
    else:
        verdict = "contradicted" if contradicted else "stands" if signals else "nothing found"
    known = ("signal", "step", "saw", "passed")
    return {"run": name, "verdict": verdict, "findings": [{key: each.get(key) for key in known} for each in findings]}


def _markdown(rows):
    sections = []
    for title, runs in (("Healthy runs", HEALTHY), ("Spoiled runs", SPOILED)):
        own = [row for row in rows if row["run"] in runs]
        lines = [[row["run"], str(runs[row["run"]].steps), _said(row), row["verdict"]] for row in own]
        sections += [f"## {title}", report.table(["run", "steps", "found", "verdict"], lines)]
    return report.document("quality/doctor.py", "# What the doctor says", *sections, LEGEND)


def _said(row):
    return "; ".join(f"{each['signal'].replace('_', ' ')} at {each['step']:,}" for each in row["findings"]) or "–"


LEGEND = """\
A finding in a healthy run is contradicted if it has passed by the run's end, and stands if what it says is still
measured there. A spoiled run is named if one of the findings that say what was done to it is among those found.

Some helped to find the rules, and are no evidence of their own: sngan-cifar, dcgan-mnist, fast-dcgan-mnist,
frozen-g-dcgan-cifar, wgan_gp-cifar and sngan-cifar16."""


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
