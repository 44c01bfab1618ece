"""What leaves a run, and its report, say names of files and folders, not where they lie."""

import getpass
import json
from pathlib import Path

import pytest

from keras_gan.runs.public import names_only
from tests.conftest import command, save_dataset, train

OPTIONS = {
    "dataset": "folder:~/pictures/cats+/data/x 'y/dogs",
    "log_dir": "/srv/logs/t",
    "export_dir": "../export/models",
    "data_dir": None,
    "model": {"weights": "w/vgg.h5"},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (OPTIONS["dataset"], "folder:cats+dogs"),
        ("folder:/data/x 'y/dogs/1.png", "folder:dogs/1.png"),
        ("w/vgg.h5 in /srv/logs/t/run", "vgg.h5 in t/run"),
        ("new/w/vgg.h5", "new/w/vgg.h5"),
        (str(Path("~/pictures/cats").expanduser()), "cats"),
        ("cannot read /home/me/a/b.png.", "cannot read b.png."),
        (r"C:\Users\me\cats", "cats"),
        ("tfds:cycle_gan/horse2zebra", "tfds:cycle_gan/horse2zebra"),
        ("https://example.org/a/b, 10/20, mean / std", "https://example.org/a/b, 10/20, mean / std"),
    ],
)
def test_texts(text, expected):
    assert names_only({"a": [text, 1, None]}, OPTIONS) == {"a": [expected, 1, None]}


def test_texts_of_a_run_in_folders_without_others():
    options = {"dataset": "folder:photos", "log_dir": "logs", "export_dir": "models", "data_augment": ""}
    assert names_only(options, options) == options


def test_no_file_of_an_export_and_no_report_says_where_it_was_made(tmp_path):
    place = tmp_path / "secret place"
    dataset = save_dataset(place / "pictures", "sample")
    small = ("--variant", "cgan", "--dataset", dataset, "--image-size", 16, "--steps", 2, "--batch-size", 4)
    folders = ("--log-dir", place / "logs", "--export-dir", place / "models", "--data-dir", place / "sets")
    assert train(*small, *folders, "--run-name", "r", "--metrics", "kid", "--eval-samples", 8) == 0
    model = place / "models" / "r" / "1"
    manifest = json.loads((model / "manifest.json").read_text())
    assert manifest["configuration"]["dataset"] == manifest["data"]["name"] == "folder:pictures"
    assert manifest["configuration"]["export_dir"] == "models"
    assert "--dataset folder:pictures" in manifest["command"]
    assert command("report", "--run", "r", "--log-dir", place / "logs") == 0
    page = place / "logs" / "r" / "report.html"
    for path in (page, *(path for path in model.rglob("*") if path.is_file())):
        content = path.read_bytes()
        for word in ("secret", str(Path.cwd()), str(Path.home()) + "/", f"/{getpass.getuser()}/"):
            assert word.encode() not in content, (path, word)
