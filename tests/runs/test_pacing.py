"""The length of a run by the clock."""

import json

import pytest

from keras_gan.config import RunConfig
from keras_gan.runs import pacing
from tests.conftest import save_noise, train

SMALL = {"variant": "gan", "image_size": 16, "batch_size": 4}


@pytest.fixture
def photos(tmp_path):
    save_noise([tmp_path / "photos" / f"{index}.png" for index in range(8)], (16, 16, 3), seed=0)
    return f"folder:{tmp_path / 'photos'}"


@pytest.mark.parametrize(("seconds", "steps"), [(0.5, 120), (0.7, 85), (100.0, 1)])
def test_as_many_steps_as_fit(seconds, steps, photos, monkeypatch):
    monkeypatch.setattr(pacing, "seconds_of_steps", lambda prepared, stage, start: (9.0, seconds))
    fixed = pacing.with_steps(RunConfig(minutes=1.0, dataset=photos, **SMALL), {"generator_units": (8,)})
    assert (fixed.steps, fixed.minutes, fixed.epochs) == (steps, None, None)


@pytest.mark.slow
@pytest.mark.parametrize("devices", [(), ("--cpu-replicas", 2)])
def test_the_steps_are_those_of_the_run(devices, photos, tmp_path):
    where = ("--log-dir", tmp_path / "logs", "--run-name", "r", "--export")
    options = [word for name, value in SMALL.items() for word in (f"--{name.replace('_', '-')}", value)]
    assert train(*options, "--dataset", photos, "--minutes", 0.001, *where, *devices) == 0
    saved = json.loads((tmp_path / "logs" / "r" / "config.json").read_text())
    assert saved["minutes"] is None
    assert (tmp_path / "logs" / "r" / "checkpoints" / f"step-{saved['steps']:09}").exists()
