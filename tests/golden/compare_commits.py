"""Compares this checkout with another commit, to the bit: what both train, resume, draw and score on this machine.

    python tests/golden/compare_commits.py --against main
    python tests/golden/compare_commits.py --against ../other-checkout --variants dcgan cyclegan

Prints a table and exits with 1 if anything differs. It knows the two by their command lines and files alone.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import tyro
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = Path(__file__).parent / "files" / "options"
VARIANTS = tuple(sorted(path.stem for path in OPTIONS.glob("*.json")))
TASKS = {"pix2pix": "paired", "cyclegan": "unpaired"}
RESUMED = dict.fromkeys(("cgan", "cyclegan", "srgan", "inpaint", "began"), ()) | {"dcgan": ("--augment", "ada")}
STEPS = {"srgan": 2}  # its discriminator rests in the first one
TRANSLATING = ("pix2pix", "denoise")
SAMPLING = ("dcgan", "cgan")


@dataclass(frozen=True)
class Options:
    """Compares this checkout with another commit, to the bit."""

    against: str
    """A commit of this repository, or the folder of a checkout."""
    variants: tuple[str, ...] = VARIANTS
    """Which variants."""


class Failed(Exception):
    """A command of one of the two did not end well."""


def main():
    """Runs everything and prints the table; returns 0 if nothing differs."""
    options = tyro.cli(Options)
    with tempfile.TemporaryDirectory(prefix="compare-") as folder, checkout(options.against, Path(folder)) as other:
        rows = list(compared(Comparison(other, Path(folder)), options.variants))
    different = [row for row in rows if row[2]]
    print(f"\n{len(rows)} comparisons, {len(different)} with differences")
    for name, check, found in different:
        print(f"{name} {check}:\n  " + "\n  ".join(found[:20]))
    return 1 if different else 0


def compared(bench, variants):
    """Makes all comparisons; gives `(variant, check, what differs)` of each as it is done."""
    checks = [
        ("weights after a step", bench.weights, variants),
        ("resumed by this one", bench.resumed, RESUMED),
        ("samples of a model", bench.samples, SAMPLING),
        ("scores of a model", bench.scores, SAMPLING),
        ("translations of a model", bench.translations, TRANSLATING),
    ]
    for check, compare, able in checks:
        for name in (name for name in variants if name in able):
            try:
                found = compare(name)
            except Failed as error:
                found = [str(error)]
            print(f"{name:<10} {check:<26} {'DIFFERENT' if found else 'equal'}", flush=True)
            yield name, check, found


class Comparison:
    """Another checkout and this one, and a folder for what they write."""

    def __init__(self, other, folder):
        self.other, self.folder = other, folder

    def weights(self, name):
        """What differs in the checkpoints of the same first step."""
        old, new = (self.train(who, name, "step", STEPS.get(name, 1)) for who in (self.other, ROOT))
        return differences(weights(old), weights(new))

    def resumed(self, name):
        """What differs if the other trains four steps, or two of them and this one the rest."""
        whole = self.train(self.other, name, "resumed", 4, "--checkpoint-every", "2", *RESUMED[name])
        half = whole.parent / "half"
        shutil.copytree(whole, half)
        shutil.rmtree(half / "checkpoints" / "step-000000004")
        shown = call(ROOT, "train.py", "--resume", half)
        if "at step 2" not in shown:
            return ["it did not resume at step 2"]
        return differences(weights(whole), weights(half))

    def samples(self, name):
        """What differs in pictures that both draw by the other's model."""
        draw = ("sample", "--model", self.model(name), "--seed", 5, "--count", 6, "--out")
        return self.by_both(f"{name}-samples/", *draw)

    def translations(self, name):
        """What differs in pictures that both translate by the other's model."""
        self.data_set(name)
        given = self.folder / "pictures" / TASKS.get(name, "single")
        return self.by_both(f"{name}-translated/", "translate", "--model", self.model(name), "--input", given, "--out")

    def scores(self, name):
        """What differs in the scores that both give the other's model."""
        asked = ("--metrics", "kid", "--features", "random", "--samples", 24, "--reference", self.data_set("dcgan"))
        return self.by_both(f"{name}-scores.json", "evaluate", "--model", self.model(name), *asked, "--out")

    def by_both(self, out, *arguments):
        """Has both checkouts write to `out`; returns what differs."""
        written = []
        for who, where in ((self.other, "other"), (ROOT, "this")):
            call(who, "-m", "keras_gan", *arguments, f"{self.folder / where}/{out}")
            written.append(contents(self.folder / where / out))
        return differences(*written) if written[0] else ["nothing was written"]

    def model(self, name):
        """The folder of a model that the other checkout has exported."""
        folder = self.folder / "models" / name / "1"
        if not folder.exists():
            self.train(self.other, name, "exported", 2, "--run-name", name, "--export", "saved_model")
        return folder

    def train(self, who, name, purpose, steps, *further):
        """Trains by the command line of a checkout; returns the folder of the run."""
        logs = self.folder / f"{purpose}-{name}-{'this' if who is ROOT else 'other'}"
        values = json.loads((OPTIONS / f"{name}.json").read_text(encoding="utf-8"))
        values |= {"dataset": self.data_set(name), "image_size": 16, "batch_size": 4, "steps": steps, "seed": 3}
        values |= {"run_name": "run", "metrics": [], "export": []}
        values |= {"log_dir": str(logs), "export_dir": str(self.folder / "models")}
        config = self.folder / "config.json"
        config.write_text(json.dumps(values), encoding="utf-8")
        call(who, "train.py", "--config", config, *further)
        return next(path.parent for path in logs.glob("*/checkpoints"))

    def data_set(self, name):
        """Makes pictures of random pixels that a variant can be trained on; returns the data set's name."""
        task = TASKS.get(name, "single")
        folder = self.folder / "pictures" / task
        if not folder.exists():
            rng = np.random.default_rng(0)
            for kind in {"paired": ("",), "unpaired": ("trainA", "trainB"), "single": ("a", "b", "c")}[task]:
                (folder / kind).mkdir(parents=True, exist_ok=True)
                for index in range(8):
                    shape = (16, 32 if task == "paired" else 16, 3)
                    Image.fromarray(rng.integers(0, 256, shape, np.uint8)).save(folder / kind / f"{index}.png")
        return f"{'folder' if task == 'single' else task}:{folder}"


