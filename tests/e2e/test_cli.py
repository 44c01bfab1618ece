"""The command line as a newcomer meets it, with all its mistakes: by subprocess, or where another start of TensorFlow
would show nothing new, in this process."""

import json
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from tests.conftest import ROOT, command, save_noise
from tests.conftest import train as train_here


def program(*arguments, module=False, cwd=ROOT, **kwargs):
    start = ["-m", "keras_gan"] if module else [str(ROOT / "train.py")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        [sys.executable, *start, *map(str, arguments)],
        cwd=cwd, env=environment, capture_output=True, text=True, check=False, **kwargs,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--help"], 0, "--variant"),
        (["--list"], 0, "dcgan"),
        (["--variant", "dcgn"], 2, "did you mean 'dcgan'"),
        (["--variant", "dcgan", "--batchsize", "4"], 2, "--batch-size"),
        (["--variant", "dcgan", "--precision", "float31"], 2, "mixed_bfloat16"),
        (["--variant", "dcgan", "--dataset", "avatar"], 2, "avatars"),
        (["--variant", "dcgan", "--image-size", "33"], 2, "--image-size 32"),
        (["--variant", "dcgan", "--steps", "many"], 2, "--steps"),
        (["--variant", "dcgan", "--dataset", "cifar10", "--data-dir", "/nowhere"], 2, "--download"),
        (["--variant"], 2, "--variant"),
        (["--variant", "dcgan", "--image-size", "16"], 2, "32, 64 or 128"),
        (["--variant", "dcgan", "--dataset", "folder:/nowhere"], 2, "does not exist"),
        (["--variant", "dcgn", "--help"], 2, "did you mean 'dcgan'"),
        ([], 2, "--variant is required"),
        (["--config", "/nowhere.json"], 2, "/nowhere.json"),
        (["--resume", "--run-name", "nobody", "--log-dir", "/nowhere"], 2, "nobody"),
    ],
)
def test_answers_at_once(arguments, code, message):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = program(*arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert result.returncode == code
    assert message in result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    # Processor time, because other processes may hold the machine, and twice what is wanted, because they also slow it
    # down; importing TensorFlow alone takes two seconds.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0


def test_commands_are_listed_and_mistyped_ones_named():
    listing = program("--help", module=True)
    assert listing.returncode == 0
    for name in ("train", "sample", "export", "inspect-data", "list"):
        assert name in listing.stdout
        help_text = program(name, "--help", module=True)
        assert help_text.returncode == 0, help_text.stderr
    wrong = program("smaple", module=True)
    assert wrong.returncode == 2
    assert "did you mean 'sample'" in wrong.stderr
    assert program(module=True).returncode == 2


def test_options_of_a_variant():
    result = program("--variant", "dcgan", "--help")
    assert result.returncode == 0
    assert "--model.latent-dim" in result.stdout
    assert "--batch-size" in result.stdout
    wrong = program("--variant", "dcgan", "--model.latent-dims", "4")
    assert wrong.returncode == 2
    assert "--model.latent-dim" in wrong.stdout + wrong.stderr


def test_sample_refuses_what_is_no_model(tmp_path, capsys):
    (tmp_path / "saved_model.pb").write_bytes(b"nonsense")
    for arguments, message in (
        (["--model", tmp_path / "absent"], "is not an exported model"),
        (["--model", tmp_path, "--count", "0"], "--count must be"),
        (["--model", tmp_path, "--out", tmp_path / "x.png"], "cannot be loaded"),
    ):
        assert command("sample", *arguments) == 2
        assert message in capsys.readouterr().err


def test_inspect_data_reports_everything(tmp_path):
    folder = tmp_path / "pictures"
    for name, size in (("cat/a.png", (40, 30)), ("cat/b.png", (40, 30)), ("dog/c.png", (16, 16))):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, "red").save(folder / name)
    (folder / "dog" / "empty.jpg").write_bytes(b"")
    (folder / "notes.txt").write_text("x")
    result = program("inspect-data", "--dataset", f"folder:{folder}", "--image-size", "16", module=True)
    assert result.returncode == 0, result.stderr
    for expected in (
        "4 image files, 1 other", "40x30 (2)", "cat (2)", "dog (1)", "unreadable: 1", "empty.jpg",
        "duplicates: 1", "cat/a.png = cat/b.png", "3 images of 16x16 px with 3 channel", "cropped and resized (2)",
    ):  # fmt: skip
        assert expected in result.stdout


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    save_noise([folder / f"{index}.png" for index in range(40)], (20, 24, 3), seed=0)
    return folder


