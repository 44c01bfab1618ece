"""Which runs the doctor is asked about, and what is said of its answers."""

import numpy as np
import pytest

from benchmarks.common.command import run
from benchmarks.quality import doctor, doctor_worker
from keras_gan import registry
from tests.conftest import noise_images


def test_runs_are_of_many_kinds():
    healthy = doctor.HEALTHY.values()
    assert len({trained.variant for trained in healthy}) >= 10
    assert {trained.data for trained in healthy} == set(doctor.DATA)
    assert len(healthy) >= 20
    assert len(doctor.SPOILED) >= 10
    assert {trained.variant for trained in doctor.RUNS.values()} <= set(registry.list_variants())
    assert not any(trained.named for trained in healthy)
    assert all(trained.named for trained in doctor.SPOILED.values())


def test_verdicts():
    finding = {"signal": "collapse", "step": 400, "saw": "it"}

    def verdict(name, findings):
        return doctor._row(name, findings)["verdict"]

    assert verdict("dcgan-mnist", []) == "nothing found"
    assert verdict("dcgan-mnist", [finding]) == "stands"
    assert verdict("dcgan-mnist", [finding, {**finding, "passed": 800}]) == "contradicted"
    assert verdict("frozen-d-dcgan-avatars", [finding]) == "named"
    assert verdict("twenty-gan-mnist", [finding]) == "missed"


def test_spoiled_data():
    data = noise_images("cgan", 90)
    for name, most in (("classes_dropped", 1), ("one_class", 0)):
        labels = doctor_worker.SPOILS[name](data).columns["label"]
        assert labels.max() == most
        assert 0 < len(labels) < 90
    assert len(doctor_worker.SPOILS["twenty"](data)) == 20
    shuffled = doctor_worker.SPOILS["labels_shuffled"](data).columns["label"]
    assert sorted(shuffled) == sorted(data.columns["label"])
    assert np.any(shuffled != data.columns["label"])


def test_recorded_samples_stand_for_the_classes_that_are_asked_for():
    own = np.arange(256) % 4
    asked = np.array([3, 0, 0, 3, *[1] * 100])
    rows = doctor_worker._rows({"labels": asked, "latents": None}, own)
    assert np.array_equal(own[rows], asked)
    assert len(set(rows[:4])) == 4
    assert np.array_equal(doctor_worker._rows({"latents": np.zeros((300, 2))}, None), np.arange(300) % 256)


def test_nothing_recorded_is_said(tmp_path, capsys):
    arguments = ["--data", "none", "--recordings", str(tmp_path), "--replay-only", "--out-dir", str(tmp_path)]
    assert run(doctor.Options, doctor.benchmark, arguments) == 2
    assert "nothing has been recorded" in capsys.readouterr().err
    assert run(doctor.Options, doctor.benchmark, [*arguments, "--runs", "other"]) == 2
    with pytest.raises(SystemExit):
        run(doctor.Options, doctor.benchmark, [])
