"""`sample --run`: samples of a checkpoint, also of a run that is being trained."""

import shutil

import numpy as np
import pytest
from PIL import Image

from keras_gan.runs import run_folder
from tests.conftest import command, save_dataset, train

STEPS = 2
TRAINED = ("--image-size", 16, "--batch-size", 8, "--steps", STEPS, "--no-health", "--metrics", "--export")
SMALL = ("--model.generator-channels", 4, "--model.discriminator-channels", 4)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a run of `cgan` on three classes."""
    folder = tmp_path_factory.mktemp("logs")
    photos = save_dataset(tmp_path_factory.mktemp("photos") / "photos", "sample", 24)
    asked = ("--variant", "cgan", *SMALL, "--dataset", photos, "--log-dir", folder, "--run-name", "run")
    assert train(*asked, *TRAINED) == 0
    return folder / "run"


def contents(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_a_run_that_is_trained_is_drawn_from_and_left_alone(run, tmp_path, capsys):
    before = contents(run)
    with run_folder.locked(run_folder.RunFolder(run)):
        before = contents(run)
        assert command("sample", "--run", "run", "--log-dir", run.parent, "--out", tmp_path / "g.png") == 0
        assert contents(run) == before
    said = capsys.readouterr().out
    assert "drawing from run at step 2, its last checkpoint." in said
    assert "one column for each class: a, b, c" in said
    # With seed 0 it is the last snapshot.
    assert (tmp_path / "g.png").read_bytes() == (run / "samples" / "step-000000002.png").read_bytes()


def test_all_that_can_be_asked_of_an_exported_model_can_be_of_a_run(run, tmp_path):
    asked = ("sample", "--run", run, "--zoom", 1)
    grid = np.array(Image.open(run / "samples" / "step-000000002.png"))[-8 * 96 :: 6, ::6]
    assert command(*asked, "--label", "b", "--seed", 1, "--count", 1, "--out", f"{tmp_path}/one/") == 0
    np.testing.assert_array_equal(np.array(Image.open(tmp_path / "one" / "seed-1.png")), grid[:16, 16:32])
    assert command(*asked, "--interpolate", 0, 4, "--frames", 3, "--out", tmp_path / "walk.png") == 0
    strip = np.array(Image.open(tmp_path / "walk.png"))
    assert strip.shape == (16, 48, 3)
    np.testing.assert_array_equal(strip[:, :16], grid[:16, :16])
    assert command(*asked, "--truncation", 0.5, "--count", 2, "--out", tmp_path / "typical.png") == 0
    assert not np.array_equal(np.array(Image.open(tmp_path / "typical.png"))[:, :16], grid[:16, :16])


def test_what_cannot_be_drawn_is_said(run, tmp_path, capsys):
    assert command("sample", "--run", "nobody", "--log-dir", run.parent) == 2
    assert "no run 'nobody'" in capsys.readouterr().err
    assert command("sample") == 2
    assert "give exactly one of --model FOLDER" in capsys.readouterr().err
    assert command("sample", "--run", run, "--label", "d") == 2
    assert "choose from: a, b, c" in capsys.readouterr().err
    shutil.copytree(run, tmp_path / "begun", ignore=shutil.ignore_patterns("step-*"))
    assert command("sample", "--run", tmp_path / "begun") == 2
    assert "has no checkpoint yet" in capsys.readouterr().err
    config = tmp_path / "begun" / "config.json"
    other = config.read_text().replace('"cgan"', '"denoise"').replace('"laptop"', '"none"')
    config.write_text(other.partition('"model"')[0] + '"model": {}}')
    assert command("sample", "--run", tmp_path / "begun") == 2
    assert "the run begun (denoise) draws nothing of seeds: export it" in capsys.readouterr().err
