"""`translate`: files of all kinds, names, masks, opacity, tiles, and what cannot be read."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keras_gan import cli, exported
from keras_gan.exporters import outgoing, saved_model
from keras_gan.exporters.deliverables import Deliverables
from keras_gan.modalities.image import Image as ImageField
from tests.conftest import ROOT
from tests.exporters import translators


@pytest.fixture
def translate(capsys):
    """Runs the command in this process; returns its exit code and what it wrote to the terminal."""

    def run(model, *arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(["translate", "--model", str(model), *map(str, arguments)])
        shown = capsys.readouterr()
        return ended.value.code, shown.out + shown.err

    return run


@pytest.fixture(scope="module")
def networks():
    """The `ExportedTranslator` of a kind of model, or of one of its files."""
    return lambda kind, name="": exported.load(translators.exported(kind) / name)


def pixels(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def save(path, values, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path, **options)
    return path


def read(path, mode=None):
    image = Image.open(path)
    assert image.format == "PNG"
    assert mode is None or image.mode == mode
    return np.asarray(image)


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# --- Files -------------------------------------------------------------------------------------------------------


def test_a_folder(translate, networks, tmp_path):
    photos, out = tmp_path / "photos", tmp_path / "out"
    values = {
        "a.png": pixels(9, 14, 3),
        "b/c.bmp": pixels(16, 5, 3, seed=1),
        "b/c.png": pixels(3, 3, 3, seed=2),
        "b/C.PNG": pixels(3, 4, 3, seed=3),
        "c.webp": pixels(8, 8, 3, seed=4),
    }
    for name, each in values.items():
        save(photos / name, each, **({"lossless": True} if name.endswith("webp") else {}))
    (photos / "notes.txt").write_text("no image")
    code, shown = translate(translators.exported("plain"), "--input", photos, "--out", out)
    assert code == 0, shown
    assert "5 image(s) translated" in shown
    expected = {
        "a.png": "a.png",
        "c.png": "c.webp",
        "b/C.png": "b/C.PNG",
        "b/c-bmp.png": "b/c.bmp",
        "b/c-png.png": "b/c.png",
    }
    assert names(out) == sorted(expected)
    for name, source in expected.items():
        np.testing.assert_array_equal(read(out / name, "RGB"), networks("plain").translate(values[source]))


def test_every_format_is_taken_from_a_folder_and_others_are_named(translate, tmp_path):
    for suffix in ("tif", "jfif", "avif", "pgm"):
        save(tmp_path / "photos" / f"{suffix}.{suffix}", pixels(5, 6) if suffix == "pgm" else pixels(5, 6, 3))
    code, shown = translate(translators.exported("plain"), "--input", tmp_path / "photos", "--out", tmp_path / "out")
    assert (code, len(names(tmp_path / "out"))) == (0, 4), shown
    (tmp_path / "photos" / "notes.txt").write_bytes(b"x")
    (tmp_path / "photos" / "phone.heic").write_bytes(b"x")
    code, shown = translate(translators.exported("plain"), "--input", tmp_path / "photos", "--out", tmp_path / "out")
    assert code == 1
    assert "not images: .heic (1), .txt (1)" in shown


def test_names_are_told_apart_whatever_they_are(translate, tmp_path):
    photos = tmp_path / "photos"
    for name in ("x.bmp", "x.png", "x-png.bmp", "X-PNG.png"):
        save(photos / name, pixels(4, 4, 3))
    code, _ = translate(translators.exported("plain"), "--input", photos, "--out", tmp_path / "out")
    assert code == 0
    assert len({name.casefold() for name in names(tmp_path / "out")}) == 4


def test_one_file(translate, networks, tmp_path):
    photo = save(tmp_path / "photo.jpg", pixels(9, 14, 3))
    expected = networks("plain").translate(np.asarray(Image.open(photo)))
    for out, written in (("out", "out/photo.png"), ("new/x.png", "new/x.png")):
        code, shown = translate(translators.exported("plain"), "--input", photo, "--out", tmp_path / out)
        assert code == 0
        assert str(tmp_path / written) in shown
        np.testing.assert_array_equal(read(tmp_path / written), expected)


def test_a_name_that_says_another_kind_of_file_is_refused(translate, tmp_path):
    photo = save(tmp_path / "photos" / "a.png", pixels(4, 4, 3))
    for given, out, message in (
        (photo, "new.jpg", "results are PNG files: end in .png"),
        (photo.parent, "new.webp", "results are PNG files: end in .png"),
        (photo.parent, "new.PNG", "is one file, and --input"),
    ):
        code, shown = translate(translators.exported("plain"), "--input", given, "--out", tmp_path / out)
        assert (code, len(shown.splitlines())) == (2, 1)
        assert message in shown
        assert not (tmp_path / out).exists()
    (tmp_path / "folder.jpg").mkdir()
    for out in ("folder.jpg", "other.jpg/", "v1.0"):
        code, _ = translate(translators.exported("plain"), "--input", photo, "--out", f"{tmp_path}/{out}")
        assert code == 0
        assert names(tmp_path / out) == ["a.png"]


def test_earlier_results_below_the_folder_are_no_originals(translate, tmp_path):
    save(tmp_path / "a.bmp", pixels(4, 4, 3))
    for _ in range(2):
        code, shown = translate(translators.exported("plain"), "--input", tmp_path, "--out", tmp_path / "out")
        assert code == 0
        assert "1 image(s)" in shown
    assert names(tmp_path) == ["a.bmp", "out/a.png"]


def test_originals_are_never_overwritten(translate, tmp_path):
    photo = save(tmp_path / "photos" / "a.png", pixels(4, 4, 3))
    before = photo.read_bytes()
    (tmp_path / "link").symlink_to(tmp_path / "photos")
    for given, out in (
        (tmp_path / "photos", tmp_path / "photos"),
        (tmp_path / "photos", f"{tmp_path}/link/"),
        (photo, tmp_path / "photos"),
        (photo, photo),
        (photo, tmp_path / "link" / "a.png"),
        (tmp_path, tmp_path / "link"),
    ):
        code, shown = translate(translators.exported("plain"), "--input", given, "--out", out)
        assert code == 2
        assert "original" in shown or "no images below" in shown
        assert photo.read_bytes() == before
        assert names(tmp_path / "photos") == ["a.png"]


def test_broken_files_are_told_at_the_end(translate, tmp_path):
    photos, out = tmp_path / "photos", tmp_path / "out"
    good = save(photos / "good.png", pixels(4, 4, 3))
    (photos / "empty.jpg").write_bytes(b"")
    (photos / "cut.png").write_bytes(save(tmp_path / "x.png", pixels(40, 40, 3)).read_bytes()[:2000])
    code, shown = translate(translators.exported("plain"), "--input", photos, "--out", out)
    assert code == 1
    assert "2 of 3 images could not be translated" in shown
    assert "empty.jpg: not an image" in shown
    assert "cut.png: " in shown
    assert names(out) == ["good.png"]
    good.unlink()
    code, shown = translate(translators.exported("plain"), "--input", photos, "--out", tmp_path / "none")
    assert code == 2
    assert "none of 2 image(s) could be translated" in shown
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_images_are_upright(translate, networks, tmp_path, orientation):
    stored = pixels(8, 12, 3)
    upright = {3: np.rot90(stored, 2), 6: np.rot90(stored, -1), 8: np.rot90(stored)}.get(orientation, stored)
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = save(tmp_path / "photo.png", stored, exif=exif)
    code, _ = translate(translators.exported("plain"), "--input", photo, "--out", tmp_path / "out")
    assert code == 0
    made = Image.open(tmp_path / "out" / "photo.png")
    assert made.getexif().get(0x0112, 1) == 1
    np.testing.assert_array_equal(np.asarray(made), networks("plain").translate(upright))


# --- Colours, opacity, holes -------------------------------------------------------------------------------------


def test_colours_become_grey_for_a_network_of_greys(translate, networks, tmp_path):
    photo = save(tmp_path / "photo.png", pixels(9, 7, 3))
    code, _ = translate(translators.exported("local"), "--input", photo, "--out", tmp_path / "out")
    assert code == 0
    grey = np.asarray(Image.open(photo).convert("L"))[:, :, None]
    np.testing.assert_array_equal(read(tmp_path / "out" / "photo.png", "L"), networks("local").translate(grey)[:, :, 0])


def test_greys_become_colours(translate, networks, tmp_path):
    grey = pixels(9, 7)
    photo = save(tmp_path / "photo.png", grey)
    code, _ = translate(translators.exported("plain"), "--input", photo, "--out", tmp_path / "out")
    assert code == 0
    expected = networks("plain").translate(np.repeat(grey[:, :, None], 3, axis=2))
    np.testing.assert_array_equal(read(tmp_path / "out" / "photo.png", "RGB"), expected)


@pytest.mark.parametrize(("kind", "mode"), [("plain", "RGBA"), ("large", "RGBA"), ("local", "LA")])
def test_opacity_is_kept(translate, networks, tmp_path, kind, mode):
    values = pixels(8, 10, 4)
    values[:, :, 3] = np.where(np.arange(10) < 5, 255, np.where(np.arange(10) < 8, 0, 100))
    photo = save(tmp_path / "photo.png", values)
    code, _ = translate(translators.exported(kind), "--input", photo, "--out", tmp_path / "out")
    assert code == 0
    made = read(tmp_path / "out" / "photo.png", mode)
    image = Image.open(photo)
    on_white = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert(
        "RGB" if mode == "RGBA" else "L"
    )
    expected = networks(kind).translate(np.asarray(on_white).reshape(8, 10, -1))
    np.testing.assert_array_equal(made[:, :, :-1], expected)
    scale = networks(kind).scale
    assert made.shape[:2] == (8 * scale, 10 * scale)
    if scale == 1:
        np.testing.assert_array_equal(made[:, :, -1], values[:, :, 3])
    else:
        assert (made[:, : 4 * scale - 1, -1] == 255).all()
        assert (made[:, 6 * scale : 7 * scale - 1, -1] <= 10).all()


def test_what_is_transparent_is_the_hole(translate, networks, tmp_path):
    values = pixels(16, 18, 4)
    values[:, :, 3] = 255
    values[3:9, 4:11, 3] = 0
    values[12, 12, 3] = 200  # known, and its colour is its own
    photo = save(tmp_path / "photo.png", values)
    code, _ = translate(translators.exported("masked"), "--input", photo, "--out", tmp_path / "out")
    assert code == 0
    made = read(tmp_path / "out" / "photo.png", "RGB")
    hole = values[:, :, 3] == 0
    np.testing.assert_array_equal(made[~hole], values[:, :, :3][~hole])
    np.testing.assert_array_equal(made, networks("masked").translate(values[:, :, :3].copy(), hole))
    assert np.abs(made.astype(int) - values[:, :, :3])[hole].mean() > 20


def test_masks(translate, networks, tmp_path):
    photos, masks, out = tmp_path / "photos", tmp_path / "masks", tmp_path / "out"
    values, holes = {}, {}
    for number, name in enumerate(("a.png", "b/c.bmp")):
        values[name] = pixels(16, 12 + number, 3, seed=number)
        holes[name] = np.zeros(values[name].shape[:2], bool)
        holes[name][2 : 9 + number, 3:8] = True
        save(photos / name, values[name])
        save((masks / name).with_suffix(".png"), np.where(holes[name], 250, 90).astype(np.uint8))
    save(photos / "d.png", pixels(8, 8, 3))
    save(photos / "e.png", pixels(8, 8, 3))
    save(masks / "e.png", pixels(8, 9))
    code, shown = translate(translators.exported("masked"), "--input", photos, "--mask", masks, "--out", out)
    assert code == 1
    assert "d.png: No such file" in shown.replace(str(masks / "d.png"), "d.png")
    assert "e.png: its mask has 9x8 px, the image 8x8" in shown
    assert names(out) == ["a.png", "b/c.png"]
    for name, made in (("a.png", "a.png"), ("b/c.bmp", "b/c.png")):
        expected = networks("masked").translate(values[name], holes[name])
        np.testing.assert_array_equal(read(out / made, "RGB"), expected)
    code, shown = translate(
        translators.exported("masked"),
        "--input",
        photos / "a.png",
        "--mask",
        masks / "a.png",
        "--out",
        out / "again.png",
    )
    assert code == 0
    np.testing.assert_array_equal(read(out / "again.png"), read(out / "a.png"))


def test_with_a_mask_opacity_is_kept(translate, tmp_path):
    values = pixels(8, 8, 4)
    photo = save(tmp_path / "photo.png", values)
    mask = save(tmp_path / "mask.png", np.zeros((8, 8), np.uint8))
    code, _ = translate(translators.exported("masked"), "--input", photo, "--mask", mask, "--out", tmp_path / "out")
    assert code == 0
    np.testing.assert_array_equal(read(tmp_path / "out" / "photo.png", "RGBA")[:, :, 3], values[:, :, 3])


# --- Models, directions, tiles -----------------------------------------------------------------------------------


def test_directions(translate, networks, tmp_path):
    photo = save(tmp_path / "photo.png", pixels(8, 9, 3))
    folder = translators.exported("two")
    for direction, mode in (("AtoB", "L"), ("BtoA", "RGB")):
        code, _ = translate(folder, "--input", photo, "--out", tmp_path / direction, "--direction", direction)
        assert code == 0
        made = read(tmp_path / direction / "photo.png", mode)
        image = np.asarray(Image.open(photo).convert("RGB" if mode == "L" else "L")).reshape(8, 9, -1)
        expected = exported.load(folder, direction).translate(image)
        np.testing.assert_array_equal(made.reshape(expected.shape), expected)


def test_a_file_for_phones(translate, networks, tmp_path):
    grey = pixels(70, 90)
    photo = save(tmp_path / "photo.png", grey)
    model = translators.exported("local") / "generator.tflite"
    code, shown = translate(model, "--input", photo, "--out", tmp_path / "out")
    assert code == 0, shown
    made = read(tmp_path / "out" / "photo.png", "L").astype(int)
    assert np.abs(made - networks("local").translate(grey[:, :, None])[:, :, 0]).max() <= 1
    code, shown = translate(model, "--input", photo, "--out", tmp_path / "out", "--tile", 64)
    assert code == 2
    assert "tiles of 64x64 px alone: leave out --tile" in shown


def test_tiles(translate, networks, tmp_path):
    photo = save(tmp_path / "photo.png", pixels(150, 130, 3))
    for name, option, tile in (("a", ("--tile", 50), 50), ("b", ("--memory-limit-mb", 1), None)):
        code, _ = translate(translators.exported("large"), "--input", photo, "--out", tmp_path / name, *option)
        assert code == 0
        tile = tile or networks("large").tile_within(150, 130, 1e6)
        assert tile < 130
        expected = networks("large").translate(np.asarray(Image.open(photo)), tile=tile)
        np.testing.assert_array_equal(read(tmp_path / name / "photo.png"), expected)


@pytest.mark.parametrize(
    ("model", "arguments", "message"),
    [
        ("plain/1", ["--direction", "BtoA"], "one direction alone: leave out --direction"),
        ("plain/1", ["--mask", "."], "fills no holes: leave out --mask"),
        ("masked/1", ["--mask", "missing.png"], "--mask missing.png: there is no such file"),
        ("masked/1", [], "no pixel is transparent, so there is no hole: give --mask"),
        ("plain/1", ["--input", "missing"], "--input missing: there is no such file or folder"),
        ("plain/1", ["--input", "empty"], "no images below empty"),
        ("plain", [], "did you mean"),
        ("plain/1/none.tflite", [], "there is no file"),
        ("plain/1", ["--tile", "8"], "--tile must be at least 32"),
        ("plain/1", ["--memory-limit-mb", "0"], "--memory-limit-mb must be at least 1"),
        ("plain/1", ["--out", "/proc/none"], "cannot write /proc/none"),
    ],
)
def test_mistakes_are_named(translate, tmp_path, monkeypatch, model, arguments, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    save(tmp_path / "photo.png", pixels(4, 4, 3))
    base = translators.exported(Path(model).parts[0]).parents[1]
    code, shown = translate(base / model, "--input", "photo.png", "--out", "out", *arguments)
    assert code == 2
    assert message in shown
    assert not (tmp_path / "out").exists()


def test_a_file_for_phones_needs_no_tensorflow(tmp_path):
    photo = save(tmp_path / "photo.png", pixels(64, 64))
    model = translators.exported("local") / "generator.tflite"
    words = ["translate", "--model", str(model), "--input", str(photo), "--out", str(tmp_path / "out")]
    code = f"""
