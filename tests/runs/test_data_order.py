"""A run keeps the order of data that it was begun with, also when the program has a better one by now."""

import json

from benchmarks.resilience import faults
from keras_gan.data import pipeline
from tests.conftest import save_dataset, train

GAN = (
    *("--variant", "gan", "--image-size", 16, "--batch-size", 8, "--no-health", "--export"),
    *("--model.latent-dim", 5, "--model.generator-units", 8, "--model.discriminator-units", 8),
)


def manifest_of(run, step):
    return run / "checkpoints" / f"step-{step:09d}" / "manifest.json"


def as_of_format_2(path):
    """Makes a checkpoint's manifest what the program wrote when there was but one order."""
    content = json.loads(path.read_text())
    del content["course"]
    path.write_text(json.dumps({**content, "format": 2}))


def test_runs_go_on_with_their_own_order(tmp_path, monkeypatch):
    photos = save_dataset(tmp_path / "photos", "sample", 24)

    def trained(name, steps):
        return train(*GAN, "--dataset", photos, "--log-dir", tmp_path, "--run-name", name, "--steps", steps) == 0

    assert trained("new", 4)
    with monkeypatch.context() as before:
        before.setattr(pipeline, "ORDER", 1)
        assert trained("old", 4)
        assert trained("parted", 2)
    assert faults.bits(tmp_path / "old") != faults.bits(tmp_path / "new")
    as_of_format_2(manifest_of(tmp_path / "parted", 2))
    assert train("--resume", tmp_path / "parted", "--steps", 4) == 0
    assert faults.bits(tmp_path / "parted") == faults.bits(tmp_path / "old")
    # Its checkpoints say so from now on.
    found = {name: json.loads(manifest_of(tmp_path / name, 4).read_text())["course"] for name in ("parted", "new")}
    assert found == {
        "parted": {"data_order": 1, "ema_rampup": 0.05, "earlier_updates": [0, 0]},
        "new": {"data_order": 2, "ema_rampup": 0.05, "earlier_updates": [0, 0]},
    }