@contextmanager
def checkout(against, folder):
    """The folder of a checkout: the given one, or a new one of a commit."""
    if Path(against).is_dir():
        yield Path(against).resolve()
        return
    tree = folder / "other-commit"
    git = ["git", "-C", str(ROOT), "worktree"]
    subprocess.run([*git, "add", "--quiet", "--detach", str(tree), against], check=True)
    try:
        yield tree
    finally:
        subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def call(who, *arguments):
    """Runs Python in a checkout, with that package; returns what it printed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, *map(str, arguments)]
    result = subprocess.run(command, cwd=who, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        raise Failed(f"{who}: {' '.join(command)}\n{result.stderr[-2000:]}")
    return result.stdout


def weights(run):
    """All arrays of a run's last checkpoint, as type, shape and bytes."""
    found = {}
    last = max((run / "checkpoints").glob("step-*"))

    def note(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = (str(item.dtype), item.shape, item[()].tobytes())

    with h5py.File(last / "model.weights.h5") as file:
        file.visititems(note)
    return {f"{last.name} {name}": value for name, value in found.items()}


def contents(path):
    """A file's bytes, or those of all files below a folder, by name."""
    if path.is_file():
        return {path.name: path.read_bytes()}
    return {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


def differences(old, new):
    """Names that one of two mappings alone has, or with another value."""
    return [
        f"{name}: {'missing' if name not in new else 'new' if name not in old else 'different'}"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]


if __name__ == "__main__":
    sys.exit(main())
