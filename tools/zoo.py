"""Trains the models of `export/zoo/` that are missing there, and puts the small files of each into a folder.

    python tools/zoo.py [NAME …] [--list] [--again] [--data-dir FOLDER]

A model that was made by the command that the table says is left alone; `--again` trains it anew. A training that was
interrupted goes on. Runs and exports lie where those of `train.py` do, as `zoo-NAME-…`.
"""

import argparse
import hashlib
import json
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
ZOO = ROOT / "export" / "zoo"
COMMAND = "command.txt"  # by what a model was made; written last
SAMPLES = "samples.png"
KEPT = ("*.tflite", "manifest.json", "MODEL_CARD.md", SAMPLES, "fields.npz")
MOST_BYTES, MOST_BYTES_IN_ALL = 1_500_000, 24_000_000


@dataclass(frozen=True)
class Model:
    """How one model of the zoo is trained."""

    variant: str
    dataset: str = "avatars"
    image_size: int = 64
    minutes: int = 10

    @property
    def command(self):
        """The command that makes it, but for where things lie."""
        words = ["--variant", self.variant, "--preset", "laptop", "--dataset", self.dataset]
        words += ["--image-size", self.image_size, "--minutes", self.minutes, "--seed", 0]
        return shlex.join(["python", "train.py", *map(str, words)])


# The weaker ones at half the size.
MODELS = {
    "acgan-avatars": Model("acgan"),
    "acgan-mnist": Model("acgan", "mnist", 32),
    "began-avatars": Model("began", image_size=32),
    "cgan-avatars": Model("cgan"),
    "cgan-mnist": Model("cgan", "mnist", 32),
    "dcgan-avatars": Model("dcgan"),
    "dragan-avatars": Model("dragan"),
    "gan-avatars": Model("gan", image_size=32),
    "lsgan-avatars": Model("lsgan"),
    "r3gan-avatars": Model("r3gan"),
    "sngan-avatars": Model("sngan"),
    "sngan-mnist": Model("sngan", "mnist", 32),
    "wgan-avatars": Model("wgan", image_size=32),
    "wgan_gp-avatars": Model("wgan_gp"),
}


class ZooError(Exception):
    """Why a model cannot be put into the zoo, in one line."""


def is_made(name, command, zoo=ZOO):
    """Whether the zoo has a model that this command has made."""
    file = zoo / name / COMMAND
    return file.is_file() and file.read_text(encoding="utf-8").strip() == command


def make(name, command, data_dir=None, again=False):
    """Trains a model, or goes on with its training, and puts it into the zoo; `again` forgets what was trained."""
    # Another command is another run.
    run = f"zoo-{name}-{hashlib.sha256(command.encode()).hexdigest()[:6]}"
    exports = ROOT / "export" / "models" / run
    if again:
        for folder in (ROOT / "tensorboard_logs" / run, exports):
            shutil.rmtree(folder, ignore_errors=True)
    if not any(exports.glob("*/manifest.json")):
        _train(run, command, data_dir)
    put(max(exports.glob("*/manifest.json"), key=lambda path: int(path.parent.name)).parent, name, command)


def _train(run, command, data_dir):
    begun = (ROOT / "tensorboard_logs" / run / "config.json").is_file()
    words = ["train.py", "--resume", run] if begun else [*shlex.split(command)[1:], "--run-name", run]
    words += ["--export", "tflite", "--tflite", "float16"]
    words += ["--data-dir", data_dir] if data_dir else []
    if code := subprocess.run([sys.executable, *words], cwd=ROOT, check=False).returncode:
        raise ZooError(f"its training ended with exit code {code}")


def put(export, name, command, zoo=ZOO):
    """Copies the small files of an export into the zoo; raises `ZooError` if they are too large."""
    files = sorted(path for pattern in KEPT for path in export.glob(pattern))
    networks = [path for path in files if path.suffix == ".tflite"]
    if not networks:
        raise ZooError(f"{export} has no .tflite file")
    for path in networks:
        if path.stat().st_size > MOST_BYTES:
            raise ZooError(f"{path.name} has {path.stat().st_size:,} bytes, more than {MOST_BYTES:,}")
    shutil.rmtree(zoo / name, ignore_errors=True)
    (zoo / name).mkdir(parents=True)
    for path in files:
        shutil.copyfile(path, zoo / name / path.name)
    _shrink_samples(zoo / name)
    (zoo / name / COMMAND).write_text(f"{command}\n", encoding="utf-8")


def _shrink_samples(folder):
    """Brings the samples to 256 colours, and takes them out of what manifest and card say the export's files are."""
    with Image.open(folder / SAMPLES) as picture:
        small = picture.quantize(256, dither=Image.Dither.NONE) if picture.mode == "RGB" else picture.copy()
    small.save(folder / SAMPLES, optimize=True)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del manifest["files"][SAMPLES]
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8").splitlines()
    kept = [line for line in card if not line.startswith(f"| `{SAMPLES}` |")]
    (folder / "MODEL_CARD.md").write_text("\n".join(kept) + "\n", encoding="utf-8")


def main():
    """The command line: 0 when all are there, 1 if some could not be made, 2 for names that there are not."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="which; default: all")
    parser.add_argument("--list", action="store_true", help="say what there is and what is missing, and do nothing")
    parser.add_argument("--again", action="store_true", help="also those that are there, from the first step on")
    parser.add_argument("--data-dir", help="where tensorflow-datasets keeps prepared data")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in MODELS]:
        parser.error(f"there is no model {unknown[0]!r}: choose from {', '.join(MODELS)}")
    failed = 0
    for name in options.names or MODELS:
        command = MODELS[name].command
        made = is_made(name, command)
        if options.list:
            print(f"{name:<16} {'there  ' if made else 'missing'}  {command}")
        elif options.again or not made:
            print(f"{name}: {command}", flush=True)
            try:
                make(name, command, options.data_dir, options.again)
            except ZooError as error:
                print(f"error: {name}: {error}", file=sys.stderr)
                failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
