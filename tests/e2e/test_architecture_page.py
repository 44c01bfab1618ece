"""The examples of docs/architecture.md are whole files, and work in a folder outside of the package as they stand."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
TINY = ("--model.generator-channels", "4", "--model.discriminator-channels", "4")


@pytest.fixture
def run(tmp_path):
    """Function that runs the program in an empty folder, with the page's examples as plugins."""
    examples = re.findall(r"`mine/(\S+\.py)`:\n\n```python\n(.*?)```", PAGE, re.DOTALL)
    assert [path for path, _ in examples] == ["metrics/brightness.py", "data/stripes.py"]
    for path, text in examples:
        (tmp_path / "mine" / path).parent.mkdir(parents=True)
        (tmp_path / "mine" / path).write_text(text, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "KERAS_GAN_PLUGINS": str(tmp_path / "mine")}

    def run(*arguments):
        command = [sys.executable, "-m", "keras_gan", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    return run


@pytest.mark.slow
def test_source_and_score_serve_a_run(run, tmp_path):
    data = ("--dataset", "stripes:24", "--image-size", "16")
    scored = ("--metrics", "brightness", "--eval-samples", "8", "--export")
    ended = run("train", "--variant", "cgan", *data, "--steps", "2", "--batch-size", "4", *TINY, *scored)
    assert ended.returncode == 0, ended.stderr
    assert "best brightness" in ended.stdout
    ended = run("evaluate", "--run", "cgan-stripes-24", "--metrics", "brightness", "--samples", "8")
    assert ended.returncode == 0, ended.stderr
    (score,) = json.loads((tmp_path / "tensorboard_logs" / "cgan-stripes-24" / "scores.json").read_text())["scores"]
    assert (score["name"], score["lower_is_better"], score["protocol"]["reference_images"]) == ("brightness", True, 24)
    np.savez(tmp_path / "statistics.npz", mu=np.zeros(2), sigma=np.eye(2))
    statistics = ("--reference", "statistics.npz", "--samples", "8")
    ended = run("evaluate", "--run", "cgan-stripes-24", "--metrics", "brightness", *statistics)
    assert (ended.returncode, ended.stderr.splitlines()[-1][:28]) == (2, "error: --metrics brightness "), ended.stderr


def test_source_is_inspected_and_refuses_what_is_no_count(run):
    ended = run("inspect-data", "--dataset", "stripes:24", "--image-size", "8")
    assert ended.returncode == 0, ended.stderr
    assert "classes (2): horizontal (12), vertical (12)" in ended.stdout
    ended = run("inspect-data", "--dataset", "stripes:many")
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "not 'many'" in ended.stderr
