"""`sample` on an exported generator of classes and on one without."""

import hashlib
import json
import shutil
import subprocess
import sys

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image, ImageSequence

from keras_gan import cli, exported
from keras_gan.commands import models
from keras_gan.errors import UserError
from keras_gan.exporters import saved_model, tflite
from keras_gan.exporters.deliverables import Deliverables
from tests.conftest import ROOT, networks_of, tiny

NAMES = ["bald", "2", "afro"]


def export(name, directory, manifest):
    """Writes a tiny generator whose pictures differ visibly; returns its model."""
    model = tiny(name)
    rng = np.random.default_rng(0)
    for weight in model.ema_generator.trainable_weights + model.ema_generator.non_trainable_weights:
        if "moving" not in weight.path:
            weight.assign(rng.normal(0, 0.4, weight.shape))
    saved_model.write(networks_of(model), directory, Deliverables())
    (directory / "manifest.json").write_text(json.dumps(manifest))
    # Three at a time, in 16 bits: the same without its SavedModel.
    light = light_of(directory)
    light.mkdir()
    tflite.write(networks_of(model), light, Deliverables(precisions=("float16",), tflite_batch=3))
    shutil.copy(directory / "manifest.json", light)
    return model


def light_of(directory):
    """The folder of the same model as a `.tflite` file alone."""
    return directory.with_name(f"{directory.name}-light")


@pytest.fixture(scope="module")
def with_classes(tmp_path_factory):
    directory = tmp_path_factory.mktemp("cgan")
    return directory, export("cgan", directory, {"generator": {"num_classes": 3}, "data": {"classes": NAMES}})


@pytest.fixture(scope="module")
def without_classes(tmp_path_factory):
    directory = tmp_path_factory.mktemp("dcgan")
    # As exports before classes existed are.
    return directory, export("dcgan", directory, {"generator": {"latent_dim": 6}, "data": {"classes": NAMES}})


@pytest.fixture
def sample(capsys):
    """Runs the command in this process; returns its exit code and what it wrote to the terminal."""

    def run(directory, *arguments, zoom=("--zoom", "1")):
        with pytest.raises(SystemExit) as ended:
            cli.main(["sample", "--model", str(directory), *zoom, *map(str, arguments)])
        shown = capsys.readouterr()
        return ended.value.code, shown.out + shown.err

    return run


def read(path):
    return np.array(Image.open(path)).astype(int)


def pixels(images):
    return np.rint(images * 255)


def test_a_column_for_each_class(with_classes, sample, tmp_path):
    directory, model = with_classes
    code, shown = sample(directory, "--seed", 4, "--out", tmp_path / "g.png")
    assert code == 0
    assert "24 pictures of seeds 4 to 27" in shown
    assert "2, afro, bald" in shown  # the class of seed 4 is 1
    grid = read(tmp_path / "g.png")
    assert grid.shape == (8 * 16, 3 * 16, 3)
    for row, column in ((0, 0), (5, 2)):
        seed = 4 + 3 * row + column
        tile = grid[16 * row :, 16 * column :][:16, :16]
        assert np.abs(tile - pixels(model.sample(1, seed, labels=seed % 3))[0]).max() <= 1


def test_a_class_by_its_name_or_number(with_classes, sample, tmp_path):
    directory, model = with_classes
    for text, label in (("afro", 2), ("0", 0), ("2", 1)):  # "2" is the name of class 1
        code, shown = sample(directory, "--label", text, "--count", 4, "--out", tmp_path / "g.png")
        assert code == 0
        assert f"class {label} ({NAMES[label]})" in shown
        expected = pixels(model.sample(4, labels=label))
        assert np.abs(read(tmp_path / "g.png")[16:, :16] - expected[2]).max() <= 1
    code, _ = sample(directory, "--label", "bald", "--count", 2, "--seed", -1, "--out", f"{tmp_path}/files/")
    assert code == 0
    assert np.abs(read(tmp_path / "files" / "seed--1.png") - pixels(model.sample(1, -1, labels=0))[0]).max() <= 1


def test_truncation_scales_latents(with_classes, without_classes, sample, tmp_path):
    for directory, model in (with_classes, without_classes):
        generator = exported.load(directory)
        seeds = np.array([5, 6])
        assert sample(directory, "--seed", 5, "--count", 2, "--truncation", 0.5, "--out", tmp_path / "t.png")[0] == 0
        images = model([0.5 * generator.latents(seeds), generator.labels(seeds)] if model.num_classes
                       else 0.5 * generator.latents(seeds))  # fmt: skip
        expected = pixels(np.array(images) * 0.5 + 0.5)
        assert np.abs(read(tmp_path / "t.png") - np.concatenate(expected, axis=1)).max() <= 1