TINY = (
    *("--image-size", "16", "--batch-size", "8", "--snapshot-every", "2"),
    *("--model.latent-dim", "5", "--model.generator-channels", "4", "--model.discriminator-channels", "4"),
)


def options(pictures, folder):
    return (
        *("--variant", "dcgan", "--dataset", f"folder:{pictures}", *TINY),
        *("--log-dir", folder / "logs", "--export-dir", folder / "models"),
    )


def train(pictures, folder, *more):
    return program(*options(pictures, folder), *more)


@pytest.fixture(scope="module")
def trained(pictures, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    result = train(pictures, folder, "--steps", "4", "--run-name", "tiny")
    assert result.returncode == 0, result.stderr
    return folder, result


def test_training_leaves_all_it_promises(trained):
    folder, result = trained
    run, model = folder / "logs" / "tiny", folder / "models" / "tiny" / "1"
    assert sorted(path.name for path in (run / "samples").iterdir()) == [
        *("real.png", "step-000000002.png", "step-000000004.png")
    ]
    assert sorted(path.name for path in (run / "checkpoints").iterdir()) == [
        *("step-000000000", "step-000000002", "step-000000004")
    ]
    assert len(list(run.glob("events.*"))) == 1
    assert json.loads((run / "config.json").read_text())["model"]["latent_dim"] == 5
    for name in ("saved_model.pb", "generator.tflite", "MODEL_CARD.md", "manifest.json", "samples.png"):
        assert (model / name).is_file()
    manifest = json.loads((model / "manifest.json").read_text())
    assert all(check["max_difference"] <= check["bound"] for check in manifest["verification"])
    assert manifest["data"]["images"] == 40
    assert manifest["command"].startswith("python train.py --variant dcgan")
    for line in (str(run), str(model), "tensorboard --logdir", "keras_gan sample --model", "keras_gan report --run"):
        assert line in result.stdout


def test_last_grid_is_what_the_exported_model_draws(trained, tmp_path):
    folder, _ = trained
    model = folder / "models" / "tiny" / "1"
    assert command("sample", "--model", model, "--seed", "0", "--out", tmp_path / "g.png") == 0
    drawn = np.array(Image.open(tmp_path / "g.png")).astype(int)
    logged = np.array(Image.open(folder / "logs" / "tiny" / "samples" / "step-000000004.png"))
    assert np.abs(drawn - logged).max() <= 1


def test_a_grid_has_the_suffix_of_what_is_drawn(trained, capsys):
    folder, _ = trained
    assert command("sample", "--model", folder / "models" / "tiny" / "1", "--out", "x.jpg") == 2
    assert "must end in .png" in capsys.readouterr().err


def test_single_files_are_named_by_seed(trained, tmp_path):
    folder, _ = trained
    model = folder / "models" / "tiny" / "1"
    assert command("sample", "--model", model, "--count", 3, "--seed", -1, "--out", f"{tmp_path}/new/") == 0
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["seed--1.png", "seed-0.png", "seed-1.png"]


def test_resume_goes_on_and_exports_the_next_version(trained, pictures, capsys):
    folder, _ = trained
    assert train_here(*options(pictures, folder), "--steps", "6", "--run-name", "tiny") == 2
    assert "--resume" in capsys.readouterr().err
    assert train_here(*options(pictures, folder), "--resume", "--steps", 6, "--run-name", "tiny", "--seed", 5) == 2
    assert "seed: 0 -> 5" in capsys.readouterr().err
    where = ("--log-dir", folder / "logs", "--export-dir", folder / "models")
    assert train_here("--resume", "--run-name", "tiny", "--steps", "6", *where) == 0
    assert (folder / "models" / "tiny" / "2" / "saved_model.pb").is_file()
    assert train_here("--resume", "--run_name=tiny", "--epochs", 1, *where) == 2
    assert "at step 6 already" in capsys.readouterr().err


def test_saved_configuration_repeats_a_run(trained, tmp_path):
    folder, _ = trained
    config = folder / "logs" / "tiny" / "config.json"
    assert train_here("--config", config, "--log-dir", tmp_path, "--export-dir", tmp_path / "models", "--export") == 0
    again, first = (path / "tiny" / "samples" / "step-000000004.png" for path in (tmp_path, folder / "logs"))
    assert again.read_bytes() == first.read_bytes()
    assert not (tmp_path / "models").exists()


def test_export_command(trained):
    folder, _ = trained
    where = ("--log-dir", folder / "logs", "--export-dir", folder / "elsewhere")
    assert command("export", "--run", "tiny", *where, "--export", "tflite") == 0
    made = folder / "elsewhere" / "tiny" / "1"
    assert (made / "generator.tflite").is_file()
    assert json.loads((made / "manifest.json").read_text())["cost"]["seconds"] >= 0  # of the training, as logged


def test_export_of_a_run_without_checkpoints_is_refused(trained, tmp_path, capsys):
    folder, _ = trained
    (tmp_path / "empty" / "checkpoints").mkdir(parents=True)
    for name in ("config.json", "data.json"):
        (tmp_path / "empty" / name).write_bytes((folder / "logs" / "tiny" / name).read_bytes())
    assert command("export", "--run", "empty", "--log-dir", tmp_path, "--export-dir", tmp_path / "m") == 2
    assert "no checkpoint" in capsys.readouterr().err
    assert not (tmp_path / "m").exists()


def test_dry_run_writes_nothing(pictures, tmp_path, capsys):
    assert train_here(*options(pictures, tmp_path), "--dry-run") == 0
    shown = capsys.readouterr().out
    for expected in (
        '"latent_dim": 5',
        "generator",
        "discriminator",
        "s per 1,000 images",
        "whole run      about",
        "peak memory",
    ):
        assert expected in shown
    assert list(tmp_path.iterdir()) == []


def test_interrupt_ends_with_130(pictures, tmp_path):
    command = [
        sys.executable, str(ROOT / "train.py"), "--variant", "dcgan", "--dataset", f"folder:{pictures}", *TINY,
        "--steps", "1000000", "--log-dir", str(tmp_path / "logs"), "--run-name", "long",
    ]  # fmt: skip
    # A shell starts its background jobs with SIGINT ignored, and the suite may be part of one.
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 60
    while not list((tmp_path / "logs").glob("long/checkpoints/step-*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    try:
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Traceback" not in errors
    step = int(re.search(r"saved at step (\d+)", errors)[1])
    assert (tmp_path / "logs" / "long" / "checkpoints" / f"step-{step:09d}").is_dir()
    resume = re.search(r"Continue with: \S+ \S*train\.py (.*)", errors)[1]
    assert train_here(*shlex.split(resume), "--steps", step + 2, "--export") == 0


@pytest.mark.slow
def test_two_replicas_through_the_command_line(pictures, tmp_path, capsys):
    # In this process, which has two logical devices.
    run = (*options(pictures, tmp_path), "--steps", 2, "--run-name", "two", "--strategy", "mirrored")
    for more, code in ((["--batch-size", 7], 2), ([], 0), (["--steps", 4, "--resume"], 0)):
        assert train_here(*run, "--export", "tflite", *more) == code
    shown = capsys.readouterr()
    assert "cannot be shared by 2 devices" in shown.err
    assert "2 devices" in shown.out
    assert (tmp_path / "models" / "two" / "2" / "generator.tflite").is_file()
