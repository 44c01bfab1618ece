"""Manifests of exported models of every wrong shape, each followed by the commands that read them."""

import json
import random
import shutil
from pathlib import Path

from benchmarks.common import noise
from benchmarks.resilience.attacks_by import answers
from tests import hostile

# What is no JSON object of UTF-8, or says what no export says.
_CONTENTS = (
    *(b"", b"{", b"\xff\xfe", b"[" * 100_000, b"\0" * 100, b"NaN", b'{"files": {"../../etc/passwd": {"sha256": "0"}}}'),
    *(b'{"files": {"\\u001b[2J": {"sha256": "0"}}}', b'{"generator": 1, "generator": {"num_classes": 1e999}}'),
)


def commands(model, out):
    """`{name: function that returns an Answer}` of all that reads the manifest beside a model.

    Args:
        model: a `.tflite` file, or the folder of a SavedModel.
        out: folder for what they write.
    """
    photo = out / "photo"
    if not photo.exists():
        noise.write_images(photo, 1, (16, 16, 3))
    draw = ("--count", 2, "--out", out / "grid.png")
    turn = ("--input", photo / "0000.png", "--out", out / "turned.png")
    judge = ("--metrics", "fid", "--features", "random", "--samples", 8, "--out", out / "scores.json")
    made = {
        "sample": lambda: answers.called("sample", "--model", model, "--count", 2, "--out", f"{out}/single/"),
        "translate": lambda: answers.called("translate", "--model", model, *turn),
        "evaluate": lambda: answers.called("evaluate", "--model", model, *judge),
    }
    if Path(model).suffix == ".tflite":
        sample, translate = answers.script(answers.SAMPLE), answers.script(answers.TRANSLATE)
        made["mobile/sample.py"] = lambda: answers.shipped(sample, "--model", model, *draw)
        made["mobile/translate.py"] = lambda: answers.shipped(translate, "--model", model, *turn)
    return made


def attacks(models, folder, count, seed=0):
    """So many wrong manifests beside each of some models, in an order of their own.

    Yields:
        `(what was attacked, how, Answer)`.
    """
    for number, model in enumerate(models):
        place = folder / f"manifest-{number}"
        shutil.copytree(model if model.is_dir() else model.parent, place)
        model = place if model.is_dir() else place / model.name
        reading = {
            name: call for name, call in commands(model, folder / f"of-manifest-{number}").items() if not call().code
        }
        whole = json.loads((place / "manifest.json").read_bytes())
        for content in _wrong(whole, count, random.Random(seed)):
            (place / "manifest.json").write_bytes(content)
            for name, command in reading.items():
                yield f"manifest, {name}", content, command()


def _wrong(document, count, rng):
    """So many contents of a manifest that are wrong."""
    all_of_them = [json.dumps(each).encode() for each in hostile.misshapen(_short(document))]
    all_of_them += _CONTENTS
    return rng.sample(all_of_them, min(count, len(all_of_them)))


def _short(document):
    """A manifest without what nobody reads, so that chance meets the rest more often."""
    return {name: value for name, value in document.items() if name not in ("verification", "versions", "created")}
