"""Commands that the program prints can be typed as they stand, wherever it was started and whatever names are like."""

import re
import shlex
import subprocess
import sys

import pytest

from keras_gan import config, registry
from keras_gan.commands import train as train_command
from keras_gan.errors import beside, calling
from keras_gan.runs import delivery
from tests.conftest import ROOT, save_noise, train

AWKWARD = "a 'b' $c [1] (d)&"


def typed(line, cwd):
    """Types a line in a shell without anything of the suite's environment."""
    plain = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "TF_CPP_MIN_LOG_LEVEL": "2"}
    return subprocess.run(["bash", "-c", line], cwd=cwd, env=plain, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("here", ["checkout", "elsewhere"])
def test_calls_work_where_they_are_printed(here, tmp_path, monkeypatch):
    cwd = ROOT if here == "checkout" else tmp_path
    monkeypatch.chdir(cwd)
    monkeypatch.setattr(sys, "path", [str(ROOT), *(each for each in sys.path if each not in ("", str(ROOT)))])
    report = typed(calling("report", "--run", AWKWARD, "--log-dir", "-x"), cwd)
    assert (report.returncode, report.stderr) == (2, f"error: no run {AWKWARD!r} in -x (runs there: none).\n")
    resumed = typed(calling("train", "--resume", AWKWARD, "--log-dir", "-x"), cwd)
    assert (resumed.returncode, resumed.stderr) == (2, report.stderr)
    drawn = typed(calling("export/mobile/sample.py", "--model", AWKWARD), cwd)
    assert drawn.returncode == 2
    assert AWKWARD in drawn.stderr
    assert calling("export/nobody.py") is None


def test_a_python_that_is_not_the_first_of_the_path_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert typed(f"{beside('python')} -c 'print(1)'", ROOT).stdout == "1\n"
    python = tmp_path / "python"
    python.symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(python))
    assert beside("python") == "python"


def test_the_proposal_to_fetch_data(tmp_path):
    """It is typed but for its last word, which would go to the network."""
    first = typed(
        f"{sys.executable} {ROOT}/train.py --variant gan --dataset mnist --data-dir {shlex.quote(AWKWARD)}", tmp_path
    )
    line = first.stderr.splitlines()[-1].strip()
    assert line.endswith(" --download")
    again = typed(line.removesuffix(" --download"), tmp_path)
    assert (again.returncode, again.stderr) == (2, first.stderr)


@pytest.mark.parametrize(
    ("variant", "options", "model"),
    [
        ("gan", {"health": False, "export": (), "log_dir": "-x", "data_dir": AWKWARD, "epochs": 3}, {}),
        ("gan", {"metrics": ("fid", "kid"), "tflite": ("float16", "int8"), "data_augment": "flip,light"}, {}),
        ("cyclegan", {"metrics": (), "dataset": "unpaired:-y", "direction": "BtoA"}, {"skip": False}),
        ("denoise", {"data_augment": "", "deterministic": True}, {"random_level": True}),
    ],
)
def test_the_command_that_repeats_a_run(variant, options, model, monkeypatch):
    run, own = config.RunConfig(variant=variant, **options), registry.module(variant).Config(**model)
    asked = []
    monkeypatch.setattr(train_command, "run", lambda *both: asked.append(both) or 0)
    assert train(*shlex.split(delivery.command(run, own))[2:]) == 0
    ((again, again_own),) = asked
    assert again == run
    assert registry.module(variant).Config(**again_own) == own


@pytest.mark.slow
def test_what_training_proposes(tmp_path):
    """A run in folders of awkward names, from elsewhere than the checkout: all that is proposed then is typed."""
    save_noise([tmp_path / AWKWARD / f"{index}.png" for index in range(8)], (16, 16, 3), seed=0)
    folders = f"--dataset {shlex.quote(f'folder:{AWKWARD}')} --log-dir 'l [1]' --export-dir 'm o d'"
    small = "--image-size 16 --batch-size 4 --model.latent-dim 4 --model.generator-units 8 --run-name r"
    trained = typed(f"{sys.executable} {ROOT}/train.py --variant gan --steps 2 {small} {folders}", tmp_path)
    assert trained.returncode == 0, trained.stderr
    *uses, tensorboard = re.findall(r"^  (\S.*)", trained.stdout.partition("\nnext:\n")[2], re.MULTILINE)
    shown = typed(f"{tensorboard} --inspect", tmp_path)
    assert "num_steps" in shown.stdout, shown.stderr
    assert len(uses) == 2
    for line, made in zip(uses, ("l [1]/r/report.html", "grid.png"), strict=True):
        used = typed(line, tmp_path)
        assert used.returncode == 0, used.stderr
        assert (tmp_path / made).is_file()
