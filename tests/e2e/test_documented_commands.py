"""Every command that README and docs show is typed; what needs a network, a GPU or an hour is read at least."""

import importlib
import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from keras_gan import cli
from keras_gan.config import RunConfig
from keras_gan.data import avatars
from tests.conftest import ROOT, command, save_noise
from tests.e2e import documented_commands as documented

# Of the training commands, those that are read alone, by a word of theirs, and why.
NOT_RUN = {
    **dict.fromkeys(
        ("mnist", "stacked_mnist", "r3gan-stacked_mnist"), "needs data that are fetched, or prepared before"
    ),
    "multi_worker": "needs other machines",
    "cartoonise": "trains a network that reads attributes first; run by tests/conformance with another one",
    "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5": "needs a file of 80 MB from the network",
    "--config": "is run with files of its own by test_cli.py",
    "/elsewhere/logs/dcgan-avatars": "needs a run that has moved, as in test_resume.py",
    "folder:/elsewhere/photos": "needs data that have moved, as in tests/runs/test_trained_on.py",
    "--help": "is read by tests/config/test_explaining.py",
    "--list": "is run by test_cli.py",
}

CONTROLS = ("strength", "style", "alpha", "temperature", "prefix")  # options that a model's manifest brings


def own_commands():
    """Commands of this program, of `train.py` and of the package by either of its names, with their arguments."""
    starts = {("python", "train.py"): ["train"], ("python", "-m", "keras_gan"): [], ("keras-gan",): []}
    for page, words in documented.commands():
        words = [word for word in words if not re.match("[A-Z_]+=", word)]
        for start, arguments in starts.items():
            if tuple(words[: len(start)]) == start and len(words) > len(start):
                yield page, [*arguments, *words[len(start) :]]


@pytest.fixture
def asked(monkeypatch):
    """What commands are given, in place of doing it: a list that grows."""
    given = []
    for name in cli.COMMANDS:
        module = importlib.import_module(f"keras_gan.commands.{name.replace('-', '_')}")
        monkeypatch.setattr(module, "run", lambda *options: given.append(options) or 0)
    return given


@pytest.mark.parametrize(("page", "arguments"), own_commands(), ids=lambda each: str(each)[:60])
def test_they_are_understood(page, arguments, asked, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    if {"--resume", "--config"} & set(arguments):
        pytest.skip("needs a run, and is typed below or by the test that NOT_RUN names")
    if arguments[0] in ("sample", "translate") and {f"--{name}" for name in CONTROLS} & set(arguments):
        pytest.skip("needs a model with these controls, and is typed in tests/variants and tests/e2e/test_lines.py")
    if len(arguments) == 1 and arguments[0] in ("train", "sample", "translate", "evaluate"):
        return  # the name of a command within a sentence
    assert command(*arguments) == 0, capsys.readouterr().err
    assert asked or {"--help", "--version"} & set(arguments)


def test_make_knows_its_targets():
    wanted = {words[1] for _, words in documented.commands("make")}
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert wanted
    assert wanted <= set(targets)


def test_scripts_exist():
    for page, words in documented.commands("python"):
        assert not words[1].endswith(".py") or (ROOT / words[1]).is_file(), page


@pytest.mark.skipif(not shutil.which("git") or not (ROOT / ".git").exists(), reason="no checkout")
def test_git_does_not_see_what_commands_leave():
    made = {words[words.index("--out") + 1] for _, words in documented.commands() if "--out" in words} - {"FOLDER"}
    made |= {"samples.png", "walk.gif", "scores.json", "logs/x", "model.weights.h5", "my_generator/1", "my_photos"}
    made |= {f"{RunConfig.log_dir}/dcgan-avatars", f"{RunConfig.export_dir}/dcgan-avatars/1"}
    for path in sorted(made):
        inside = path if Path(path).suffix else f"{path.rstrip('/')}/x.png"
        assert not subprocess.run(["git", "check-ignore", "-q", inside], cwd=ROOT, check=False).returncode, inside
    hidden = subprocess.run(["git", "ls-files", "-ci", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    assert hidden.stdout == b""  # what belongs to the project


# --- Typed ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder with what a reader has: the scripts, and pictures under the names that the docs use."""
    folder = tmp_path_factory.mktemp("desk")
    for name in ("train.py", "export/mobile", "docs/images/sketches"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(ROOT / name)
    for name in ("my_photos", "photos", "more_photos", "mine", "theirs", "horse2zebra/trainA", "horse2zebra/trainB"):
        save_noise([folder / name / f"{index}.png" for index in range(10)], (64, 64, 3), seed=1)
    save_noise([folder / "facades" / f"{index}.png" for index in range(10)], (128, 256, 3), seed=2)
    save_noise([folder / "masks" / f"{index}.png" for index in range(10)], (64, 64), seed=3)
    save_noise([folder / "photo.jpg", folder / "mask.png"], (64, 64, 3), seed=4)
    Image.new("RGBA", (64, 64), (200, 0, 0, 100)).save(folder / "erased.png")
    return folder


@pytest.mark.slow
@pytest.mark.skipif("TYPE_DOCUMENTED" not in os.environ, reason="a quarter of an hour: TYPE_DOCUMENTED=1 runs it")
def test_they_do_what_they_say(desk, monkeypatch, capsys):
    """In the order of the docs, each training cut to some steps, of avatars fewer than there are."""
    monkeypatch.chdir(desk)
    monkeypatch.setenv("KERAS_GAN_CACHE", str(desk / "cache"))
    for splits in (avatars.SPLITS, avatars.TRANSLATION_SPLITS):
        for split in splits:
            monkeypatch.setitem(splits, split, 20)
    steps, done = itertools.count(1), []
    for page, words in documented.commands("python"):
        is_name = len(words) < 4 or words[3:] in (["sample"], ["translate"], ["evaluate"])  # within a sentence
        if words in done or is_name or set(words) & set(NOT_RUN):
            continue
        if words[1] == "train.py":
            code = command(*documented.shortened(words[2:], next(steps)), name="train")
        elif words[2] == "keras_gan":
            code = command(*documented.in_short(words[3:]))
        elif words[1] == "export/mobile/sample.py":
            code = subprocess.run([sys.executable, *words[1:]], check=False).returncode
        else:  # of developers
            continue
        done.append(words)
        assert code == 0, f"{page}: {shlex.join(words)}\n{capsys.readouterr().err[-2000:]}"
    assert len(done) > 40
    for made in ("grid.png", "walk.gif", "phone.png", "faces/1.png", "strip.png", "filled/photo.png", "scores.json"):
        assert (desk / made).is_file(), made
