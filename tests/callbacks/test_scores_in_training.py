"""Scores while training: the best checkpoint, what it costs, and what the doctor is told."""

import dataclasses
import json

import numpy as np
import pytest

from keras_gan.callbacks.scores import Scores, of_step
from keras_gan.metrics import features, reference
from keras_gan.metrics.subject import Subject
from keras_gan.modalities.image import Image
from keras_gan.runs.scoring import SELECTION_SEED
from keras_gan.storage import checkpoint
from tests.conftest import noise_images, sampler_of


class Doctor:
    """Keeps what it is told."""

    def __init__(self):
        self.findings = []
        self.report = self.findings.append


@pytest.fixture
def subject(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path / "cache"))
    extractor = features.load("random")
    real = noise_images("dcgan", 64).columns["real"]
    statistics = reference.of_column(real, extractor, {"reference": "noise"}, plural="images")
    return Subject(("fid", "kid"), Image(16, 16, 3), extractor=extractor, reference=statistics)


def scored_steps(folder):
    return [json.loads(line)["step"] for line in (folder / "scores.jsonl").read_text().splitlines()]


def scores_of(model, folder, every, subject, count=16, **options):
    return Scores(folder, folder / "checkpoints", every, subject, sampler_of(model), count, **options)


def test_scores_keep_the_best_checkpoint(tmp_path, subject, make_model, batches, capsys):
    model = make_model("dcgan")
    scores = scores_of(model, tmp_path, 2, subject)
    values, genuine = iter([5.0, 3.0, 4.0]), scores._evaluate

    def evaluate():
        value = next(values)
        return [dataclasses.replace(each, value=value) if each.name == "fid[random]" else each for each in genuine()]

    scores._evaluate = evaluate
    model.fit(batches(6), verbose=0, callbacks=[scores])
    best = checkpoint.best_score(tmp_path / "checkpoints")
    assert (best["name"], best["value"], best["step"]) == ("fid[random]", 3.0, 4)
    assert best["protocol"].items() >= {"features": "random", "reference_images": 64, "samples": 16}.items()
    assert scored_steps(tmp_path) == [2, 4, 6]
    assert [score["name"] for score in of_step(tmp_path, 4)] == ["fid[random]", "kid[random]"]
    assert of_step(tmp_path, 5) == []
    restored = make_model("dcgan")
    assert checkpoint.restore_best(restored, tmp_path / "checkpoints") == 4
    assert int(restored.step.numpy()) == 4
    assert "best fid[random] 3 at step 4" in capsys.readouterr().out


def test_run_that_has_learned_all_it_will(tmp_path, subject, make_model, batches):
    model, doctor = make_model("dcgan"), Doctor()
    scores = scores_of(model, tmp_path, 1, dataclasses.replace(subject, metrics=("fid",)), doctor=doctor)
    same = scores._evaluate
    scores._evaluate = lambda: [dataclasses.replace(each, value=1.0) for each in same()]
    model.fit(batches(8), verbose=0, callbacks=[scores])
    assert [finding.signal for finding in doctor.findings] == ["finished"]
    assert "has not improved for 5 evaluations" in doctor.findings[0].sentence


def test_scores_that_cost_too_much_are_put_off_but_for_the_last(tmp_path, subject, make_model, batches):
    model = make_model("dcgan")
    # Nothing is affordable but the first: it has cost nothing yet.
    model.fit(batches(6), verbose=0, callbacks=[scores_of(model, tmp_path, 2, subject, most_share=0.0)])
    assert scored_steps(tmp_path) == [2, 6]


def test_an_image_to_image_run_that_strays_is_told_so(tmp_path, make_model):
    model, doctor = make_model("denoise"), Doctor()
    scores = scores_of(model, tmp_path, 1, Subject(("l1",), Image(16, 16, 3)), count=8, doctor=doctor)
    scores.set_model(model)
    scores.on_train_begin()
    scores.at(1, {})
    model.ema_generator.set_weights([weight + 0.5 for weight in model.ema_generator.get_weights()])
    for step in (2, 3):
        scores.at(step, {})
    assert [(finding.signal, finding.step) for finding in doctor.findings] == [("strayed", 2)]
    (l1,) = of_step(tmp_path, 3)
    assert l1["protocol"] == {"samples": 8, "channels": 3, "data_range": 1.0}
    assert np.isfinite(l1["value"])


def test_scores_of_another_protocol_decide_nothing(tmp_path, subject, make_model, batches, capsys):
    model = make_model("dcgan")
    model.fit(batches(1), verbose=0, callbacks=[scores_of(model, tmp_path, 1, subject, count=4)])
    best = checkpoint.best_score(tmp_path / "checkpoints")
    checkpoint.save_best(model, tmp_path / "checkpoints", 1, {**best, "value": 1e-9})  # the luck of few samples
    capsys.readouterr()
    resumed = scores_of(model, tmp_path, 1, subject, count=16)
    model.fit(batches(2), verbose=0, callbacks=[resumed])
    said = capsys.readouterr().out
    assert said.count("chosen by another protocol (samples: 4 -> 16)") == 1
    now = checkpoint.best_score(tmp_path / "checkpoints")
    assert now["protocol"]["samples"] == 16
    assert now["value"] == min(each["value"] for each in resumed._measured["fid"] if each["protocol"]["samples"] == 16)


def test_a_best_score_of_before_names_said_their_features_is_still_read(tmp_path, subject, make_model, batches):
    model = make_model("dcgan")
    model.fit(batches(1), verbose=0, callbacks=[scores_of(model, tmp_path, 1, subject)])
    best = checkpoint.best_score(tmp_path / "checkpoints")
    checkpoint.save_best(model, tmp_path / "checkpoints", 1, {**best, "name": "fid", "value": 1e-9})
    model.fit(batches(2), verbose=0, callbacks=[scores_of(model, tmp_path, 1, subject)])
    assert checkpoint.best_score(tmp_path / "checkpoints")["value"] == 1e-9


def test_what_is_to_be_known_of_scores_is_said_once(tmp_path, subject, make_model, batches, capsys):
    model = make_model("dcgan")
    model.fit(batches(2), verbose=0, callbacks=[scores_of(model, tmp_path, 1, subject)])
    assert capsys.readouterr().out.count("FID of 16 samples is biased upwards") == 1


def test_what_chooses_the_checkpoint_is_not_what_is_reported(tmp_path, subject, make_model):
    model = make_model("dcgan")
    chosen = dataclasses.replace(subject, seed=SELECTION_SEED)
    scores = scores_of(model, tmp_path, 1, chosen)
    drawn = []
    draw, scores.sampler.samples = scores.sampler.samples, lambda **seeds: drawn.append(seeds["seed"]) or draw(**seeds)
    scores._warned = True
    scores._evaluate()
    assert drawn == [SELECTION_SEED]