import sys
from keras_gan.cli import main
try:
    main({words!r})
except SystemExit as ended:
    print(ended.code, [name for name in ("tensorflow", "keras") if name in sys.modules])
"""
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[1:] == ["0 []"]


def test_a_folder_of_files_for_phones_alone(translate, tmp_path):
    folder = tmp_path / "1"
    folder.mkdir()
    for name in ("AtoB.tflite", "BtoA.tflite", "manifest.json"):
        (folder / name).symlink_to(translators.exported("two") / name)
    for direction, image in ((None, pixels(16, 16, 3)), ("BtoA", pixels(16, 16))):
        photo = save(tmp_path / "photo.png", image)
        chosen = ("--direction", direction) if direction else ()
        assert translate(folder, "--input", photo, "--out", tmp_path / "out", *chosen)[0] == 0
        made = read(tmp_path / "out" / "photo.png", "RGB" if direction else "L").reshape(16, 16, -1)
        network = exported.load(translators.exported("two"), direction)
        assert np.abs(made.astype(int) - network.translate(image.reshape(16, 16, -1))).max() <= 1
    (folder / "AtoB.tflite").rename(folder / "other.tflite")
    (folder / "BtoA.tflite").unlink()
    code, shown = translate(folder, "--input", photo, "--out", tmp_path / "out")
    assert code == 2
    assert f"did you mean {folder / 'other.tflite'}?" in shown


MEASURED = """
import sys
from keras_gan import cli

