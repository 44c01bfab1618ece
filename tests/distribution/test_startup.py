"""Settings that other programs have left behind: each works, or is one line."""

import os
import subprocess
import sys

import keras
import pytest

import keras_gan
from keras_gan.errors import UserError
from tests.conftest import ROOT, save_dataset, train


@pytest.fixture
def odd_keras():
    """Keras as a keras.json of another program sets it."""
    keras.config.set_image_data_format("channels_first")
    keras.config.set_floatx("float16")
    yield
    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")


def test_from_python_they_are_named(odd_keras):
    with pytest.raises(UserError, match="image_data_format channels_last and floatx float32"):
        keras_gan.create("dcgan", image_shape=(16, 16, 3))


def test_the_command_line_does_without_them(odd_keras, tmp_path):
    small = ("--image-size", 16, "--batch-size", 4, "--steps", 1, "--no-health", "--export", "--log-dir", tmp_path)
    channels = ("--model.generator-channels", 2, "--model.discriminator-channels", 2)
    assert train("--variant", "dcgan", *small, *channels, "--dataset", save_dataset(tmp_path / "x", "sample")) == 0


def call(*arguments, cwd, **environment):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-m", "keras_gan", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("where", ["PYTHONPATH", "here"])
def test_another_keras_is_one_line(where, tmp_path):
    (tmp_path / "keras").mkdir()
    (tmp_path / "keras/__init__.py").write_text("__version__ = '2.9.0'\n")
    path = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"} if where == "PYTHONPATH" else {}
    ended = call("list", cwd=ROOT if path else tmp_path, **path)
    assert ended.returncode == 2
    found = f"error: this needs Keras 3, and Python finds another one in {tmp_path / 'keras'}: "
    assert ended.stderr.splitlines() == [f"{found}is that in PYTHONPATH, or here?"]


ODD = {
    "TF_CONFIG": "garbage",
    "KERAS_HOME": "/dev/null/keras",
    "HOME": "/dev/null/home",
    "TMPDIR": "/nowhere",
    "OMP_NUM_THREADS": "some",
    "TF_NUM_INTRAOP_THREADS": "some",
    "CUDA_VISIBLE_DEVICES": "nonsense",
    "PYTHONIOENCODING": "ascii",
    "TF_USE_LEGACY_KERAS": "1",
    "LC_ALL": "POSIX",
}


@pytest.mark.slow
def test_a_training_in_a_room_of_leftovers(tmp_path):
    """All of them at once, in one real process: none is fatal by itself, or this would not end well."""
    dataset = save_dataset(tmp_path / "x", "sample")
    small = ("--image-size", "16", "--batch-size", "4", "--steps", "1", "--metrics", "kid", "--eval-samples", "8")
    ended = call("train", "--variant", "gan", "--dataset", dataset, *small, "--export", cwd=tmp_path, **ODD)
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_logging_level_that_was_left_behind_makes_nobody_talk():
    said = {}
    for level in ("3", "0"):
        code = "from keras_gan.distribution.startup import quiet_tensorflow; quiet_tensorflow(); import tensorflow"
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": level}
        given = {"env": environment, "capture_output": True, "text": True}
        ended = subprocess.run([sys.executable, "-c", code], **given, check=True)
        said[level] = ended.stderr
    assert said["3"] == ""
    assert said["0"] != ""
