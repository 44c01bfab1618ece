"""A run's data is what its pictures are: not their path, nor their names, nor how many they are."""

import contextlib
import json
import shutil

import numpy as np
import pytest

from keras_gan import data
from keras_gan.config import DataOptions
from keras_gan.storage import arrays
from tests.conftest import command, noise_images, save_noise, train

SMALL = ("--image-size", 16, "--batch-size", 4, "--no-health", "--log-dir", "logs")
GAN = ("--variant", "cgan", *SMALL, "--model.generator-channels", 2, "--model.discriminator-channels", 2)
DENOISE = ("--variant", "denoise", *SMALL, "--model.channels", 2, "--model.discriminator-channels", 2)
CLASSES = ("cat", "dog")


def photos(folder, seed=0):
    save_noise([folder / name / f"{index}.png" for name in CLASSES for index in range(4)], (16, 16, 3), seed)
    return f"folder:{folder}"


def facts():
    with open("logs/r/data.json", encoding="utf-8") as file:
        return json.load(file)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A folder with pictures in `old`, a class-conditional run `r` on them, and one of restoration, `d`."""
    folder = tmp_path_factory.mktemp("runs")
    with contextlib.chdir(folder):
        photos(folder / "old")
        assert train(*GAN, "--dataset", "folder:old", "--steps", 1, "--run-name", "r", "--export-dir", "models") == 0
        more = ("--eval-samples", 2, "--export")
        assert train(*DENOISE, *more, "--dataset", "folder:old", "--steps", 1, "--run-name", "d") == 0
    return folder


@pytest.fixture
def here(runs, tmp_path, monkeypatch):
    """A copy of it, as the working directory."""
    shutil.copytree(runs, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path / "cache"))
    return tmp_path


def resume(*more, run="r", steps=2):
    return train("--resume", run, "--log-dir", "logs", "--steps", steps, "--export", *more)


def test_the_same_pictures_elsewhere_and_of_other_names_go_on(here):
    before = facts()
    (here / "new").mkdir()
    for name in CLASSES:
        shutil.move(here / "old" / name, here / "new" / f"a {name}")
    for path in sorted((here / "new").rglob("*.png")):
        path.rename(path.with_name(f"photo-{path.name}"))
    assert resume("--dataset", "folder:new") == 0
    now = facts()
    assert now["content"] == before["content"]
    assert (now["name"], now["fields"], now["classes"]) == ("folder:new", before["fields"], before["classes"])
    assert resume(steps=3) == 0  # it knows where they are now


def test_where_they_are_now_is_asked_for(here, capsys):
    (here / "old").rename(here / "new")
    asked = [
        lambda: resume(),
        lambda: command("evaluate", "--run", "r", "--log-dir", "logs", "--samples", 4),
        lambda: command("evaluate", "--model", "models/r/1", "--samples", 4),
        lambda: command("export", "--run", "d", "--log-dir", "logs"),
    ]
    for ask in asked:
        assert ask() == 2
        error = capsys.readouterr().err.splitlines()[-1]
        assert "the folder old" in error
        assert "with --dataset" in error


@pytest.mark.parametrize("change", ["others", "order", "labels", "fewer"])
def test_other_examples_are_refused(change, here, capsys):
    if change == "others":
        photos(here / "old", seed=1)
    elif change == "order":
        (here / "old/cat/0.png").rename(here / "old/cat/x.png")
    elif change == "labels":
        (here / "old/dog/0.png").rename(here / "old/cat/z.png")
    else:
        (here / "old/dog/0.png").unlink()
    said = {"others": "as many images,", "order": "as many images,", "labels": "as many labels,", "fewer": "8 -> 7"}
    assert resume() == 2
    error = capsys.readouterr().err.strip()
    assert "\n" not in error
    assert said[change] in error
    assert "--dataset" in error


def test_other_examples_can_be_insisted_on(here, capsys):
    photos(here / "old", seed=1)
    assert resume("--allow-config-change") == 0
    assert "changed: as many images," in capsys.readouterr().out
    assert resume(steps=3) == 0  # that is now what the run is trained on


def test_other_options_of_the_data_that_change_nothing_go_on(here):
    assert resume("--fit", "crop", "--skip-bad-files") == 0


def test_an_edited_configuration_is_refused(here, capsys):
    path = here / "logs/r/config.json"
    path.write_text(path.read_text().replace('"batch_size": 4', '"batch_size": 2'))
    assert resume() == 2
    assert "config.json was edited or damaged since the run wrote it" in capsys.readouterr().err
    assert command("sample", "--run", "r", "--log-dir", "logs", "--out", "r.png") == 0  # it can be looked at
    assert resume("--allow-config-change") == 0
    assert resume(steps=3) == 0  # that is now what the run is


@pytest.mark.parametrize("content", [None, "", '{"variant": "cgan", "batch', "\x00" * 100, '{"variant": 3}', "[]"])
def test_a_damaged_configuration_is_refused_in_a_line(content, here, capsys):
    path = here / "logs/r/config.json"
    path.unlink()
    if content is not None:
        path.write_text(content)
    assert resume() == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_runs_that_do_not_know_their_content_go_on_by_their_counts(here, capsys):
    old = facts()
    del old["content"]
    (here / "logs/r/data.json").write_text(json.dumps(old))
    photos(here / "old", seed=1)
    (here / "new").mkdir()
    assert resume("--dataset", "folder:new/../old") == 2
    assert "dataset: folder:old -> folder:new/../old" in capsys.readouterr().err
    assert resume() == 0
    assert facts()["content"] == data.load(DataOptions(dataset="folder:old", image_size=16)).facts["content"]


def test_evaluate_is_told_where_the_data_is(here, capsys):
    (here / "old").rename(here / "new")
    few = ("--samples", 4, "--features", "random", "--metrics", "fid")
    run, model, other = ("--run", "r", "--log-dir", "logs"), ("--model", "models/r/1"), photos(here / "other", seed=1)
    assert command("evaluate", *run, *few, "--dataset", "folder:new") == 0
    assert command("evaluate", *model, *few, "--reference", other) == 0  # on purpose
    for judged in (run, model):
        assert command("evaluate", *judged, *few, "--dataset", other) == 2
        assert "not what the run was trained on" in capsys.readouterr().err
    assert command("evaluate", "--images", "new", "--reference", "new", "--dataset", "folder:new") == 2
    assert command("evaluate", "--run", "r", "--log-dir", "logs", "--dataset", "foldr:new") == 2


def test_what_reloads_a_translators_data_is_told_where_it_is(here, capsys):
    (here / "old").rename(here / "new")
    export = ("export", "--run", "d", "--log-dir", "logs", "--export-dir", "models", "--export", "saved_model")
    assert command(*export, "--dataset", "folder:new") == 0
    judged = ("evaluate", "--model", "models/d/1", "--metrics", "l1")
    assert command(*judged, "--dataset", "folder:new") == 0
    other = photos(here / "other", seed=1)
    for ask in (export, judged):
        assert command(*ask, "--dataset", other) == 2
        assert "not what the run was trained on" in capsys.readouterr().err


def test_content_is_of_rows_type_and_shape(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (5000, 4, 4, 3), dtype=np.uint8)
    mapped = np.memmap(tmp_path / "map", np.uint8, "w+", shape=pixels.shape)
    mapped[:] = pixels
    known = arrays.content(pixels)
    assert arrays.content(mapped) == arrays.content(np.asfortranarray(pixels)) == known
    changed = pixels.copy()
    changed[-1, -1, -1, -1] ^= 1
    others = [changed, pixels[::-1], pixels[:-1], pixels.reshape(5000, 2, 8, 3), pixels.view(np.int8)]
    assert len({known, *map(arrays.content, others)}) == len(others) + 1


def test_content_is_hashed_once(monkeypatch):
    asked = []
    monkeypatch.setattr(arrays, "content", lambda column: asked.append(column) or "x")
    dataset = noise_images("cgan", 4)
    assert dataset.facts == dataset.facts
    assert len(asked) == len(dataset.columns)
