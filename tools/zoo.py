"""Trains the models of `export/zoo/` that are missing there, puts the small files of each into a folder, and writes
the page that shows them all, `docs/gallery.md`.

    python tools/zoo.py [NAME …] [--list] [--again] [--data-dir FOLDER]

A model that was made by the command that the table says is left alone; `--again` trains it anew. A training that was
interrupted goes on. Runs and exports lie where those of `train.py` do, as `zoo-NAME-…`. Of a network that is too large
to come with the project, the folder has but the picture and the papers.
"""

import argparse
import hashlib
import json
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import soundfile
from PIL import Image, ImageSequence

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from keras_gan import registry
from tools import gallery
from tools.gallery import ROOT, SAMPLES, SCORES, ZOO

COMMAND = "command.txt"  # by what a model was made; written last
DIRECTIONS = "directions.json"
SCORED_SAMPLES = 2000
KEPT = ("*.tflite", "manifest.json", "MODEL_CARD.md", *SAMPLES, SCORES, DIRECTIONS, "fields.npz")
LEFT_OUT = "*-controlled*"  # the same networks once more
HEARD_SECONDS = 10
MOST_BYTES, MOST_BYTES_IN_ALL = 3 << 19, 24_000_000  # 1.5 MiB


@dataclass(frozen=True)
class Model:
    """How one model of the zoo is trained."""

    variant: str
    dataset: str = "avatars"
    image_size: int | None = 64
    minutes: int = 5
    steps: int | None = None  # in place of minutes
    options: tuple = ()  # beside those of the preset, for a file that is small enough
    score: str | None = "fid"  # one that compares models of the same data, if there is one

    @property
    def command(self):
        """The command that makes it, but for where things lie."""
        words = ["--variant", self.variant]
        words += ["--preset", "laptop"] if "laptop" in registry.presets(self.variant) else []
        words += ["--dataset", self.dataset]
        words += ["--image-size", self.image_size] if self.image_size else []
        words += ["--steps", self.steps] if self.steps else ["--minutes", self.minutes]
        words += [*self.options, "--seed", 0]
        return shlex.join(["python", "train.py", *map(str, words)])


IMAGES = (
    *("acgan", "began", "cgan", "dcgan", "dragan", "gan", "lsgan", "progan", "r3gan", "sngan", "stylegan"),
    *("wgan", "wgan_gp"),
)
_MODELS = (
    *(Model(variant) for variant in IMAGES),
    Model("stylegan2", steps=10000),  # ten minutes: the one that people see first
    Model("cgan", dataset="mnist", image_size=32, minutes=3),  # the others are in the table of quality
    Model("specgan", dataset="tones", image_size=None),
    Model("wavegan", dataset="tones", image_size=None, steps=6000),  # after five minutes all classes are one buzz
    Model("motiongan", dataset="walker", image_size=None, options=("--model.generator-channels", 128)),
    Model("mocogan", dataset="moving_avatars", image_size=None, steps=2200),
    *(Model(variant, dataset="captions", image_size=None, score="reverse-nll") for variant in ("textgan", "seqgan")),
    Model("dfgan", dataset="captions"),
    Model("cartoonise"),
    Model("style_transfer", score=None),
)
MODELS = {f"{model.variant}-{model.dataset}": model for model in _MODELS}


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
    export = max(exports.glob("*/manifest.json"), key=lambda path: int(path.parent.name)).parent
    if score := MODELS[name].score:
        _score(export, score, data_dir)
    if "mapping" in json.loads((export / "manifest.json").read_text(encoding="utf-8"))["fields"]:
        _find_directions(run, export)
    put(export, name, command)


def _train(run, command, data_dir):
    wanted = ["--export", "tflite", "--tflite", "float16"]
    folder = ROOT / "tensorboard_logs" / run
    begun = (folder / "config.json").is_file()
    if begun and _is_trained(folder):  # and its export has failed
        _call("export", ["-m", "keras_gan", "export", "--run", run, *wanted])
        return
    words = ["train.py", "--resume", run] if begun else [*shlex.split(command)[1:], "--run-name", run]
    words += ["--data-dir", data_dir] if data_dir else []
    _call("training", [*words, *wanted])


