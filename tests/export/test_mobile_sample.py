"""export/mobile/sample.py: the golden vectors in NumPy, and the program as a phone's developer would run it."""

import importlib.util
import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from keras_gan import exporters
from tests.conftest import ROOT

SCRIPT = ROOT / "export" / "mobile" / "sample.py"
GOLDEN = json.loads((ROOT / "export" / "golden_latents.json").read_text())

spec = importlib.util.spec_from_file_location("mobile_sample", SCRIPT)
mobile = importlib.util.module_from_spec(spec)
spec.loader.exec_module(mobile)


def test_latents_equal_the_golden_vectors():
    latents = mobile.portable_latents([int(row["seed"]) for row in GOLDEN["latents"]], GOLDEN["latent_dim"])
    np.testing.assert_allclose(latents, [row["values"] for row in GOLDEN["latents"]], rtol=0, atol=1e-6)


@pytest.mark.parametrize("case", GOLDEN["threefry2x32_20"])
def test_threefry_known_answers(case):
    key, counter = ([np.array([int(word, 16)], np.uint32) for word in case[name]] for name in ("key", "counter"))
    assert [f"{int(word[0]):08x}" for word in mobile.threefry2x32(key, counter)] == case["words"]


def run(*arguments):
    command = [sys.executable, "-I", str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_draws_the_pictures_of_keras(make_model, tmp_path):
    model = make_model()
    exporters.export(model, tmp_path / "1", formats=("tflite",))
    result = run(
        "--model", tmp_path / "1" / "generator.tflite", "--count", 5, "--seed", -2, "--out", tmp_path / "g.png"
    )
    assert result.returncode == 0, result.stderr
    grid = np.array(Image.open(tmp_path / "g.png")).astype(int)
    expected = np.rint(model.sample(5, seed=-2) * 255)
    assert grid.shape == (32, 48, 3)
    assert np.abs(grid[:16, 32:] - expected[2]).max() <= 1
    assert np.abs(grid[16:, 16:32] - expected[4]).max() <= 1


def test_bad_input_is_named(tmp_path):
    (tmp_path / "bad.tflite").write_bytes(b"TFL3 not really")
    for arguments, message in (
        (("--model", tmp_path / "absent.tflite"), "there is no file"),
        (("--model", tmp_path / "bad.tflite"), "is not a generator"),
        (("--model", tmp_path / "bad.tflite", "--count", 0), "--count must be"),
        (("--model", tmp_path / "bad.tflite", "--seed", 2**63), "--seed must fit"),
    ):
        result = run(*arguments)
        assert result.returncode == 2
        assert message in result.stderr
        assert "Traceback" not in result.stderr
