"""export/mobile/sample.py: the golden vectors in NumPy, and the program as a phone's developer would run it."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageSequence

from keras_gan import exported, exporters
from keras_gan.exporters import tflite
from keras_gan.exporters.deliverables import Deliverables
from tests.conftest import ROOT, command, networks_of, tiny

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
    # As it starts, a generator draws all but one grey, and any picture would do.
    model.ema_generator.set_weights([20.0 * w if w.ndim > 1 else w for w in model.ema_generator.get_weights()])
    exporters.export(model, tmp_path / "1", formats=("tflite",))
    result = run(
        "--model", tmp_path / "1" / "generator.tflite", "--count", 5, "--seed", -2, "--out", tmp_path / "g.png"
    )
    assert result.returncode == 0, result.stderr
    grid = np.array(Image.open(tmp_path / "g.png")).astype(int)
    expected = np.rint(model.sample(5, seed=-2) * 255)
    assert np.abs(expected[2] - expected[4]).max() > 50
    assert grid.shape == (32, 48, 3)
    assert np.abs(grid[:16, 32:] - expected[2]).max() <= 1
    assert np.abs(grid[16:, 16:32] - expected[4]).max() <= 1


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """A generator of three classes, its .tflite and its SavedModel."""
    directory = tmp_path_factory.mktemp("labelled")
    model = tiny("cgan")
    exporters.export(model, directory / "1", facts={"data": FACTS})
    return directory / "1"


FACTS = {"name": "n", "source": "s", "images": 3, "treatment": "t", "classes": ["cat", "dog", "0"]}


def test_draws_the_classes_of_the_saved_model(labelled):
    model, generator = labelled / "generator.tflite", exported.load(labelled)
    draw, seeds = mobile.load(model), np.array([-4, 0, 7])
    for label in (None, "dog", "2", "0"):
        labels = mobile.find_labels(model, seeds, label)
        number = None if label is None else generator.find_label(label)
        np.testing.assert_array_equal(labels, generator.labels(seeds, number))
        for truncation in (1.0, 0.5):
            expected = generator.draw_seeds(seeds, number, truncation)
            np.testing.assert_allclose(mobile.sample(draw, seeds, labels, truncation), expected, atol=1e-5)


def test_labels_without_a_manifest(labelled, tmp_path):
    (tmp_path / "generator.tflite").symlink_to(labelled / "generator.tflite")
    model = ("--model", tmp_path / "generator.tflite", "--out", tmp_path / "g.png")
    missing = run(*model)
    assert missing.returncode == 2
    assert "give --label" in missing.stderr
    given = run(*model, "--label", 1, "--truncation", 0.5)
    assert given.returncode == 0, given.stderr


def test_wrong_labels_are_named(labelled, make_model, tmp_path):
    model = labelled / "generator.tflite"
    for label in ("3", "-1", "bird", ""):
        with pytest.raises(ValueError, match="no such class, choose from: cat, dog, 0"):
            mobile.find_labels(model, np.arange(2), label)
    tflite.write(networks_of(make_model()), tmp_path, Deliverables())
    result = run("--model", tmp_path / "generator.tflite", "--label", "1", "--out", tmp_path / "g.png")
    assert result.returncode == 2
    assert "without classes" in result.stderr


def test_bad_input_is_named(tmp_path):
    (tmp_path / "bad.tflite").write_bytes(b"TFL3 not really")
    for arguments, message in (
        (("--model", tmp_path / "absent.tflite"), "there is no file"),
        (("--model", tmp_path / "bad.tflite"), "is not a generator"),
        (("--model", tmp_path / "bad.tflite", "--count", 0), "--count must be"),
        (("--model", tmp_path / "bad.tflite", "--seed", 2**63), "--seed must fit"),
        (("--model", tmp_path / "bad.tflite", "--truncation", "nan"), "--truncation must be"),
    ):
        result = run(*arguments)
        assert result.returncode == 2
        (line,) = result.stderr.splitlines()
        assert message in line


def test_mistakes_write_nothing(labelled, tmp_path):
    model = labelled / "generator.tflite"
    for arguments, message in (
        (("--model", labelled), "is a folder: did you mean"),
        (("--model", model, "--out", tmp_path / "s.jpg"), "s.jpg must be a file that ends in .png"),
        (("--model", model, "--out", tmp_path), "must be a file that ends in .png"),
        (("--model", model, "--out", model / "x.png"), "cannot write"),
        (("--model", model, "--count", 5000), "--count must be between 1 and 4096"),
        (("--model", model, "--label", "9" * 5000), "there is no such class"),
        (("--model", model, "--count", "many"), "--count"),
        (("--model", model, "--zoom", 0), "--zoom must be between 1 and 64"),
    ):
        result = run(*arguments)
        assert result.returncode == 2
        (line,) = result.stderr.splitlines()
        assert message in line
    assert not any(tmp_path.iterdir())


def test_classes_stand_in_columns(labelled, tmp_path, capsys):
    words = ["--model", str(labelled / "generator.tflite"), "--seed", "4", "--zoom", "2"]
    assert mobile.main([*words, "--out", str(tmp_path / "new" / "a.png")]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["one column for each class: dog, 0, cat"]
    made = np.array(Image.open(tmp_path / "new" / "a.png")).astype(int)
    pictures = exported.load(labelled).draw_seeds(np.arange(4, 28)).reshape(8, 3, 16, 16, 3)  # eight of each class
    expected = np.rint(255 * pictures.swapaxes(1, 2).reshape(128, 48, 3)).repeat(2, axis=0).repeat(2, axis=1)
    assert made.shape == expected.shape
    assert np.abs(made - expected).max() <= 1


@pytest.mark.parametrize("manifest", ["[]", "{", '{"fields": [1]}', '{"generator": {"num_classes": "x"}, "files": 3}'])
def test_a_manifest_that_cannot_be_understood_is_refused(manifest, labelled, tmp_path, capsys):
    shutil.copy(labelled / "generator.tflite", tmp_path)
    (tmp_path / "manifest.json").write_text(manifest)
    words = ["--model", tmp_path / "generator.tflite", "--label", 1, "--out", tmp_path / "g.png"]
    assert mobile.ended(lambda: mobile.main([*map(str, words)])) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert "manifest.json" in said


def test_a_name_of_any_bytes_and_output_that_nobody_reads(labelled, tmp_path):
    folder = tmp_path / "odd [1] \udcff"
    folder.mkdir()
    shutil.copy(labelled / "generator.tflite", folder)
    words = f"{sys.executable} -I {SCRIPT} --model generator.tflite --label 0 --out"
    result = subprocess.run(
        ["bash", "-c", f"LC_ALL=C {words} \udcff.png; {words} b.png | true; {words} c.png >&- 2>&-"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0
    assert all(line.startswith("note: no manifest.json") for line in result.stderr.splitlines())
    assert {"\udcff.png", "b.png", "c.png"} <= set(os.listdir(folder))


def test_a_file_that_its_manifest_does_not_describe_is_named(make_model, tmp_path):
    exporters.export(make_model(), tmp_path / "1", formats=("tflite",))
    file = tmp_path / "1" / "generator.tflite"
    file.write_bytes(file.read_bytes() + b"!")  # LiteRT draws it all the same
    result = run("--model", file, "--out", tmp_path / "g.png")
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert "is damaged" in line
    (tmp_path / "1" / "manifest.json").unlink()
    assert run("--model", file, "--out", tmp_path / "g.png").returncode == 0


@pytest.mark.parametrize(
    ("precision", "batch", "tolerance"), [("int8", 1, 0.06), ("int8_io", 1, 0.06), ("float32", 4, 1e-5)]
)
def test_other_files_are_drawn_as_well(precision, batch, tolerance, make_model, tmp_path):
    model = make_model("cgan")
    deliverables = Deliverables(("tflite",), (precision,), batch)
    tflite.write(networks_of(model), tmp_path, deliverables)
    draw = mobile.load(tmp_path / tflite.file_of("generator", precision))
    seeds = np.arange(-3, 3)  # with a batch of 4, the last one is not full
    images = mobile.sample(draw, seeds, labels=seeds % 3)
    assert images.dtype == np.float32
    assert np.abs(images - model.sample(6, seed=-3)).mean(axis=(1, 2, 3)).max() <= tolerance


@pytest.fixture(scope="module")
def moving(tmp_path_factory):
    """A tiny model of figures and one of films, `{variant: (model, folder of its export)}`."""
    made = {}
    for variant in ("motiongan", "mocogan"):
        model, folder = tiny(variant), tmp_path_factory.mktemp(variant) / "1"
        rng = np.random.default_rng(0)
        for weight in model.ema_generator.weights:  # as they are initialised, hardly anything moves
            weight.assign(weight + rng.normal(0, 0.05, weight.shape))
        exporters.export(model, folder, ("tflite",))
        made[variant] = model, folder
    return made


def test_films_are_a_gif(moving, tmp_path):
    model, folder = moving["mocogan"]
    words = ["--model", folder / "generator.tflite", "--seed", 7, "--count", 4, "--label", 1, "--zoom", 2]
    result = run(*words, "--out", tmp_path / "f.gif")
    assert result.returncode == 0, result.stderr
    assert "4 films of seeds 7 to 10" in result.stdout
    frames = model.sample(4, seed=7, labels=np.full(4, 1, np.int32))
    with Image.open(tmp_path / "f.gif") as film:
        shown = np.stack([np.array(each.convert("RGB")) for each in ImageSequence.Iterator(film)]).astype(int)
        lengths = [each.info["duration"] for each in ImageSequence.Iterator(film)]
    assert len(shown) == frames.shape[1]
    size = 2 * frames.shape[2]
    assert shown.shape[1:3] == (2 * size, 2 * size)
    expected = 255 * frames[3].repeat(2, axis=1).repeat(2, axis=2)
    assert np.abs(shown[:, size:, size:] - expected).mean() < 10  # a GIF has 256 colours
    assert np.abs(shown[:, :size, size:] - expected).mean() > 20
    assert abs(sum(lengths) - 1000 * len(lengths) / 12) <= 5


def test_movement_is_an_archive(moving, tmp_path):
    model, folder = moving["motiongan"]
    result = run("--model", folder / "generator.tflite", "--count", 3, "--seed", -2, "--out", tmp_path / "c.npz")
    assert result.returncode == 0, result.stderr
    motions, field = model.sample(3, seed=-2), model.fields["real"]
    with np.load(tmp_path / "c.npz") as made:
        np.testing.assert_allclose(made["motions"], motions, atol=1e-4)
        np.testing.assert_allclose(made["positions"], field.positions(motions), atol=1e-4)
        assert (made["fps"], tuple(made["parents"])) == (field.fps, field.parents)
        assert made["seeds"].tolist() == [-2, -1, 0]
        assert made["labels"].tolist() == [3, 4, 0]


def test_what_moves_must_be_described(moving, tmp_path):
    for variant, name in (("mocogan", "frames"), ("motiongan", "motions")):
        folder = tmp_path / variant
        shutil.copytree(moving[variant][1], folder)
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["fields"]["generator"]["outputs"][name]["fps"] = "often"
        (folder / "manifest.json").write_text(json.dumps(manifest))
        for file, ending, part in (
            ("generator.tflite", mobile.usual_out(manifest), "does not say how many frames a second has"),
            ("continuation.tflite", mobile.usual_out(manifest), "wants start, too"),
            ("generator.tflite", "grid.png", "must be a file that ends in"),
        ):
            result = run("--model", folder / file, "--count", 1, "--out", tmp_path / ending)
            assert result.returncode == 2
            assert part in result.stderr
    assert not list(tmp_path.glob("*.*"))


def test_class_names_cannot_move_the_cursor(tmp_path, capsys):
    shutil.copytree(ROOT / "export" / "zoo" / "cgan-mnist", tmp_path / "1")
    manifest = json.loads((tmp_path / "1" / "manifest.json").read_text())
    manifest["data"]["classes"] = [f"\x1b[2J{number}\nerror: forged" for number in range(10)]
    (tmp_path / "1" / "manifest.json").write_text(json.dumps(manifest))
    words = ["--model", str(tmp_path / "1" / "generator-float16.tflite"), "--out", str(tmp_path / "g.png")]
    assert mobile.ended(lambda: mobile.main(words)) == 0
    assert mobile.ended(lambda: mobile.main([*words, "--label", "none"])) == 2
    assert command("sample", "--model", words[1], "--out", tmp_path / "s.png") == 0
    assert command("sample", "--model", words[1], "--label", "none", "--out", tmp_path / "s.png") == 2
    said = capsys.readouterr()
    assert r"\x1b[2J3" in said.out
    assert all(character.isprintable() for character in (said.out + said.err).replace("\n", ""))
    assert "\nerror: forged" not in said.out + said.err
