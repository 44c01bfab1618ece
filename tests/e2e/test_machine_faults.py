"""What the machine can do to a run: each fault ends with a clear message and its exit code, and loses nothing."""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from keras_gan import cli, data
from keras_gan.callbacks import Previews
from keras_gan.commands.reporting.record import Record
from keras_gan.runs import run_folder
from keras_gan.runs.run_folder import RunFolder
from keras_gan.storage import checkpoint
from tests.conftest import ROOT, save_noise, train

TINY = (
    *("--variant", "gan", "--image-size", "16", "--batch-size", "8"),  # compiles in the least time
    *("--snapshot-every", "2", "--no-health", "--export"),
)
SMALL = ("--model.latent-dim", "5", "--model.generator-units", "8", "--model.discriminator-units", "8")


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    save_noise([folder / f"{index}.png" for index in range(24)], (16, 16, 3), seed=5)
    return folder


def start(photos, folder, *more):
    return train(*TINY, *SMALL, "--dataset", f"folder:{photos}", "--log-dir", folder, "--run-name", "run", *more)


def whole(run):
    """Names of the checkpoints, all of which must be whole."""
    found = checkpoint.list_checkpoints(run / "checkpoints")
    assert [checkpoint.verify(path) for path in found] == [None] * len(found)
    return [int(path.name.removeprefix("step-")) for path in found]


def test_two_processes_cannot_train_one_run(photos, tmp_path, capsys):
    assert start(photos, tmp_path, "--steps", 2) == 0
    holder = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "import sys, time; from keras_gan.runs import run_folder\n"
            "with run_folder.locked(run_folder.find('.', sys.argv[1])): print('held', flush=True); time.sleep(60)",
            str(tmp_path / "run"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "held\n"
        capsys.readouterr()
        assert train("--resume", tmp_path / "run", "--steps", 4) == 2
        assert f"is being trained by another process (pid {holder.pid})" in capsys.readouterr().err
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    # A crash leaves no lock behind.
    assert train("--resume", tmp_path / "run", "--steps", 4) == 0


def test_data_that_fails_in_the_middle(photos, tmp_path, monkeypatch, capsys):
    class Failing(np.ndarray):
        left = 5

        def __getitem__(self, rows):
            if isinstance(rows, np.ndarray):
                Failing.left -= 1
                if Failing.left < 0:
                    raise OSError(5, "Input/output error", "photos/7.png")
            return super().__getitem__(rows)

    load = data.load

    def failing(run, split="train"):
        loaded = load(run, split)
        loaded.columns["real"] = loaded.columns["real"].view(Failing)
        return loaded

    with monkeypatch.context() as context:
        context.setattr(data, "load", failing)
        assert start(photos, tmp_path, "--steps", 20) == 4
    said = capsys.readouterr().err
    assert "Input/output error" in said
    assert "photos/7.png" in said
    # The step that failed may have been done in part: what counts is the checkpoint before.
    assert whole(tmp_path / "run") == [0, 2, 4]
    resume = re.search(r"of step 4\. Continue with: \S+ \S*train\.py (.*)", said)[1]
    assert train(*shlex.split(resume), "--steps", 6) == 0


def test_data_that_disappears_is_not_missed(tmp_path, monkeypatch):
    """All images are in memory from the first step on."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for index in range(9):
        Image.fromarray(np.full((16, 16, 3), 20 * index, np.uint8)).save(folder / f"{index}.png")
    at = Previews.at

    def without_data(self, step, logs):
        shutil.rmtree(folder, ignore_errors=True)
        at(self, step, logs)

    monkeypatch.setattr(Previews, "at", without_data)
    assert start(folder, tmp_path / "logs", "--steps", 6) == 0
    assert not folder.exists()


def test_out_of_memory_names_the_batch_size(photos, tmp_path, monkeypatch, capsys):
    def exhausted(self, step, logs):
        tf.zeros((1 << 20, 1 << 20, 1 << 6))  # 256 TiB

    with monkeypatch.context() as context:
        context.setattr(Previews, "at", exhausted)
        assert start(photos, tmp_path, "--steps", 4) == 4
    assert "out of memory with --batch-size 8 of 16x16x3" in capsys.readouterr().err
    assert whole(tmp_path / "run") == [0]  # a preview comes before its checkpoint


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 4 MB of its own; needs a superuser who may mount."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    with contextlib.suppress(OSError):
        if subprocess.run(mount, check=False, capture_output=True).returncode == 0:
            yield folder
            subprocess.run(["umount", "--lazy", str(folder)], check=True)  # the logs of a failed run are open still
            return
    pytest.skip("no file system can be mounted here")


def test_full_disk(photos, small_disk, capsys):
    assert start(photos, small_disk, "--steps", 2) == 0
    before = whole(small_disk / "run")
    with open(small_disk / "ballast", "wb") as ballast, contextlib.suppress(OSError):
        while True:
            ballast.write(bytes(1 << 16))
            ballast.flush()
    with open(small_disk / "ballast", "r+b") as ballast:
        ballast.truncate(os.path.getsize(small_disk / "ballast") - (1 << 16))  # for the logs of a few steps
    capsys.readouterr()
    assert train("--resume", small_disk / "run", "--steps", 6) == 4
    said = capsys.readouterr().err
    assert "No space left on device" in said or "is full" in said
    assert "Traceback" not in said
    assert whole(small_disk / "run") == before
    (small_disk / "ballast").unlink()
    assert train("--resume", small_disk / "run", "--steps", 6) == 0
    assert whole(small_disk / "run")[-1] == 6


def test_read_only_disk(photos, small_disk, capsys):
    assert start(photos, small_disk, "--steps", 2) == 0
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert train("--resume", small_disk / "run", "--steps", 6) == 4
    assert "Read-only file system" in capsys.readouterr().err
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert train("--resume", small_disk / "run", "--steps", 4) == 0


@pytest.mark.slow
def test_logs_go_on_without_overlap(photos, tmp_path):
    """A run that is killed after steps that no checkpoint knows of logs these again, and once."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "2"}
    arguments = [*TINY, *SMALL, "--dataset", f"folder:{photos}", "--log-dir", str(tmp_path), "--run-name", "run"]
    arguments += ["--steps", "40", "--checkpoint-every", "10", "--metrics", "fid", "--eval-every", "4"]
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "train.py"), *arguments, "--eval-samples", "8"],
        env=environment,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    scores = tmp_path / "run" / "scores.jsonl"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not (scores.exists() and scores.read_text().count("\n") >= 4):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    last = whole(tmp_path / "run")[-1]
    with open(scores, "a") as file:
        file.write('{"step": 4')  # half a line, as a kill can leave it
    assert train("--resume", tmp_path / "run") == 0
    steps = [json.loads(line)["step"] for line in scores.read_text().splitlines()]
    assert steps == list(range(4, 41, 4)), last
    curves = Record(RunFolder(tmp_path / "run"), "run").curves
    logged = [step for step, _, _ in curves["progress/kimg"]]
    assert logged == sorted(set(logged))
    assert logged[-1] == 40


