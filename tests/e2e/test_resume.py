"""A run that is killed again and again ends with the same bits as one that is left alone."""

import os
import signal
import subprocess
import sys

import pytest

from benchmarks.resilience import faults
from keras_gan import registry
from keras_gan.storage import checkpoint
from tests.conftest import ROOT, save_dataset, train

STEPS, EVERY = 40, 10

# Trains by the command line, and kills itself: at the end of a step, or while the checkpoint of a step is being saved.
KILLED = """
import os, signal, sys

from keras_gan import cli
from keras_gan.storage import files
from keras_gan.callbacks import Progress

def die():
    os.kill(os.getpid(), signal.SIGKILL)

when, step, arguments = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
if when == "after_step":
    after_step = Progress.after_step
    Progress.after_step = lambda self, at, logs: die() if at == step else after_step(self, at, logs)
else:
    sync = files.sync
    files.sync = lambda path: die() if f"step-{step:09d}" in str(path) else sync(path)
cli.main(arguments, command="train")
"""


def train_and_die(when, step, *arguments):
    """Trains in a process of its own that is killed at a step, or while it saves."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "2"}
    command = [sys.executable, "-c", KILLED, when, str(step), *map(str, arguments)]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == -signal.SIGKILL, result.stderr


def bits(run, steps=STEPS):
    """The bits of a run that has come to its end."""
    found = faults.bits(run)
    assert checkpoint.list_checkpoints(run / "checkpoints")[-1].name == f"step-{steps:09d}"
    assert any("optimizer" in name for name in found)
    return found


SMALL = ["--model.generator-channels", "4", "--model.discriminator-channels", "4"]
NARROW = ["--model.channels", "4"]
slow = pytest.mark.slow


@pytest.mark.parametrize(
    ("variant", "options", "kills"),
    [
        ("gan", [], [("saving", 40)]),
        pytest.param("gan", [], [("after_step", 25), ("saving", 40)], marks=slow),
        pytest.param("dcgan", ["--augment", "ada", *SMALL], [("after_step", 35)], marks=slow),
        pytest.param("wgan_gp", [*SMALL, "--model.critic-steps", "2"], [("after_step", 35)], marks=slow),
        pytest.param("began", [*NARROW, "--cpu-replicas", "2"], [("saving", 40)], marks=slow),
        pytest.param("pix2pix", [*NARROW, "--data-augment", "flip,crop"], [("saving", 40)], marks=slow),
        pytest.param(
            "cyclegan", [*NARROW, "--model.blocks", "1", "--model.pool-size", "10"], [("after_step", 35)], marks=slow
        ),
    ],
)
def test_killed_and_resumed_to_the_bit(variant, options, kills, tmp_path):
    options = [
        *("--variant", variant, "--dataset", save_dataset(tmp_path / "photos", registry.variant(variant).task, 42)),
        *("--image-size", 16, "--batch-size", 8, "--steps", STEPS, "--snapshot-every", EVERY, "--log-dir", tmp_path),
        *("--no-health", "--metrics", "--export"),
        *options,
    ]
    again = ["--resume", tmp_path / "killed"]
    started = [*options, "--run-name", "killed"]
    for when, step in kills:
        train_and_die(when, step, *started)
        started = again
    names = [path.name for path in checkpoint.list_checkpoints(tmp_path / "killed" / "checkpoints")]
    assert names == [f"step-{step:09d}" for step in (10, 20, 30)]
    assert train(*again) == 0
    assert train(*options, "--run-name", "alone") == 0
    assert bits(tmp_path / "killed") == bits(tmp_path / "alone")
