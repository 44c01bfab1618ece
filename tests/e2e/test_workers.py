"""Two worker processes train as one process with two devices does, and survive what such a run must."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from keras_gan.distribution import devices
from tests.conftest import ROOT, free_address, save_noise, train
from tests.e2e import one_worker
from tests.e2e.test_resume import bits

# Synchronised statistics and power iterations; dropout; a pool of images.
VARIANTS = ("sngan", "pix2pix", "cyclegan")


def start(log, *arguments):
    """Starts a Python process that writes to a log file."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "2"}
    environment.pop("TF_CONFIG", None)
    with open(log, "w", encoding="utf-8") as file:
        return subprocess.Popen(
            [sys.executable, *map(str, arguments)], cwd=ROOT, env=environment, stdout=file, stderr=file
        )


def codes(processes, seconds=120):
    """The exit codes of processes that end in time."""
    try:
        return [process.wait(seconds) for process in processes]
    finally:
        for process in processes:
            process.kill()


@pytest.mark.slow
def test_two_workers_are_one_process_with_two_devices(tmp_path):
    address, script = free_address(), ROOT / "tests" / "e2e" / "one_worker.py"
    for name in ("worker0", "worker1"):
        (tmp_path / name).mkdir()
    workers = [
        start(tmp_path / f"{i}.log", script, tmp_path / f"worker{i}", address, 2, i, *VARIANTS) for i in range(2)
    ]
    two_devices = devices.make_strategy("auto", cpu_replicas=2)
    alone = {variant: one_worker.train(two_devices, variant) for variant in VARIANTS}
    assert codes(workers) == [0, 0], (tmp_path / "0.log").read_text() + (tmp_path / "1.log").read_text()
    for variant, one in alone.items():
        ours, theirs = (np.load(tmp_path / name / f"{variant}.npz") for name in ("worker0", "worker1"))
        assert len(ours.files) > 20
        assert {"log d_loss", "log g_loss"} <= set(ours.files) == set(theirs.files) == set(one)
        for name in ours.files:
            np.testing.assert_array_equal(ours[name], theirs[name], err_msg=f"{variant} {name}")
            np.testing.assert_allclose(ours[name], one[name], rtol=0, atol=1e-5, err_msg=f"{variant} {name}")


@pytest.mark.slow
def test_a_worker_that_dies_ends_the_others_and_all_go_on_exactly(photos, tmp_path):
    steps = 60
    options = (
        *("--variant", "gan", "--dataset", f"folder:{photos}", "--image-size", 16, "--batch-size", 8),
        *("--steps", steps, "--snapshot-every", 10, "--log-dir", tmp_path, "--no-health", "--export", "--run-name"),
    )

    def worker(i, address, *program):
        cluster = ("--strategy", "multi_worker", "--coordinator", address, "--num-workers", 2, "--worker-index", i)
        return start(tmp_path / f"{i}.log", *program, *cluster)

    address = free_address()
    chief = worker(0, address, "train.py", *options, "cut")
    other = worker(1, address, "-c", FOLLOWER_DIES, 25, *options, "cut")
    assert other.wait(120) == -signal.SIGKILL, (tmp_path / "1.log").read_text()
    died = time.monotonic()
    assert codes([chief]) == [4]
    assert time.monotonic() - died < 60
    said = (tmp_path / "0.log").read_text()
    assert re.search(r"error: worker 1 \(127\.0\.0\.1:\d+\) has gone", said)
    assert "the last good checkpoint is of step 20" in said
    assert f"--resume cut --log-dir {tmp_path}" in said

    # A signal to one ends all after the same step, and saves.
    address, resume = free_address(), ("train.py", "--resume", tmp_path / "cut")
    again = [worker(i, address, *resume) for i in range(2)]
    until(lambda: (tmp_path / "cut" / "checkpoints" / "step-000000030").exists(), again)
    again[1].send_signal(signal.SIGTERM)
    assert codes(again) == [143, 143], (tmp_path / "0.log").read_text() + (tmp_path / "1.log").read_text()
    assert "SIGTERM arrived: saved at step" in (tmp_path / "0.log").read_text()
    assert "SIGTERM arrived: ended at step" in (tmp_path / "1.log").read_text()

    address = free_address()
    assert codes([worker(i, address, *resume) for i in range(2)]) == [0, 0]
    # What is never cut, by one process: for these networks two devices sum as two workers do, to the bit.
    assert train(*options, "whole", "--cpu-replicas", 2) == 0
    assert bits(tmp_path / "cut", steps) == bits(tmp_path / "whole", steps)


# A worker that kills itself after a step.
FOLLOWER_DIES = """
import os, signal, sys

from keras_gan import cli
from keras_gan.callbacks import StopOnSignal

at_end, at = StopOnSignal.on_train_batch_end, int(sys.argv[1])

def end(self, batch, logs=None):
    if batch + 1 == at:
        os.kill(os.getpid(), signal.SIGKILL)
    at_end(self, batch, logs)

StopOnSignal.on_train_batch_end = end
cli.main(sys.argv[2:], command="train")
"""


def until(done, processes, seconds=120):
    """Waits for something that running processes bring about."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        assert all(process.poll() is None for process in processes)
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("other", ["options", "data"])
def test_workers_with_other_options_or_data_are_told_so(other, photos, tmp_path):
    address, folders = free_address(), [tmp_path / "photos", tmp_path / "others" / "photos"]
    for folder in folders:
        shutil.copytree(photos, folder)
    own = [("--seed", 0), ("--seed", 1)] if other == "options" else [(), ()]
    if other == "data":  # as many pictures, of the same names
        save_noise([next(folders[1].rglob("*.png"))], (16, 16, 3), seed=1)
    options = ("train.py", "--variant", "gan", "--image-size", 16, "--batch-size", 8, "--log-dir", tmp_path)
    cluster = ("--strategy", "multi_worker", "--coordinator", address, "--num-workers", 2, "--worker-index")
    workers = [
        start(tmp_path / f"{i}.log", *options, "--dataset", f"folder:{folders[i]}", *cluster, i, *own[i])
        for i in range(2)
    ]
    assert codes(workers) == [2, 2]
    said = {"options": "started with different options: start all", "data": "python -m keras_gan pack"}
    for i in range(2):
        assert said[other] in (tmp_path / f"{i}.log").read_text().splitlines()[-1]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--coordinator", "a:1"), "belong to --strategy multi_worker"),
        (("--strategy", "multi_worker", "--coordinator", "a:1"), "all three, or none"),
        (
            ("--strategy", "multi_worker", "--coordinator", "a", "--num-workers", "2", "--worker-index", "0"),
            "must be HOST:PORT",
        ),
        (
            ("--strategy", "multi_worker", "--coordinator", "a:1", "--num-workers", "2", "--worker-index", "2"),
            "--worker-index must be from 0 to --num-workers - 1, 1, got 2",
        ),
    ],
)
def test_wrong_options(options, problem):
    command = [sys.executable, "train.py", "--variant", "gan", *options]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert problem in result.stderr