def test_name_or_folder_of_a_run(photos, tmp_path, monkeypatch, capsys):
    assert start(photos, tmp_path, "--steps", 2) == 0
    assert train("--resume", "run", "--log-dir", tmp_path, "--steps", 3) == 0
    assert train(f"--resume={tmp_path}/run", "--steps", 5) == 0
    capsys.readouterr()
    assert train("--resume", tmp_path / "nobody") == 2
    assert "no run 'nobody'" in capsys.readouterr().err
    assert train("--resume", tmp_path / "run", "--steps", 7, "--batch-size", 4) == 2
    said = capsys.readouterr().err
    assert "batch_size: 8 -> 4" in said
    assert "--allow-config-change" in said
    assert train("--resume", tmp_path / "run", "--steps", 7, "--batch-size", 4, "--allow-config-change") == 0
    assert "changed: batch_size: 8 -> 4" in capsys.readouterr().out
    assert json.loads((tmp_path / "run" / "config.json").read_text())["batch_size"] == 4


def test_a_run_from_elsewhere_does_not_say_where_to_write_here(photos, tmp_path):
    far, here = tmp_path / "far", tmp_path / "here"
    assert start(photos, far, "--steps", 2, "--export-dir", tmp_path / "secret") == 0
    here.mkdir()
    (far / "run").rename(here / "run")
    run, _ = cli._parse_train(["--resume", str(here / "run")], "train.py")
    assert run.export_dir == "export/models"
    run, _ = cli._parse_train(["--resume", str(here / "run"), "--export-dir", "there"], "train.py")
    assert run.export_dir == "there"
    (here / "run").rename(far / "run")
    run, _ = cli._parse_train(["--resume", str(far / "run")], "train.py")
    assert run.export_dir == str(tmp_path / "secret")


def test_a_new_run_can_start_from_the_networks_of_another(photos, tmp_path, capsys):
    assert start(photos, tmp_path, "--steps", 2) == 0
    more = ("--dataset", f"folder:{photos}", "--log-dir", tmp_path, "--steps", 2)
    # Another objective on the same networks.
    heir = ("--model.loss", "minimax", "--run-name", "heir", "--init-from", "run")
    assert train(*TINY, *SMALL, *more, *heir) == 0
    assert "starting from the networks of run at step 2" in capsys.readouterr().out
    assert train(*TINY, *more, "--run-name", "other", "--init-from", tmp_path / "run") == 2
    assert "have other shapes" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("every", ["0", "0min", "-3", "often", "5 hours"])
def test_checkpoint_intervals_that_are_none(every, photos, tmp_path, capsys):
    assert start(photos, tmp_path, f"--checkpoint-every={every}") == 2
    assert "give steps or minutes" in capsys.readouterr().err


def test_checkpoints_at_their_own_interval_and_number(photos, tmp_path):
    assert start(photos, tmp_path, "--steps", 7, "--checkpoint-every", 3, "--keep-checkpoints", 2) == 0
    assert whole(tmp_path / "run") == [6, 7]
    assert run_folder.find(tmp_path, "run").path == tmp_path / "run"


def test_several_steps_in_one_go_are_the_same_steps(photos, tmp_path):
    assert start(photos, tmp_path / "one", "--steps", 7) == 0
    assert start(photos, tmp_path / "four", "--steps", 5, "--steps-per-execution", 4) == 0
    assert train("--resume", tmp_path / "four" / "run", "--steps", 7) == 0
    last = "run/samples/step-000000007.png"
    assert (tmp_path / "one" / last).read_bytes() == (tmp_path / "four" / last).read_bytes()
    assert start(photos, tmp_path / "two", "--steps-per-execution", 4, "--cpu-replicas", 2) == 2