def peak():  # of this process; getrusage would count the one that started it, too
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1000

def run(*arguments):
    try:
        cli.main(["translate", *arguments])
    except SystemExit as ended:
        assert not ended.code
    return peak()

model, small, large, out = sys.argv[1:5]
before = run("--model", model, "--input", small, "--out", out)
print("megabytes", run("--model", model, "--input", large, "--out", out, *sys.argv[5:]) - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
def test_memory_is_bounded(tmp_path):
    import keras

    # 64 channels at full size: 1.5 megapixels need 390 MB twice.
    source = keras.Input((None, None, 3), name="source")
    x = keras.layers.Conv2D(64, 1, activation="relu")(source)
    network = keras.Model(source, keras.layers.Conv2D(3, 1, activation="tanh")(x))
    fields, examples = {"images": ImageField(None, None, 3)}, {"images": np.zeros((1, 16, 16, 3), np.float32)}
    networks = [outgoing.Outgoing("generator", network, fields, fields, examples=examples)]
    saved_model.write(networks, tmp_path / "1", Deliverables())
    (tmp_path / "1" / "manifest.json").write_text(
        '{"generator": {"bytes_per_pixel": 512, "size_multiple": 1, "scale": 1}}'
    )
    small = save(tmp_path / "small.png", pixels(8, 8, 3))
    large = save(tmp_path / "large.png", np.repeat(pixels(1000, 15, 3), 100, axis=1))

    def megabytes(*arguments):
        command = [sys.executable, "-c", MEASURED, tmp_path / "1", small, large, tmp_path / "out", *arguments]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return float(result.stdout.split()[-1])

    limit = 60
    # Beside what the network needs: the image in 8 bits, and bands of the result in float32.
    assert megabytes("--memory-limit-mb", str(limit)) < 2 * limit + 60
    assert megabytes("--memory-limit-mb", "4000") > 390
