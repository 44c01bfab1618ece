"""A change of the inside changes nothing outside: the first step of every variant is compared with stored files.

    RECORD_GOLDEN=1 python -m pytest tests/golden      # writes them anew, where a change is meant

They go by what users have: the command line, and files. The stored weights are those of one processor: another one
may round a gradient near zero to the other side, and Adam's first step has a fixed length.
`compare_commits.py` compares two commits on one machine to the bit.
"""

import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import pytest

from keras_gan import registry
from tests.conftest import save_dataset, save_noise, train
from tests.golden import facts

FILES = Path(__file__).parent / "files"
RECORD = bool(os.environ.get("RECORD_GOLDEN"))
TOLERANCE = 1e-5
OF_SUMS = 1e-4  # of optimizers: sums of gradients that nearly cancel, which processors round otherwise
QUICK = ("dcgan", "srgan", "cyclegan")
VARIANTS = [name for name in registry.list_variants() if registry.variant(name).gives in ("image", "text")]
EXPORTED = ("dcgan", "cgan", "cyclegan", "inpaint", "srgan")
LINES = [f"a {colour} {animal} runs" for colour in ("red", "blue", "pale") for animal in ("cat", "dog", "hen", "fox")]
FURTHER = {"srgan": ("--steps", 2, "--eval-every", 1)}  # its discriminator rests in the first step


def variants(names, slow):
    """The names as parameters of a test, the slow ones marked."""
    return [pytest.param(name, marks=pytest.mark.slow if name in slow else []) for name in names]


def options(name):
    """The stored options of the variant's tiny networks; they are first those of its module."""
    path = FILES / "options" / f"{name}.json"
    if RECORD:
        write(path, {"variant": name, "model": dataclasses.asdict(registry.module(name).TINY)})
    return path


def write(path, value):
    """Writes JSON with a line for each value that is no mapping, so that differences are easy to read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(layout(value) + "\n", encoding="utf-8")


def layout(value, indent=""):
    """The JSON text of a value."""
    if not isinstance(value, dict) or not value:
        return json.dumps(value)
    inner = indent + " "
    lines = [f"{inner}{json.dumps(name)}: {layout(item, inner)}" for name, item in value.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def data(variant, folder):
    """Arguments that name a data set of few examples, which it writes into the folder."""
    kinds = {variant.gives, *variant.takes}
    if "text" not in kinds:
        return "--dataset", save_dataset(folder / "pictures", variant.task), "--image-size", 16
    if "image" not in kinds:
        (folder / "lines.txt").write_text("\n".join(LINES) + "\n", encoding="utf-8")
        return "--dataset", f"text:{folder / 'lines.txt'}"
    rows = [f"{number}.png,{line}" for number, line in enumerate(LINES)]
    save_noise([folder / row.split(",")[0] for row in rows], (16, 16, 3), seed=0)
    (folder / "captions.csv").write_text("\n".join(["file,caption", *rows]) + "\n", encoding="utf-8")
    return "--dataset", f"captions:{folder}", "--image-size", 16


def trained(name, folder, *further):
    """Trains the variant's first step in a folder of its own."""
    arguments = [
        *("--config", options(name), *data(registry.variant(name), folder)),
        *("--batch-size", 4, "--steps", 1, "--seed", 3, *FURTHER.get(name, ())),
        *("--log-dir", folder / "logs", "--export-dir", folder / "models", "--run-name", "run", *further),
    ]
    assert train(*arguments) == 0


def stored(path, found, folder):
    """What a file has stored, and what was found now in the same form: without the folder's name."""
    found = json.loads(json.dumps(found).replace(str(folder), "FOLDER"))
    if RECORD:
        write(path, found)
    assert path.exists(), "not recorded yet: RECORD_GOLDEN=1 does"
    return json.loads(path.read_text(encoding="utf-8")), found


@pytest.mark.parametrize("name", variants(VARIANTS, slow={*VARIANTS} - {*QUICK}))
def test_first_step_is_as_it_was(name, tmp_path, quick_reader):
    trained(name, tmp_path, "--export")
    found = facts.of_run(tmp_path / "logs" / "run", step=2 if name in FURTHER else 1)
    was, now = stored(FILES / "runs" / f"{name}.json", found, tmp_path)
    assert facts.missing(was.pop("data"), now.pop("data")) == []
    values, now_values = was["checkpoint"].pop("values"), now["checkpoint"].pop("values")
    assert now == was
    for key in values:
        tolerance = OF_SUMS if "optimizer" in key else TOLERANCE
        np.testing.assert_allclose(now_values[key], values[key], rtol=tolerance, atol=tolerance, err_msg=key)


@pytest.mark.parametrize("name", variants(EXPORTED, slow={*EXPORTED} - {"dcgan"}))
def test_exports_are_as_they_were(name, tmp_path):
    trained(name, tmp_path, "--export", "saved_model", "tflite")
    was, now = stored(FILES / "exports" / f"{name}.json", facts.of_export(tmp_path / "models" / "run" / "1"), tmp_path)
    assert facts.missing(was.pop("manifest"), now.pop("manifest")) == []
    assert now == was


@pytest.mark.parametrize("name", VARIANTS)
def test_tiny_networks_are_those_of_the_stored_options(name):
    tiny = json.loads(json.dumps(dataclasses.asdict(registry.module(name).TINY)))
    assert json.loads((FILES / "options" / f"{name}.json").read_text(encoding="utf-8"))["model"] == tiny


@pytest.mark.parametrize(
    ("wanted", "found", "faults"),
    [
        ({"a": "int"}, {"a": "int", "b": "str"}, []),
        ({"a": "int"}, {"b": "int"}, [".a: int -> None"]),
        ({"a": {"b": "int"}}, {"a": {"b": "str"}}, [".a.b: int -> str"]),
        ({"a": ["int", {"b": "int"}]}, {"a": ["int", {}]}, [".a[1].b: int -> None"]),
        ({"a": ["int"]}, {"a": ["int", "int"]}, [".a: ['int'] -> ['int', 'int']"]),
    ],
)
def test_what_is_missing_is_named(wanted, found, faults):
    assert facts.missing(wanted, found) == faults