def _is_trained(folder):
    """Whether a run has the checkpoint of its last step."""
    steps = json.loads((folder / "config.json").read_text(encoding="utf-8"))["steps"]
    return (folder / "checkpoints" / f"step-{steps or 0:09d}" / "manifest.json").is_file()


def _find_directions(run, export):
    """Puts the directions of a style-based model into its export; they are found by signatures of a SavedModel."""
    with tempfile.TemporaryDirectory() as scratch:
        words = ["--run", run, "--export", "saved_model", "--export-dir", scratch]
        _call("export", ["-m", "keras_gan", "export", *words])
        model = Path(scratch) / run / "1"
        _call("search for directions", ["-m", "keras_gan", "directions", "--model", model])
        shutil.copyfile(model / DIRECTIONS, export / DIRECTIONS)


def _score(export, score, data_dir):
    """Writes what comparing an export's samples with the test data gives into the export; what features it takes the
    program has learned of the data itself."""
    model = export.relative_to(ROOT)  # it is written down, and is to say nothing of the machine
    words = ["-m", "keras_gan", "evaluate", "--model", model, "--reference-split", "test", "--metrics", score]
    words += ["--samples", SCORED_SAMPLES, "--out", export / SCORES]
    _call("evaluation", [*words, *(["--data-dir", data_dir] if data_dir else [])])


def _call(what, words):
    if code := subprocess.run([sys.executable, *map(str, words)], cwd=ROOT, check=False).returncode:
        raise ZooError(f"its {what} ended with exit code {code}")


def put(export, name, command, zoo=ZOO):
    """Copies the small files of an export into the zoo: without the networks, if one of those is too large."""
    found = sorted(path for pattern in KEPT for path in export.glob(pattern))
    draws = "noise" in registry.variant(MODELS[name].variant).takes  # else what it changes is changed by controls
    files = [path for path in found if not (draws and path.match(LEFT_OUT))]
    networks = [path for path in files if path.suffix == ".tflite"]
    if not networks:
        raise ZooError(f"{export} has no .tflite file")
    if max(path.stat().st_size for path in networks) > MOST_BYTES:
        files = [path for path in files if path not in networks]
    shutil.rmtree(zoo / name, ignore_errors=True)
    (zoo / name).mkdir(parents=True)
    for path in files:
        shutil.copyfile(path, zoo / name / path.name)
    _shrink_samples(zoo / name)
    (zoo / name / COMMAND).write_text(f"{command}\n", encoding="utf-8")


def _shrink_samples(folder):
    """Makes the files of samples smaller, and takes them out of what manifest and card say the files are."""
    shrunk = [folder / name for name in SMALLER if (folder / name).is_file()]
    for path in shrunk:
        SMALLER[path.name](path)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"] = {name: facts for name, facts in manifest["files"].items() if name not in SMALLER}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8").splitlines()
    kept = [line for line in card if not line.startswith(tuple(f"| `{path.name}` |" for path in shrunk))]
    (folder / "MODEL_CARD.md").write_text("\n".join(kept) + "\n", encoding="utf-8")


def _in_few_colours(path):
    with Image.open(path) as picture:
        small = picture.quantize(256, dither=Image.Dither.NONE) if picture.mode == "RGB" else picture.copy()
    small.save(path, optimize=True)


def _every_second_frame(path):
    with Image.open(path) as film:
        duration = 2 * film.info["duration"]
        frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(film)][::2]
    first, *others = (frame.quantize(32, dither=Image.Dither.NONE) for frame in frames)
    first.save(path, save_all=True, append_images=others, duration=duration, loop=0, optimize=True)


def _first_sounds(path):
    sounds, rate = soundfile.read(path, frames=HEARD_SECONDS * soundfile.info(path).samplerate, dtype="int16")
    soundfile.write(path, sounds, rate)


SMALLER = {"samples.png": _in_few_colours, "samples.gif": _every_second_frame, "samples.wav": _first_sounds}


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
            print(f"{name:<22} {'there  ' if made else 'missing'}  {command}")
        elif options.again or not made:
            print(f"{name}: {command}", flush=True)
            try:
                make(name, command, options.data_dir, options.again)
            except ZooError as error:
                print(f"error: {name}: {error}", file=sys.stderr)
                failed = 1
            gallery.write(MODELS)
    return failed


if __name__ == "__main__":
    sys.exit(main())