def test_a_walk_begins_and_ends_with_the_pictures_of_its_seeds(with_classes, without_classes, sample, tmp_path):
    for directory, model in (with_classes, without_classes):
        code, shown = sample(directory, "--interpolate", 4, -9, "--frames", 5, "--out", tmp_path / "w.png")
        assert code == 0
        assert ("class 1 (2)" in shown) == bool(model.num_classes)  # that of seed 4
        strip = read(tmp_path / "w.png")
        assert strip.shape == (16, 5 * 16, 3)
        for seed, tile in ((4, strip[:, :16]), (-9, strip[:, -16:])):
            expected = model.sample(1, seed, labels=1 if model.num_classes else None)
            assert np.abs(tile - pixels(expected)[0]).max() <= 1


def test_a_gif_goes_there_and_back(with_classes, sample, tmp_path, monkeypatch):
    directory, _ = with_classes
    monkeypatch.chdir(tmp_path)
    assert sample(directory, "--interpolate", 4, 9, "--frames", 5, "--label", "afro")[0] == 0
    assert sample(directory, "--interpolate", 4, 9, "--frames", 5, "--label", "afro", "--out", "w.png")[0] == 0
    with Image.open("walk.gif") as gif:
        frames = [np.array(frame.convert("RGB")).astype(int) for frame in ImageSequence.Iterator(gif)]
    assert len(frames) == 8  # five there, three back; the first is the ninth
    strip = read("w.png")
    for index, frame in enumerate([*range(5), 3, 2, 1]):
        assert np.abs(frames[index] - strip[:, 16 * frame :][:, :16]).mean() < 4  # 256 colours


def test_a_film_goes_there_and_back(with_classes, sample, tmp_path):
    options = ("--interpolate", 4, 9, "--frames", 5, "--label", "afro")
    assert sample(with_classes[0], *options, "--out", tmp_path / "w.mp4")[0] == 0
    assert sample(with_classes[0], *options, "--out", tmp_path / "w.png")[0] == 0
    read_film = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", tmp_path / "w.mp4", "-f", "rawvideo", "-pix_fmt", "gray", "-"]
    ended = subprocess.run(read_film, capture_output=True, check=True)
    assert b"Video: h264" in ended.stderr
    assert b"2 fps" in ended.stderr  # 500 ms each
    content = np.frombuffer(ended.stdout, np.uint8).reshape(-1, 16, 16)
    assert len(content) == 9  # five there, four back
    strip = np.asarray(Image.open(tmp_path / "w.png").convert("L"), int)
    there = np.stack(np.split(strip, 5, axis=1))
    for frame, index in zip(content, [*range(5), 3, 2, 1, 0], strict=True):
        assert np.abs(there[index] - frame).mean() < 8
    # Neighbours are nearly alike; the ends are not.
    for frame, end in ((content[0], 0), (content[4], 1), (content[8], 0)):
        assert np.abs(there[[0, 4]] - frame).mean(axis=(1, 2)).argmin() == end


def test_files_that_are_there_are_said_and_links_refused(without_classes, sample, tmp_path):
    directory, _ = without_classes
    arguments = ("--count", "2", "--out", f"{tmp_path}/drawn/")
    assert "replaced" not in sample(directory, *arguments)[1]
    assert "2 of the files were there, and were replaced" in sample(directory, *arguments)[1]
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "drawn" / "seed-1.png").unlink()
    (tmp_path / "drawn" / "seed-1.png").symlink_to(tmp_path / "mine")
    code, said = sample(directory, *arguments)
    assert (code, "seed-1.png is a link" in said) == (2, True)
    assert (tmp_path / "mine").read_text() == "mine"


def test_nothing_is_drawn_into_an_export(without_classes, sample):
    directory, _ = without_classes
    code, said = sample(directory, "--count", "2", "--out", directory / "samples.png")
    assert (code, "holds an exported model" in said) == (2, True)


