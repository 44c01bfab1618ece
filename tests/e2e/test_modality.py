"""A modality that lives in `tests/toy` alone goes the whole way by the command line, without an edit in the package."""

import json
import shutil

import numpy as np
import pytest
import tensorflow as tf

from keras_gan import exported
from keras_gan.errors import UserError
from keras_gan.randomness import seed_range
from keras_gan.runs import scoring
from keras_gan.storage import checkpoint
from tests.conftest import command, train

STEPS = 8
slow = pytest.mark.slow
TINY = ("--model.units", 8, "--model.latent-dim", 6, "--model.first-steps", 3)
# As long as a checkpoint lies between two steps of one stage, and one on the boundary.
FURTHER = ("--checkpoint-every", 1, "--keep-checkpoints", STEPS + 1, "--data-augment", "reverse")


def train_curves(folder, *further):
    """Trains the toy variant in a folder of its own; returns that of the run."""
    assert (
        train("--variant", "curve_gan", "--log-dir", folder / "logs", "--export-dir", folder / "models", *further) == 0
    )
    return folder / "logs" / "curve_gan-curves"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run with scores, exported to all formats but ONNX."""
    return train_curves(
        tmp_path_factory.mktemp("curves"),
        *("--steps", STEPS, *TINY, *FURTHER),
        *("--metrics", "steepness", "kid", "--eval-samples", 16, "--eval-every", 4),
    )


@pytest.fixture(scope="module")
def model(run):
    """The folder of its exported model."""
    return run.parent.parent / "models" / run.name / "1"


def weights(run, step):
    """All weights and optimizer states of a checkpoint, by their names."""
    import h5py

    found = {}
    with h5py.File(run / "checkpoints" / f"step-{step:09d}" / "model.weights.h5") as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


def test_what_fields_have_learned_belongs_to_the_run(run):
    facts = json.loads((run / "data.json").read_text())
    assert facts["fields"]["real"] == {"kind": "curve", "points": 64}
    assert facts["examples"] == 400
    with np.load(run / "fields.npz") as arrays:
        assert set(arrays) == {"real/mean", "real/spread"}
        assert 4.5 < arrays["real/mean"].mean() < 5.5


def test_previews_and_logs_are_of_its_kind(run):
    steps = [f"step-{step:09d}.svg" for step in range(1, STEPS + 1)]
    assert sorted(path.name for path in (run / "samples").iterdir()) == ["real.svg", *steps]
    assert (run / "samples" / "real.svg").read_text().count("<polyline") == 16
    assert (run / "samples" / f"step-{STEPS:09d}.svg").read_text().count("<polyline") == 16  # eight of each class
    assert command("report", "--run", run.name, "--log-dir", run.parent) == 0
    page = (run / "report.html").read_text()
    assert page.count("data:image/svg+xml;base64,") == STEPS + 1  # and the real ones
    assert "steepness" in page


def test_scores_choose_the_best_checkpoint(run):
    lines = [json.loads(line) for line in (run / "scores.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [4, 8]
    assert [score["name"] for score in lines[0]["scores"]] == ["steepness", "kid[spectrum]"]
    assert lines[0]["scores"][1]["protocol"]["features"] == "spectrum"
    best = min(lines, key=lambda line: line["scores"][0]["value"])
    assert checkpoint.best_score(run / "checkpoints")["step"] == best["step"]


# In the first stage, on the boundary, in the second.
@pytest.mark.parametrize("killed_at", [pytest.param(2, marks=slow), 3, pytest.param(6, marks=slow)])
def test_a_run_resumes_to_the_bit_in_every_stage(run, killed_at, tmp_path):
    copy = tmp_path / "logs" / run.name
    shutil.copytree(run, copy)
    for step in range(killed_at + 1, STEPS + 1):
        shutil.rmtree(copy / "checkpoints" / f"step-{step:09d}")
    assert train("--resume", copy, "--export") == 0
    straight, resumed = weights(run, STEPS), weights(copy, STEPS)
    assert straight.keys() == resumed.keys()
    assert all(np.array_equal(straight[name], resumed[name]) for name in straight)


def test_stages_do_their_own_updates(run):
    start, centred, end = (weights(run, step) for step in (0, 3, STEPS))
    changed = {
        network: [not np.array_equal(start[name], centred[name]) for name in start if name.startswith(f"{network}/")]
        for network in ("generator", "discriminator")
    }
    assert any(changed["generator"])
    assert not any(changed["discriminator"])
    assert np.abs(start["vars/1"]).max() > 0 or np.abs(start["vars/2"]).max() > 0  # what was computed beforehand
    iterations = [name for name in end if name.startswith("optimizer/") and end[name].ndim == 0]
    assert STEPS - 3 in [int(end[name]) for name in iterations]  # it began anew


def test_exported_files_are_verified_and_described(model):
    manifest = json.loads((model / "manifest.json").read_text())
    fields = manifest["fields"]["generator"]
    assert fields["outputs"]["curves"]["kind"] == "curve"
    assert fields["inputs"]["height"]["kind"] == "scalar"
    assert "image_shape" not in manifest["generator"]
    formats = {(check["format"], check["signature"]) for check in manifest["verification"]}
    assert {("saved_model", "from_seeds"), ("saved_model", "serving_default_controlled")} <= formats
    assert {"generator.tflite", "generator-controlled.tflite", "samples.svg"} <= set(manifest["files"])
    signatures = tf.saved_model.load(str(model)).signatures
    assert "png" not in signatures
    assert set(signatures) == {
        f"{name}{end}"
        for name in ("serving_default", "from_seeds", "from_seeds_and_labels", "from_seeds_truncated")
        for end in ("", "_controlled")
    }


def test_a_control_does_what_it_says(model):
    generator = exported.load(model)
    seeds = seed_range(3, 4)
    flat, usual, high = (generator.draw_seeds(seeds, controls={"height": height}) for height in (0.5, 1.0, 2.0))
    np.testing.assert_allclose(usual, generator.draw_seeds(seeds), atol=1e-5)
    np.testing.assert_allclose(high - usual, 2 * (usual - flat), atol=1e-4)  # it multiplies the distance from the mean


def test_a_control_of_a_tflite_file_is_turned_in_the_file_that_takes_it(model):
    seeds = seed_range(3, 4)
    usual, high = (exported.load(model).draw_seeds(seeds, controls={"height": height}) for height in (1.0, 2.0))
    whole, plain = (exported.load(model / f"generator{name}.tflite") for name in ("-controlled", ""))
    np.testing.assert_allclose(whole.draw_seeds(seeds, controls={"height": 2.0}), high, atol=1e-5)
    for generator in (whole, plain):
        np.testing.assert_allclose(generator.draw_seeds(seeds), usual, atol=1e-5)
    with pytest.raises(UserError, match=r"has --height at its default inside: give .* generator-controlled.tflite"):
        plain.draw_seeds(seeds, controls={"height": 2.0})


def test_sample_writes_its_files(model, tmp_path, capsys):
    assert command("sample", "--model", model, "--count", 3, "--seed", 7, "--out", f"{tmp_path}/curves/") == 0
    assert sorted(path.name for path in (tmp_path / "curves").iterdir()) == ["seed-7.csv", "seed-8.csv", "seed-9.csv"]
    expected = exported.load(model).draw_seeds(seed_range(7, 3))
    np.testing.assert_allclose(np.loadtxt(tmp_path / "curves" / "seed-8.csv"), expected[1], rtol=1e-4)
    assert command("sample", "--model", model, "--label", "saw", "--height", 2.0, "--out", tmp_path / "all.svg") == 0
    assert (tmp_path / "all.svg").read_text().count("<polyline") == 64
    assert command("sample", "--model", model, "--out", tmp_path / "all.png") == 2
    assert "must end in .svg" in capsys.readouterr().err
    assert command("sample", "--model", model, "--height", 3, "--out", tmp_path / "all.svg") == 2
    assert "--height must be between 0.5 and 2, got 3." in capsys.readouterr().err


def test_evaluate_scores_run_and_model(run, model, tmp_path):
    seeds = ("--samples", 16, "--seed", scoring.SELECTION_SEED)  # of the best checkpoint, which are no report on it
    for what in (("--run", run.name, "--log-dir", run.parent), ("--model", model)):
        arguments = ("--metrics", "steepness", "kid", *seeds, "--out", tmp_path / "scores.json")
        assert command("evaluate", *what, *arguments) == 0
        scores = json.loads((tmp_path / "scores.json").read_text())["scores"]
        assert scores[0]["value"] == pytest.approx(checkpoint.best_score(run / "checkpoints")["value"], rel=1e-4)


def test_what_does_not_fit_is_refused(capsys, tmp_path):
    for arguments, message in (
        (("--dataset", "mnist"), "makes values of the kind curve"),
        (("--metrics", "psnr"), "psnr"),
        (("--data-augment", "flip"), "unknown data augmentation 'flip'"),
    ):
        assert train("--variant", "curve_gan", "--log-dir", tmp_path, *arguments) == 2
        assert message in capsys.readouterr().err
    assert train("--variant", "dcgan", "--dataset", "curves", "--log-dir", tmp_path) == 2
    assert "dcgan" in capsys.readouterr().err
