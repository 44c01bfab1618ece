"""The commands that the docs show, in order, each with the page it stands on."""

import re
import shlex

from keras_gan import registry
from tests.conftest import ROOT

PAGES = ["README.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md"))]
PAGES += ["export/README.md", "CONTRIBUTING.md", "tensorboard_logs/README.md"]
_STARTS = r"(?:[A-Z_]+=\S+ )*(?:python|pip|make|tensorboard|keras-gan|docker|curl) .*"
_BLOCK = re.compile(r"^```\n(.*?)^```", re.DOTALL | re.MULTILINE)
_CONFIG = "tensorboard_logs/dcgan-avatars/config.json"
_STAND_FOR = {  # what a reader puts there
    **{"MODEL": "export/models/dcgan-avatars/1", "RUN": "dcgan-avatars", "V": "dcgan", "V-mnist": "dcgan-mnist"},
    **{"NAME": "dcgan", "NEW": "new", "FILE": _CONFIG, "folder:PATH": "folder:photos"},
}
_MODELS = {  # what MODEL is beside such words
    **{"--mask": "inpaint-photos", "erased.png": "inpaint-photos", "--direction": "cyclegan-horse2zebra"},
    **{"translate": "pix2pix-avatars", "--label": "cgan-avatars"},
}


def commands(*start):
    """`(page, words)` of every command that begins so, of all by default; what stands behind a # is no part of it."""
    return [(page, words) for page in PAGES for words in _of(page) if words[: len(start)] == list(start)]


def _of(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    lines = [line for block in _BLOCK.findall(text) for line in block.split("\n")]
    inline = re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))
    for line in [*lines, *(" ".join(span.split()) for span in inline)]:
        if re.fullmatch(_STARTS, line):
            words = [word for word in shlex.split(line, comments=True) if word not in ("…", "&&")]
            yield [_replaced(word, words) for word in words]


def _replaced(word, words):
    whole, slash, rest = word.partition("/")
    if whole == "MODEL" and set(words) & set(_MODELS):
        chosen = next(name for other, name in _MODELS.items() if other in words)
        return f"export/models/{chosen}/1{slash}{rest}"
    return f"{_STAND_FOR[whole]}{slash}{rest}" if whole in _STAND_FOR else word


def shortened(words, step):
    """The arguments of a `train` command without its time: to `step` steps of few examples, by small networks."""
    words = list(words)
    for option in ("--steps", "--epochs", "--minutes"):
        while option in words:
            place = words.index(option)
            del words[place : place + 2]
    if "--resume" not in words:
        small = ("--batch-size", "2", "--eval-samples", "8", "--eval-features", "random", "--no-health")
        words += [*small, "--tflite", "float32", *_tiny(words)]
    return [*words, "--steps", str(step)]


def _tiny(words):
    """The options of the smallest networks of the variant that a command names, but for those it gives itself."""
    variant = words[words.index("--variant") + 1]
    tiny, usual = registry.module(variant).TINY, registry.module(variant).Config()
    for name, value in vars(tiny).items():
        option = f"--model.{name.replace('_', '-')}"
        if value not in (None, getattr(usual, name)) and option not in words and not isinstance(value, bool):
            yield from (option, *map(str, value if isinstance(value, tuple) else (value,)))


def in_short(words):
    """The arguments of another command, on few samples."""
    few = {"evaluate": ["--samples", "8", "--features", "random"], "export": ["--export", "tflite"]}
    return [*("5" if word == "5000" else word for word in words), *few.get(words[0], [])]
