"""Folders with names that shells, patterns and encodings make something else of; and commands that are printed."""

import os
import shlex

import pytest
from PIL import Image

from keras_gan import exporters
from keras_gan.errors import UserError
from tests.conftest import command, save_noise, train

ODD = "odd [v1] *?{a} \\b 'q' \udcff é"  # with a byte that is no UTF-8


@pytest.fixture
def odd_place(tmp_path, monkeypatch):
    """The current folder, of an odd name, with a few pictures."""
    place = tmp_path / ODD
    save_noise([place / "a" / f"{index}.png" for index in range(4)], (16, 16, 3), seed=0)
    monkeypatch.chdir(place)
    return place


SMALL = ("--variant", "gan", "--dataset", "folder:a", "--image-size", 16, "--steps", 2, "--batch-size", 2)


def test_a_run_and_its_model_in_odd_folders(odd_place, capfd):
    assert train(*SMALL, "--log-dir", "logs [1]", "--export-dir", "models [v1]", "--run-name", "r") == 0
    model = "models [v1]/r/1"
    assert command("sample", "--model", model, "--count", 1, "--zoom", 1, "--out", "x.png") == 0
    with Image.open("x.png") as picture:
        assert picture.size == (16, 16)
    assert command("evaluate", "--model", model, "--reference", "a", "--samples", 4, "--metrics", "kid") == 0
    assert train("--resume", "--run-name", "r", "--log-dir", "logs [1]", "--steps", 3, "--export") == 0
    assert "Traceback" not in capfd.readouterr().err


def test_the_command_that_exports_again_works_as_it_is_printed(odd_place, capfd, monkeypatch):
    def fail(*_, **__):
        raise UserError("the disk has gone.")

    options = ("--log-dir", "logs [1]", "--export-dir", "my 'models'", "--export", "tflite", "--tflite", "float16")
    with monkeypatch.context() as failing:
        failing.setattr(exporters, "export_version", fail)
        assert train(*SMALL, *options, "--tflite-batch", 2, "--export-checkpoint", "last", "--run-name", "r") == 2
    printed = capfd.readouterr().err.partition("to export it again: ")[2].splitlines()[0]
    words = shlex.split(printed)
    assert words[0].endswith("python")
    assert words[1:4] == ["-m", "keras_gan", "export"]
    assert command(*words[3:]) == 0
    assert sorted(os.listdir("my 'models'/r/1")) == [
        *("MODEL_CARD.md", "generator-float16.tflite", "manifest.json", "samples.png")
    ]


@pytest.mark.parametrize("place", ["models", "models/r"])
def test_a_folder_of_models_that_is_none_is_told_before_the_first_step(odd_place, place, capfd):
    (odd_place / place).parent.mkdir(exist_ok=True)
    (odd_place / place).touch()
    options = ("--log-dir", "logs", "--export-dir", "models", "--run-name", "r")
    assert train(*SMALL, *options) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"error: cannot write {place}")
    assert not os.path.exists("logs")
    assert train(*SMALL, *options, "--export") == 0
    assert command("export", "--run", "r", "--log-dir", "logs", "--export-dir", "models") == 2
    assert f"cannot write {place}" in capfd.readouterr().err
