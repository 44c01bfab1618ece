"""Random command lines of all commands and options, most of them wrong in one way or another.

They are made of the option classes themselves, so that a new option is in them by being there. What is given lies in
the working directory, see `furnish`.
"""

import functools
import types
import typing

from keras_gan import cli, registry
from tests.conftest import save_noise, train

NUMBERS = [
    *("-1", "0", "1", "2", "3", "7", "16", "1.5", "-0.5", "1e3", "1e-9", "nan", "-inf", "inf", "0x10", "1_0", "٣", "½"),
    *("", " ", "-", "--", "ten", "2147483648", "9223372036854775807", "-9223372036854775809", "9" * 30, "1e400"),
]
PATHS = [
    *("photos", "photos/", "./photos/a", "pairs", "empty", "text.png", "photo.png", "photo.png/below", "nobody"),
    *("models/noise/1", "models/noise", "models", "models/holes/1", "models/noise/1/generator.tflite", "logs/noise"),
    *("logs", "logs/noise/config.json", "text.npz", "/dev/null", "/proc/nobody", "..", ".", "", " ", "-x", "~nobody/x"),
    *(
        "new",
        "new.png",
        "new.gif",
        "new/",
        "a b",
        "[v1]",
        "*",
        "x" * 300,
        "fo\udce9",
        "🎨.png",
        "two\nlines",
        "a+b",
        "+",
    ),
]
DATASETS = [
    *("folder:photos", "folder:photos/a+photos/b", "folder:", "folder:+", "photos", "folder:nobody", "folder:empty"),
    *("folder:text.png", "paired:pairs", "paired:photos", "unpaired:pairs", "tfds:mnist", "tfds:../x", "mnist", "nist"),
    *("folder:fo\udce9", ":", "avatars:3", "FOLDER:photos", "text.npz", "", "tfds:", "curves"),
]
WORDS = [
    "gan",
    "dcgan",
    "GAN",
    "best",
    "fid",
    "a",
    "0",
    "1",
    "noise",
    "holes",
    "auto",
    "flip",
    "flip,flip",
    "10min",
    "a:1",
]
WORDS += [
    "float16",
    "AtoB",
    "--",
    "-h",
    "",
    "é",
    "\udce9",
    "#",
    "$(x)",
    "two words",
    "../x",
    "\x1b[31m",
    "None",
    "True",
]
# Options whose right values would train, wait or fetch for long.
LONG = {"steps": ("1", "2", "0", "-1"), "epochs": ("1", "0"), "download": (), "strategy": ("auto", "single", "many")}
LONG |= {
    "coordinator": ("", "x", ":1", "a:99999"),
    "cpu_replicas": ("0", "x"),
    "features": ("random", "classifier", "x"),
}
SOUND = {  # what a command is right with
    "train": [
        *("--variant", "gan", "--dataset", "folder:photos", "--image-size", "16", "--batch-size", "2", "--steps", "1"),
        *("--model.latent-dim", "4", "--model.generator-units", "8", "--model.discriminator-units", "8"),
        "--export",
    ],
    "sample": ["--model", "models/noise/1", "--count", "2"],
    "translate": ["--model", "models/holes/1", "--input", "photo.png", "--out", "new", "--mask", "photo.png"],
    "evaluate": ["--run", "noise", "--log-dir", "logs", "--samples", "8", "--features", "random"],
    "export": ["--run", "noise", "--log-dir", "logs", "--export", "saved_model"],
    "report": ["--run", "noise", "--log-dir", "logs"],
    "inspect-data": ["--dataset", "folder:photos", "--image-size", "16"],
    "list": [],
}


def furnish(folder):
    """Writes into the working directory `folder` what the lines speak of: photos, a run and its model of each kind."""
    save_noise([folder / f"photos/{name}/{index}.png" for name in "ab" for index in range(4)], (16, 16, 3), seed=1)
    save_noise([folder / f"pairs/{index}.png" for index in range(4)], (16, 32, 3), seed=2)
    save_noise([folder / "photo.png"], (16, 16, 3), seed=3)
    (folder / "empty").mkdir()
    for name in ("text.png", "text.npz"):
        (folder / name).write_text("neither picture nor array")
    where = ("--log-dir", "logs", "--export-dir", "models")
    assert train(*SOUND["train"], "saved_model", "tflite", *where, "--run-name", "noise") == 0
    holes = (*SOUND["train"][2:9], "1", "--model.channels", "4", "--model.discriminator-channels", "4")
    assert train("--variant", "inpaint", *holes, *where, "--run-name", "holes", "--export", "saved_model") == 0


@functools.cache
def options_of(command):
    """`{option: its type}` of a command, those of some variants included."""
    hints = typing.get_type_hints(cli.COMMANDS[command])
    variants = ("gan", "cgan", "denoise", "r3gan") if command == "train" else ()
    for variant in variants:
        config = registry.module(variant).Config
        hints |= {f"model.{name}": hint for name, hint in typing.get_type_hints(config).items()}
    return {name: hint for name, hint in hints.items() if name != "controls"}


def value_of(random, name, hint):
    """Arguments for an option of some type: right, wrong, none, or too many."""
    name = name.rpartition(".")[2]
    if name in LONG:
        return [random.choice(LONG[name])] if LONG[name] else []
    kinds = [each for each in typing.get_args(hint) or (hint,) if each not in (types.NoneType, ...)]
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return value_of(random, name, random.choice(kinds))
    if typing.get_origin(hint) is tuple:
        return [each for _ in range(random.choice((0, 1, 2, 2, 3))) for each in value_of(random, name, kinds[0])]
    if typing.get_origin(hint) is typing.Literal:
        return [random.choice([*kinds, *kinds, random.choice(WORDS), kinds[0][:-1]])]
    if hint is bool:
        return random.choice(([], [], ["True"], ["no"]))
    if name in ("dataset", "reference"):
        return [random.choice(DATASETS)]
    return [random.choice(NUMBERS if hint in (int, float) else random.choice((PATHS, PATHS, WORDS)))]


def spelled(random, name, values):
    """An option and its values as arguments, in any spelling."""
    flag = "--" + (name if random.random() < 0.1 else name.replace("_", "-"))
    if random.random() < 0.05:
        flag = flag[: random.randint(2, len(flag))]
    if random.random() < 0.03:
        flag = f"--no-{flag[2:]}"
    if random.random() < 0.05:
        values = values[:-1]
    if values and random.random() < 0.2:
        return [f"{flag}={values[0]}", *values[1:]]
    return [flag, *values]


def random_line(random):
    """One command line, a list of arguments."""
    command = random.choice([*SOUND, "train", "train", "evaluate"])
    line = list(SOUND[command]) if random.random() < 0.8 else []
    options = options_of(command)
    for _ in range(random.choice((0, 1, 1, 1, 2, 2, 3, 5))):
        name = random.choice(sorted(options) or ["x"])
        line += spelled(random, name, value_of(random, name, options.get(name, str)))
    if random.random() < 0.1:
        line.insert(random.randint(0, len(line)), random.choice([*WORDS, *PATHS, "--nothing", "-h", "--help"]))
    if line and random.random() < 0.1:
        line.pop(random.randrange(len(line)))
    return [random.choice((command,) * 30 + (*WORDS, command[:-1], command.upper())), *line]