def test_small_pictures_are_enlarged_for_people_and_files_are_as_they_are(with_classes, sample, tmp_path):
    directory, model = with_classes
    assert sample(directory, "--out", tmp_path / "g.png", zoom=())[0] == 0
    grid = read(tmp_path / "g.png")
    title = grid.shape[0] - 8 * 96
    assert (title > 0, grid.shape[1:]) == (True, (3 * 96, 3))  # 16 px, six times larger, below the names
    assert (grid[:title].min(), grid[0].min()) < (100, 255)
    for column in range(3):
        expected = pixels(model.sample(1, column))[0].repeat(6, axis=0).repeat(6, axis=1)
        assert np.abs(grid[title:, 96 * column :][:96, :96] - expected).max() <= 1
    assert sample(directory, "--interpolate", 1, 2, "--frames", 2, "--out", tmp_path / "w.gif", zoom=())[0] == 0
    with Image.open(tmp_path / "w.gif") as gif:
        assert gif.size == (256, 256)
    assert sample(directory, "--count", 1, "--out", f"{tmp_path}/files/", zoom=())[0] == 0
    assert read(tmp_path / "files" / "seed-0.png").shape == (16, 16, 3)
    assert sample(directory, "--count", 1, "--out", f"{tmp_path}/large/", zoom=("--zoom", "3"))[0] == 0
    assert read(tmp_path / "large" / "seed-0.png").shape == (48, 48, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--zoom", "0"], "--zoom must be between 1 and 64"),
        (["--zoom", "64", "--count", "128"], "--zoom 64 would make 134,217,728 pixels of 128 pictures"),
        (["--run", "mine"], "exactly one of --model FOLDER"),
        (["--label", "3"], "are 0 to 2"),
        (["--label", "-1"], "are 0 to 2"),
        (["--label", "afros"], "did you mean 'afro'"),
        (["--label", "zzz"], "choose from: bald, 2, afro"),
        (["--interpolate", "1", "2", "--out", "x.jpg"], "must end in .gif or .mp4 or .png"),
        (["--interpolate", "1", "2", "--out", "frames/"], "must end in .gif or .mp4 or .png"),
        (["--out", "x.gif"], "--interpolate A B"),
        (["--out", "x.mp4"], "only --interpolate A B makes a .mp4"),
        (["--interpolate", "1"], "INT INT"),
        (["--frames", "4"], "--frames belongs to --interpolate"),
        (["--interpolate", "1", "2", "--out", "/proc/none/w.gif"], "cannot write /proc/none/w.gif"),
    ],
)
def test_mistakes_are_named(with_classes, sample, arguments, message):
    code, shown = sample(with_classes[0], *arguments)
    assert code == 2
    assert message in shown


def test_without_classes_no_label_can_be_asked_for(without_classes, sample):
    code, shown = sample(without_classes[0], "--label", "1")
    assert code == 2
    assert "without classes: leave out --label" in shown


def test_without_its_manifest_a_model_draws_seeds_alone(with_classes, tmp_path):
    directory, model = with_classes
    for name in ("saved_model.pb", "variables"):
        (tmp_path / name).symlink_to(directory / name)
    generator = exported.load(tmp_path)
    np.testing.assert_allclose(generator.draw_seeds(np.array([-4]))[0], model.sample(1, -4)[0], atol=1e-5)
    with pytest.raises(UserError, match="copy the whole folder"):
        generator.find_label("1")
    with pytest.raises(UserError, match="copy the whole folder"):
        generator.draw_seeds(np.array([1]), truncation=0.5)


DATA = "variables/variables.data-00000-of-00001"


@pytest.mark.parametrize("manifest", [[], {"generator": 3}, {"data": {"classes": "abc"}}, {"files": {"x": 1}}])
def test_a_manifest_of_another_shape_is_refused(with_classes, sample, tmp_path, manifest):
    directory = tmp_path / "1"
    shutil.copytree(with_classes[0], directory)
    (directory / "manifest.json").write_text(json.dumps(manifest))
    code, shown = sample(directory, "--label", "1", "--out", tmp_path / "g.png")
    assert code == 2
    assert "manifest.json cannot be read: " in shown


