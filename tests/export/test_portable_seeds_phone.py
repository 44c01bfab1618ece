"""Portable seeds in Kotlin and Swift: the golden vectors, the pictures of docs/mobile.md, and the numbers it states.

Both languages are compiled where their compiler is installed. The code of the page runs against stand-ins (phone/) for
LiteRT, Android and Core Graphics: they keep its syntax, types and arithmetic right, not the runtimes' names.
"""

import json
import re
import shutil
import subprocess

import numpy as np
import pytest

from keras_gan.randomness import portable_labels, portable_latents
from tests.conftest import ROOT

GOLDEN = json.loads((ROOT / "export" / "golden_latents.json").read_text())
PAGE = (ROOT / "docs" / "mobile.md").read_text(encoding="utf-8")
STAND_INS = ROOT / "tests" / "export" / "phone"
SOURCES = {name: ROOT / "export" / "mobile" / f"PortableSeeds.{name}" for name in ("kt", "swift")}


def shown(language):
    """The blocks of code of one language on the page."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def compile_kotlin(directory):
    for program in ("kotlinc", "java"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    generator = directory / "Generator.kt"
    generator.write_text(shown("kotlin")[0])
    sources = [SOURCES["kt"], generator, *sorted(STAND_INS.glob("*.kt"))]
    jar = directory / "phone.jar"
    build(["kotlinc", "-nowarn", *map(str, sources), "-include-runtime", "-d", str(jar)])
    return ["java", "-jar", str(jar)]


def compile_swift(directory):
    if shutil.which("swiftc") is None:
        pytest.skip("swiftc is not installed")
    generator = directory / "Generator.swift"
    # What these modules give is in the stand-ins.
    generator.write_text(re.sub("import (CoreGraphics|TensorFlowLite)\n", "", shown("swift")[0]))
    sources = [SOURCES["swift"], generator, *sorted(STAND_INS.glob("*.swift"))]
    build(["swiftc", *map(str, sources), "-o", str(directory / "phone")])
    return [str(directory / "phone")]


def build(command):
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


@pytest.fixture(scope="module", params=[compile_kotlin, compile_swift], ids=["kotlin", "swift"])
def ask(request, tmp_path_factory):
    """A function from questions, one a line, to the answers of the program."""
    command = request.param(tmp_path_factory.mktemp("phone"))

    def ask(questions):
        result = subprocess.run(command, input="\n".join(questions) + "\n", capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        answers = [line.split() for line in result.stdout.splitlines()]
        assert len(answers) == len(questions)
        return answers

    return ask


def test_threefry_known_answers(ask):
    cases = GOLDEN["threefry2x32_20"]
    assert ask([" ".join(["words", *case["key"], *case["counter"]]) for case in cases]) == [c["words"] for c in cases]


def test_latents_equal_the_golden_vectors(ask):
    answers = ask([f"latents {row['seed']} {GOLDEN['latent_dim']} 1" for row in GOLDEN["latents"]])
    latents = np.array(answers, np.float32)
    np.testing.assert_allclose(latents, [row["values"] for row in GOLDEN["latents"]], rtol=0, atol=1e-6)


def test_lengths_and_truncation(ask):
    expected = portable_latents(np.array([7]), 100)[0]
    whole, odd, less = ask(["latents 7 100 1", "latents 7 3 1", "latents 7 100 0.7"])
    np.testing.assert_allclose(np.array(whole, np.float32), expected, rtol=0, atol=1e-6)
    assert odd == whole[:3]
    np.testing.assert_array_equal(np.array(less, np.float32), np.float32(0.7) * np.array(whole, np.float32))


def test_classes_of_seeds(ask):
    seeds = np.array([0, 7, -1, -3, 2**63 - 1, -(2**63)])
    for classes in (1, 3, 10):
        answers = ask([f"class {seed} {classes}" for seed in seeds])
        assert [int(answer) for (answer,) in answers] == portable_labels(seeds, classes).tolist()


@pytest.mark.parametrize(("shape", "classes"), [((2, 3, 3), 0), ((3, 2, 1), 0), ((3, 2, 1), None), ((2, 3, 3), 4)])
def test_pictures_of_the_page(ask, tmp_path, shape, classes):
    facts = {"latent_dim": int(np.prod(shape)), "num_classes": classes, "image_shape": shape}
    facts = {name: value for name, value in facts.items() if value is not None}
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 1, "generator": facts}))
    (tmp_path / "generator.tflite").touch()
    for label in ("-", "2") if classes else ("-",):
        seed = -6
        number = 0 if not classes else seed % classes if label == "-" else int(label)
        values = portable_latents(np.array([seed]), facts["latent_dim"]) + np.float32(number / 10)
        pixels = np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8).reshape(-1, shape[2])
        colors = [bytes([255, *np.broadcast_to(pixel, 3)]).hex() for pixel in pixels]
        assert ask([f"draw {tmp_path} {seed} {label}"]) == [[*colors, str(shape[1]), str(shape[0])]]


def test_the_page_states_the_latents_of_the_rule():
    rows = re.findall(r"^\| (-?\d+) \| (\d+) \| (-?[\d., -]+) \|$", PAGE, re.MULTILINE)
    assert rows
    for seed, length, values in rows:
        latents = portable_latents(np.array([int(seed)]), int(length))[0]
        stated = [float(value) for value in values.split(", ")]
        np.testing.assert_allclose(stated, latents[: len(stated)], rtol=0, atol=6e-8)
    assert any(seed == "7" for seed, *_ in rows)


def test_the_page_links_to_the_rule_and_does_not_repeat_it():
    for path in SOURCES.values():
        assert f"](../export/mobile/{path.name})" in PAGE
        assert "1BD11BDA" in path.read_text().replace("_", "")
    for block in shown("[a-z]*"):
        assert not re.search(r"1BD1_?1BDA|object PortableSeeds|enum PortableSeeds|fun threefry|func threefry", block)
