"""export/mobile/translate.py, as a phone's developer would run it: it makes what the command `translate` makes."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keras_gan import exported, registry
from keras_gan.exporters import tflite
from keras_gan.exporters.deliverables import Deliverables
from tests.conftest import ROOT, command, networks_of, save_dataset, tiny, train
from tests.exporters import translators

SCRIPT = ROOT / "export" / "mobile" / "translate.py"

spec = importlib.util.spec_from_file_location("mobile_translate", SCRIPT)
mobile = importlib.util.module_from_spec(spec)
spec.loader.exec_module(mobile)


def run(*arguments):
    start = [sys.executable, "-I", str(SCRIPT), *map(str, arguments)]
    return subprocess.run(start, capture_output=True, text=True, check=False)


@pytest.fixture
def both(tmp_path, capsys):
    """Runs the program and the command on the same picture; returns what each made, Pillow images."""

    def run_both(model, picture, *options):
        words = ["--model", str(model), "--input", str(picture), *map(str, options)]
        assert mobile.ended(lambda: mobile.main([*words, "--out", str(tmp_path / "script.png")])) == 0
        assert command("translate", *words, "--out", tmp_path / "command.png") == 0, capsys.readouterr().err
        return [Image.open(tmp_path / name).copy() for name in ("script.png", "command.png")]

    return run_both


def assert_alike(script, by_command):
    assert (script.mode, script.size) == (by_command.mode, by_command.size)
    difference = np.abs(np.asarray(script).astype(int) - np.asarray(by_command))
    assert difference.max() <= 1


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def save(path, *shape, seed=0):
    values = noise(*shape, seed=seed)
    Image.fromarray(values).save(path)
    return path, values


@pytest.mark.parametrize(
    ("kind", "name"), [("plain", "generator"), ("plain", "generator-int8"), ("large", "generator")]
)
def test_a_picture(tmp_path, kind, name):
    model = translators.exported(kind) / f"{name}.tflite"
    photo, values = save(tmp_path / "a.png", 11, 16, 3)
    result = run("--model", model, "--input", photo, "--out", tmp_path / "new" / "out.png")
    assert result.returncode == 0, result.stderr
    made = np.asarray(Image.open(tmp_path / "new" / "out.png")).astype(int)
    assert np.abs(made - exported.load(model).translate(values)).max() <= 1
    assert os.listdir(tmp_path / "new") == ["out.png"]


# --- Pictures of all kinds -------------------------------------------------------------------------------------------


def _turned(path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(noise(12, 7, 3)).save(path, exif=exif, quality=95)


def _palette(path):
    image = Image.fromarray(noise(9, 9)).quantize(16)
    image.save(path, transparency=3)


def _animation(path):
    frames = [Image.fromarray(noise(8, 8, seed=seed)) for seed in range(3)]
    frames[0].save(path, save_all=True, append_images=frames[1:])


def _of_mode(mode):
    def make(path):
        source = Image.fromarray(noise(10, 13, 4))
        if mode in ("I", "F", "I;16"):
            dtype = {"I": np.int32, "F": np.float32, "I;16": np.uint16}[mode]
            source = Image.fromarray((noise(10, 13).astype(float) * (1 if mode == "F" else 257)).astype(dtype))
        else:
            source = source.convert(mode)
        source.save(path)

    return make


PICTURES = {
    "turned.jpg": _turned,
    "palette.png": _palette,
    "animation.gif": _animation,
    **{f"{mode.strip(';')}.png": _of_mode(mode) for mode in ("1", "L", "LA", "RGBA", "P", "I;16")},
    **{f"{mode}.tif": _of_mode(mode) for mode in ("I", "F", "CMYK")},
    "cmyk.jpg": _of_mode("CMYK"),
    "rgb.bmp": _of_mode("RGB"),
    "rgba.webp": _of_mode("RGBA"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_of_every_kind_are_read_as_by_the_command(name, both, tmp_path):
    PICTURES[name](tmp_path / name)
    for kind in ("plain", "local"):  # in colour and in grey
        assert_alike(*both(translators.exported(kind) / "generator.tflite", tmp_path / name))


def test_sixteen_bits_keep_their_shades(tmp_path, both):
    shades = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    Image.fromarray(shades).save(tmp_path / "a.png")
    assert len(np.unique(mobile.flatten(mobile.read(tmp_path / "a.png"), 1))) == 256


# --- Sizes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "shape"), [("plain", (50, 37, 3)), ("local", (70, 200)), ("large", (21, 40, 3))])
def test_a_large_picture_is_divided_as_by_the_command(kind, shape, both, tmp_path):
    photo, _ = save(tmp_path / "a.png", *shape)
    assert_alike(*both(translators.exported(kind) / "generator.tflite", photo))


@pytest.fixture(scope="module")
def scaled(tmp_path_factory):
    """An export of a model whose content has a scale, as its manifest says."""
    folder = tmp_path_factory.mktemp("scaled") / "1"
    shutil.copytree(translators.exported("plain"), folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["generator"]["content_size"] = translators.SIZE
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.mark.parametrize("shape", [(64, 40, 3), (9, 5, 3), (16, 300, 3)])
def test_content_that_has_a_scale_is_brought_to_it_by_all(scaled, shape, both, tmp_path):
    photo, values = save(tmp_path / "a.png", *shape)
    script, by_command = both(scaled / "generator.tflite", photo)
    assert max(script.size) == translators.SIZE
    assert_alike(script, by_command)
    for name in ("", "generator.tflite"):
        made = exported.load(scaled / name).translate(values).astype(int)
        assert np.abs(made - np.asarray(script)).max() <= 1
        native = exported.load(scaled / name).translate(values, size="native")
        assert native.shape == values.shape
    assert_alike(*both(scaled / "generator.tflite", photo, "--size", "native"))
    assert_alike(*both(scaled / "generator.tflite", photo, "--size", 24))


@pytest.mark.parametrize(
    ("variant", "has_scale"),
    [
        ("pix2pix", True),
        ("cyclegan", True),
        ("denoise", False),
        ("srgan", False),
        ("inpaint", False),
        ("colorize", False),
    ],
)
def test_which_variants_know_things_by_their_size(variant, has_scale):
    assert tiny(variant).content_has_scale == has_scale


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["pix2pix", "cyclegan", "denoise"])
def test_a_trained_model_gives_one_answer(variant, both, tmp_path):
    data = save_dataset(tmp_path / "data", registry.variant(variant).task)
    names = ("channels", "discriminator_channels", "blocks")
    small = {name: getattr(registry.module(variant).TINY, name, None) for name in names}
    words = [f"--model.{name.replace('_', '-')}={value}" for name, value in small.items() if value]
    words += ["--variant", variant, "--dataset", data, "--image-size", 16, "--steps", 2, "--batch-size", 2, "--metrics"]
    words += ["--log-dir", tmp_path / "logs", "--export-dir", tmp_path / "models", "--run-name", "r"]
    assert train(*words) == 0
    model = tmp_path / "models" / "r" / "1"
    photo, values = save(tmp_path / "photo.png", 64, 40, 3)
    name = "AtoB.tflite" if variant == "cyclegan" else "generator.tflite"
    by_script, by_file = both(model / name, photo)
    assert_alike(by_script, by_file)
    made = exported.load(model).translate(values)
    assert made.shape[:2] == ((64, 40) if variant == "denoise" else (16, 10))
    if variant != "denoise":  # whose tiles see less around them than the whole image
        assert_alike(by_script, Image.fromarray(made))


# --- Holes and opacity -----------------------------------------------------------------------------------------------


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


def test_holes_of_large_pictures_and_transparent_ones_are_those_of_the_command(both, tmp_path):
    model = translators.exported("masked") / "generator.tflite"
    values = noise(40, 30, 4)
    values[..., 3] = np.where(np.indices((40, 30)).sum(axis=0) % 40 < 12, 100, 200)
    Image.fromarray(values).save(tmp_path / "erased.png")
    assert_alike(*both(model, tmp_path / "erased.png"))
    mask = np.zeros((40, 30), np.uint8)
    mask[20:33, 5:25] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    for options in ((), ("--size", 20)):
        assert_alike(*both(model, tmp_path / "erased.png", "--mask", tmp_path / "mask.png", *options))


# --- Mistakes --------------------------------------------------------------------------------------------------------


def test_mistakes_are_named(make_model, tmp_path):
    photo, _ = save(tmp_path / "a.png", 8, 8, 3)
    small, _ = save(tmp_path / "small.png", 4, 4, 3)
    tflite.write(networks_of(make_model()), tmp_path, Deliverables())
    (tmp_path / "broken.png").write_bytes(b"x")
    (tmp_path / "cut.png").write_bytes(photo.read_bytes()[:100])
    (tmp_path / "broken.tflite").write_bytes(b"x")
    plain, masked = (translators.exported(kind) / "generator.tflite" for kind in ("plain", "masked"))
    out = ("--out", tmp_path / "out.png")
    for model, picture, options, message in (
        (tmp_path / "generator.tflite", photo, out, "use sample.py"),
        (tmp_path / "none.tflite", photo, out, "there is no file"),
        (tmp_path, photo, out, "is a folder: did you mean"),
        (tmp_path / "broken.tflite", photo, out, "cannot be loaded"),
        (plain, photo, (*out, "--mask", photo), "fills no holes: leave out --mask"),
        (masked, photo, out, "no pixel is transparent: give --mask"),
        (masked, photo, (*out, "--mask", small), "the mask has 4x4 px, the picture 8x8"),
        (plain, tmp_path / "broken.png", out, "broken.png: cannot identify"),
        (plain, tmp_path / "cut.png", out, "cut.png: "),
        (plain, tmp_path / "none.png", out, "none.png: No such file"),
        (plain, tmp_path, out, "is a folder: this program translates one picture"),
        (plain, photo, ("--out", tmp_path / "out.jpg"), "out.jpg must be a file that ends in .png"),
        (plain, photo, ("--out", photo), "is one of the originals"),
        (plain, photo, ("--out", photo / "x.png"), "cannot write"),
        (plain, photo, (*out, "--size", "0"), "--size must be"),
        (plain, photo, (*out, "--size", "half"), "--size must be"),
    ):
        result = run("--model", model, "--input", picture, *options)
        assert result.returncode == 2, result.stderr
        assert message in result.stderr
        assert len(result.stderr.splitlines()) == 1
        assert not (tmp_path / "out.png").exists()
        assert not (tmp_path / "out.jpg").exists()
    sample = [sys.executable, "-I", str(SCRIPT.with_name("sample.py")), "--model", str(plain)]
    result = subprocess.run(sample, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "use translate.py" in result.stderr


@pytest.mark.parametrize("manifest", ["[]", "{", '{"fields": [1]}', '{"generator": {"content_size": "x"}, "files": 3}'])
def test_a_manifest_that_cannot_be_understood_is_refused(manifest, tmp_path, capsys):
    shutil.copy(translators.exported("plain") / "generator.tflite", tmp_path)
    (tmp_path / "manifest.json").write_text(manifest)
    photo, _ = save(tmp_path / "a.png", 8, 8, 3)
    words = ["--model", tmp_path / "generator.tflite", "--input", photo, "--out", tmp_path / "out.png"]
    assert mobile.ended(lambda: mobile.main([*map(str, words)])) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert "manifest.json" in said


def test_whatever_is_raised_is_one_line_and_an_exit_code(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def raising(error):
        def program():
            raise error

        return program

    for error, code, message in (
        (KeyboardInterrupt(), 130, "interrupted"),
        (MemoryError(), 4, "out of memory"),
        (OSError(28, "No space left on device", "x.png"), 4, "x.png: No space left on device"),
        (RuntimeError("a\nb"), 1, "has a fault (RuntimeError: a); what led to it is in"),
    ):
        assert mobile.ended(raising(error)) == code
        (line,) = capsys.readouterr().err.splitlines()
        assert message in line
    assert "raise error" in next(tmp_path.glob("keras_gan-error-*.txt")).read_text()


def test_names_and_pipes_of_any_kind(tmp_path):
    folder = tmp_path / "odd [1] \udcff"
    shutil.copytree(translators.exported("plain"), folder, ignore=lambda *_: ["variables"])
    photo, _ = save(folder / "a.png", 8, 8, 3)
    words = f"{sys.executable} -I {SCRIPT} --model generator.tflite --input {photo.name} --out"
    shell = f"LC_ALL=C {words} new\udcff.png; {words} b.png | true; {words} c.png >&-; {words} d.png >/dev/full"
    result = subprocess.run(["bash", "-c", shell], cwd=folder, capture_output=True, text=True, check=False)
    assert "Traceback" not in result.stderr
    assert result.returncode == 4
    assert [line for line in result.stderr.splitlines() if "error" in line] == ["error: No space left on device"]
    assert {"new\udcff.png", "b.png", "c.png", "d.png"} <= {path.name for path in Path(folder).iterdir()}