@pytest.mark.parametrize(
    ("file", "damage", "described", "message"),
    [
        ("saved_model.pb", lambda content: content[:300], False, "cannot be loaded"),
        ("saved_model.pb", lambda content: b"hello", False, "cannot be loaded"),
        ("saved_model.pb", lambda content: b"", False, "cannot be loaded"),
        (DATA, lambda content: content[:300], False, "cannot be loaded"),
        (DATA, lambda content: content[:300] + bytes(8) + content[308:], False, "cannot be loaded"),
        ("variables/variables.index", lambda content: content[:40], False, "cannot be loaded"),
        (DATA, lambda content: content[:-1] + b"!", True, "is not the file that manifest.json beside it describes"),
    ],
)
def test_a_damaged_model_is_one_line(without_classes, sample, tmp_path, file, damage, described, message):
    directory = tmp_path / "1"
    shutil.copytree(without_classes[0], directory)
    content = (directory / file).read_bytes()
    if described:
        facts = {"files": {file: {"sha256": hashlib.sha256(content).hexdigest()}}}
        (directory / "manifest.json").write_text(json.dumps(facts))
    (directory / file).write_bytes(damage(content))
    code, shown = sample(directory, "--out", tmp_path / "g.png")
    assert code == 2
    (line,) = shown.splitlines()
    assert message in line
    assert not (tmp_path / "g.png").exists()


# --- Files without a SavedModel ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("--seed", -2, "--count", 7),
        ("--seed", 5, "--count", 4, "--truncation", 0.5),
        ("--interpolate", 4, -9, "--frames", 5),
    ],
)
@pytest.mark.parametrize("kind", ["with_classes", "without_classes"])
def test_a_tflite_file_draws_what_the_saved_model_draws(kind, arguments, sample, tmp_path, request):
    directory, _ = request.getfixturevalue(kind)
    drawn = []
    for number, path in enumerate((directory, light_of(directory), light_of(directory) / "generator-float16.tflite")):
        code, shown = sample(path, *arguments, "--out", tmp_path / f"{number}.png")
        assert code == 0, shown
        drawn.append(read(tmp_path / f"{number}.png"))
    np.testing.assert_array_equal(drawn[1], drawn[2])
    assert drawn[0].shape == drawn[1].shape
    assert np.abs(drawn[0] - drawn[1]).mean() <= 0.255  # the bound of float16, in grey levels
    assert np.abs(drawn[0] - drawn[0].mean(axis=(0, 1))).mean() > 10


def test_classes_of_a_tflite_file_are_those_of_its_manifest(with_classes, sample, tmp_path):
    directory, model = with_classes
    light = light_of(directory)
    code, shown = sample(light, "--label", "afro", "--count", 1, "--seed", 7, "--out", tmp_path / "g.png")
    assert (code, "class 2 (afro)" in shown) == (0, True)
    assert np.abs(read(tmp_path / "g.png") - pixels(model.sample(1, 7, labels=2))[0]).mean() <= 0.5
    assert "did you mean 'afro'" in sample(light, "--label", "afr")[1]
    alone = tmp_path / "generator.tflite"
    shutil.copy(light / "generator-float16.tflite", alone)
    code, shown = sample(alone, "--out", tmp_path / "g.png")
    assert (code, "there is no manifest.json with it" in shown) == (2, True)


def test_of_several_tflite_files_the_best_is_taken(tmp_path):
    for name in ("generator-int8.tflite", "generator-float16.tflite", "AtoB.tflite", "generator-controlled.tflite"):
        (tmp_path / name).touch()
    assert models.find(str(tmp_path)).name == "generator-float16.tflite"
    assert models.find(str(tmp_path), "AtoB").name == "AtoB.tflite"
    assert models.find(str(tmp_path), controlled=True).name == "generator-controlled.tflite"
    (tmp_path / "saved_model.pb").touch()
    assert models.find(str(tmp_path)) == tmp_path


def test_a_tflite_file_is_drawn_without_tensorflow(without_classes, tmp_path):
    light = light_of(without_classes[0])
    code = f"""
import sys
from keras_gan.cli import main
try:
    main(["sample", "--model", {str(light)!r}, "--count", "4", "--out", {str(tmp_path / "g.png")!r}])
except SystemExit as ended:
    print(ended.code, [name for name in ("tensorflow", "keras", "scipy") if name in sys.modules])
"""
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[1:] == ["0 []"], result.stdout
    assert result.stderr == ""


def test_models_of_the_zoo_go_by_their_names(without_classes, sample, tmp_path, monkeypatch):
    monkeypatch.setattr(models, "ZOO", tmp_path / "zoo")
    code, shown = sample("zoo:mine")
    assert code == 2
    (line,) = shown.splitlines()
    assert "there is no zoo: it is export/zoo of a checkout" in line
    for name in ("mine", "other"):
        shutil.copytree(light_of(without_classes[0]), tmp_path / "zoo" / name)
    assert sample("zoo:mine", "--count", 2, "--out", tmp_path / "g.png")[0] == 0
    assert sample("zoo:zzz")[1].endswith("unknown model of the zoo 'zzz': choose from: mine, other.\n")
