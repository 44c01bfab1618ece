"""The quality benchmark trains what `train.py` trains: the same weights, and rates that have come to their end."""

import numpy as np
import pytest

from benchmarks.quality import quality_worker
from keras_gan import config
from keras_gan.runs import pacing
from tests.conftest import save_dataset, train
from tests.golden import facts

SMALL = {"image_size": 16, "batch_size": 8, "seed": 3, "metrics": (), "health": False}


def run_of(variant, photos, steps):
    return config.RunConfig(variant=variant, dataset=photos, steps=steps, **SMALL)


@pytest.mark.parametrize("variant", ["gan", pytest.param("r3gan", marks=pytest.mark.slow)])
def test_a_row_is_trained_as_by_the_command_line(variant, tmp_path):
    photos, steps = save_dataset(tmp_path / "photos", "sample", 24), 3
    arguments = ("--variant", variant, "--dataset", photos, "--image-size", 16, "--batch-size", 8, "--seed", 3)
    assert (
        train(*arguments, "--steps", steps, "--log-dir", tmp_path, "--run-name", "run", "--no-health", "--export") == 0
    )
    stored = facts.arrays(tmp_path / "run" / "checkpoints" / f"step-{steps:09d}" / "model.weights.h5")
    prepared, found = quality_worker.train(run_of(variant, photos, steps))
    assert (found["steps"], found["images"], found["finite"]) == (steps, steps * 8, True)
    prepared.model.save_weights(tmp_path / "row.weights.h5")
    row = facts.arrays(tmp_path / "row.weights.h5")
    assert row.keys() == stored.keys()
    for name, values in stored.items():
        np.testing.assert_array_equal(row[name], values, err_msg=name)
    if variant == "r3gan":  # whose rates fall to a twentieth over the run
        assert float(prepared.model.optimizer.learning_rate) == pytest.approx(0.05 * 5e-3)


def test_steps_that_fit_are_those_of_the_command_line(tmp_path, monkeypatch):
    """Which times every stage: the small images of a network that grows take less time than the large ones."""
    monkeypatch.setattr(pacing, "seconds_of_steps", lambda prepared, stage, start: (1.0, 0.5 if start else 0.1))
    run = run_of("progan", save_dataset(tmp_path / "photos", "sample", 24), None)
    # Of five stages the first four have 0.15 of the steps each: a step takes 0.15 * 0.1 + 0.85 * 0.5 = 0.44 s.
    assert quality_worker.steps_within(run, 1.0) == pytest.approx(60 / 0.44, abs=3)
