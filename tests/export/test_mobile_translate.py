"""export/mobile/translate.py, as a phone's developer would run it."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from keras_gan import exported
from keras_gan.exporters import tflite
from keras_gan.exporters.deliverables import Deliverables
from tests.conftest import ROOT, networks_of
from tests.exporters import translators

SCRIPT = ROOT / "export" / "mobile" / "translate.py"


def run(*arguments):
    command = [sys.executable, "-I", str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def save(path, *shape, seed=0):
    values = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    Image.fromarray(values).save(path)
    return path, values


@pytest.mark.parametrize(
    ("kind", "name"), [("plain", "generator"), ("plain", "generator-int8"), ("large", "generator")]
)
def test_a_picture(tmp_path, kind, name):
    model = translators.exported(kind) / f"{name}.tflite"
    photo, values = save(tmp_path / "a.png", 11, 16, 3)
    result = run("--model", model, "--input", photo, "--out", tmp_path / "out.png")
    assert result.returncode == 0, result.stderr
    made = np.asarray(Image.open(tmp_path / "out.png")).astype(int)
    assert np.abs(made - exported.load(model).translate(values)).max() <= 1


def test_a_large_picture_is_shrunk(tmp_path):
    photo, values = save(tmp_path / "a.png", 64, 40, 3)
    model = translators.exported("plain") / "generator.tflite"
    result = run("--model", model, "--input", photo, "--out", tmp_path / "out.png")
    assert result.returncode == 0, result.stderr
    small = np.rint(values.reshape(16, 4, 10, 4, 3).mean(axis=(1, 3))).astype(np.uint8)
    expected = exported.load(model).translate(small).astype(int)
    made = np.asarray(Image.open(tmp_path / "out.png"))
    assert made.shape == (16, 10, 3)
    assert np.abs(made - expected).max() <= 8  # means are rounded in another way


def test_holes_are_filled(tmp_path):
    model = translators.exported("masked") / "generator-int8-io.tflite"
    photo, values = save(tmp_path / "a.png", 16, 13, 3)
    mask = np.zeros((16, 13), np.uint8)
    mask[4:9, 2:8] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    result = run("--model", model, "--input", photo, "--mask", tmp_path / "mask.png", "--out", tmp_path / "out.png")
    assert result.returncode == 0, result.stderr
    made = np.asarray(Image.open(tmp_path / "out.png"))
    np.testing.assert_array_equal(made[mask == 0], values[mask == 0])
    np.testing.assert_array_equal(made, exported.load(model).translate(values, mask > 0))


def test_mistakes_are_named(make_model, tmp_path):
    photo, _ = save(tmp_path / "a.png", 8, 8, 3)
    tflite.write(networks_of(make_model()), tmp_path, Deliverables())
    (tmp_path / "broken.png").write_bytes(b"x")
    (tmp_path / "broken.tflite").write_bytes(b"x")
    plain, masked = (translators.exported(kind) / "generator.tflite" for kind in ("plain", "masked"))
    for model, picture, options, message in (
        (tmp_path / "generator.tflite", photo, (), "use sample.py"),
        (tmp_path / "none.tflite", photo, (), "there is no file"),
        (tmp_path / "broken.tflite", photo, (), "cannot be loaded"),
        (plain, photo, ("--mask", photo), "fills no holes: leave out --mask"),
        (masked, photo, (), "fills holes: give --mask"),
        (plain, tmp_path / "broken.png", (), "broken.png: cannot identify"),
        (plain, tmp_path / "none.png", (), "none.png: No such file"),
    ):
        result = run("--model", model, "--input", picture, "--out", tmp_path / "out.png", *options)
        assert result.returncode == 2
        assert message in result.stderr
        assert len(result.stderr.splitlines()) == 1
    sample = [sys.executable, "-I", str(SCRIPT.with_name("sample.py")), "--model", str(plain)]
    result = subprocess.run(sample, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "use translate.py" in result.stderr
