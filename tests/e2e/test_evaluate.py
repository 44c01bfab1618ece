"""`evaluate` and `report` as a user calls them: two folders, a run, a SavedModel without its run."""

import dataclasses
import json
import re
import shutil

import numpy as np
import pytest

from keras_gan import cli, config, data, metrics, registry
from keras_gan.commands import train
from keras_gan.errors import UserError
from keras_gan.modalities.image import pictures
from keras_gan.runs import scoring
from tests.conftest import save_dataset


def call(*arguments):
    with pytest.raises(SystemExit) as end:
        cli.main([str(argument) for argument in arguments])
    return end.value.code


def write(folder, count, seed, size=16, channels=3):
    """Pictures of two classes in a folder each: bright bars, standing or lying, at random places."""
    rng = np.random.RandomState(seed)
    for index in range(count):
        pixels = rng.randint(0, 80, (size, size, channels)).astype(np.uint8)
        place = rng.randint(0, size - 4)
        name = "standing" if index % 2 else "lying"
        pixels[(slice(None), slice(place, place + 4)) if index % 2 else slice(place, place + 4)] = 250
        (folder / name).mkdir(parents=True, exist_ok=True)
        pictures.to_pillow(pixels).save(folder / name / f"{index}.png")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with pictures below `real`, and a cache of its own."""
    folder = tmp_path_factory.mktemp("room")
    with pytest.MonkeyPatch.context() as context:
        context.setenv("KERAS_GAN_CACHE", str(folder / "cache"))
        context.setattr("keras_gan.networks.classifier.LEAST_STEPS", 60)
        write(folder / "real", 120, seed=0)
        yield folder


@pytest.fixture(scope="module")
def room(folder):
    """The same, and a finished run on these pictures with scores in training and an exported model."""
    run = config.RunConfig(
        variant="cgan",
        dataset=f"folder:{folder / 'real'}",
        image_size=16,
        batch_size=8,
        steps=4,
        snapshot_every=2,
        metrics=("fid", "kid"),
        eval_every=1,
        eval_samples=40,
        log_dir=str(folder / "logs"),
        run_name="tiny",
        export_dir=str(folder / "models"),
        export=("saved_model",),
    )
    assert train.run(run, dataclasses.asdict(registry.module("cgan").TINY)) == 0
    return folder


def scores(path):
    report = json.loads(path.read_text())
    return {metrics.base_name(score["name"]): score for score in report["scores"]}, report


def test_folder_against_folder(folder, tmp_path, capsys):
    write(tmp_path / "good", 60, seed=1)
    names = ("fid", "fid-infinity", "kid", "is", "prdc", "ms-ssim")
    common = ("--reference", folder / "real", "--metrics", *names)
    assert call("evaluate", "--images", tmp_path / "good", *common, "--out", tmp_path / "good.json") == 0
    said = capsys.readouterr().out
    good, report = scores(tmp_path / "good.json")
    assert set(good) == {
        *("fid", "fid_infinity", "kid", "inception_score", "precision", "recall", "density", "coverage", "ms_ssim")
    }
    assert good["fid"]["protocol"] == {
        **{"image_size": 16, "seed": 0, "features": "classifier", "weights": good["fid"]["protocol"]["weights"]},
        **{"resize": "none", "reference": f"folder:{folder / 'real'}", "split": "train", "fit": "auto"},
        **{"reference_images": 120, "samples": 60},
        **{"reference_content": good["fid"]["protocol"]["reference_content"]},
    }
    assert "60 samples is biased upwards" in report["warnings"][0]
    assert re.search(r"fid\[classifier\] +\d+\.\d+ +lower", said)
    assert "features: classifier" in said

    rng = np.random.RandomState(0)
    for index in range(60):
        (tmp_path / "bad").mkdir(exist_ok=True)
        pictures.to_pillow(rng.randint(0, 256, (16, 16, 3)).astype(np.uint8)).save(tmp_path / "bad" / f"{index}.png")
    assert call("evaluate", "--images", tmp_path / "bad", *common, "--out", tmp_path / "bad.json") == 0
    bad, _ = scores(tmp_path / "bad.json")
    assert good["fid"]["value"] < 0.2 * bad["fid"]["value"]
    assert good["kid"]["value"] < 0.2 * bad["kid"]["value"]
    assert good["coverage"]["value"] > 0.5 > bad["coverage"]["value"]


def test_finished_run_and_its_model_alone_score_the_same(room, tmp_path, monkeypatch, capsys):
    asked = ("--samples", 50, "--metrics", "fid", "kid", "accuracy")
    assert call("evaluate", "--run", "tiny", "--log-dir", room / "logs", *asked) == 0
    of_run, report = scores(room / "logs" / "tiny" / "scores.json")
    assert report["subject"] == {"run": "tiny", "step": report["subject"]["step"]}
    capsys.readouterr()

    shutil.copytree(room / "models" / "tiny" / "1", tmp_path / "alone")
    monkeypatch.chdir(tmp_path)
    # The model says what its data is called, and not where it lies.
    assert call("evaluate", "--model", "alone", *asked) == 2
    assert "name it with --dataset" in capsys.readouterr().err
    assert call("evaluate", "--model", "alone", "--dataset", f"folder:{room / 'real'}", *asked, "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((tmp_path / "scores.json").read_text())
    of_model, _ = scores(tmp_path / "scores.json")
    for name, score in of_run.items():
        assert score["protocol"] == of_model[name]["protocol"]
        assert score["value"] == pytest.approx(of_model[name]["value"], rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["denoise", "cyclegan"])
def test_images_from_images_score_the_same_without_their_run(variant, tmp_path):
    run = config.RunConfig(
        variant=variant,
        dataset=save_dataset(tmp_path / "pictures", registry.variant(variant).task, 60),
        image_size=16,
        batch_size=4,
        steps=2,
        metrics=("kid",) if variant == "cyclegan" else ("psnr", "l1"),
        eval_samples=3,
        log_dir=str(tmp_path / "logs"),
        run_name="tiny",
        export_dir=str(tmp_path / "models"),
        export=("saved_model",),
    )
    assert train.run(run, dataclasses.asdict(registry.module(variant).TINY)) == 0
    assert call("evaluate", "--run", "tiny", "--log-dir", tmp_path / "logs", "--metrics", *run.metrics) == 0
    folder = tmp_path / "models" / "tiny" / "1"
    asked = ("--metrics", *run.metrics, "--out", tmp_path / "scores.json")
    assert call("evaluate", "--model", folder, "--dataset", run.dataset, *asked) == 0
    of_run, _ = scores(tmp_path / "logs" / "tiny" / "scores.json")
    of_model, report = scores(tmp_path / "scores.json")
    assert report["subject"] == {"model": str(folder)}
    for name, score in of_run.items():
        assert score["protocol"] == of_model[name]["protocol"]
        assert score["value"] == pytest.approx(of_model[name]["value"], rel=1e-2)


def test_one_held_out_image_is_no_set_to_score(tmp_path):
    run = config.RunConfig(
        variant="cyclegan",
        dataset=save_dataset(tmp_path / "pictures", "unpaired"),
        image_size=16,
        batch_size=4,
        metrics=("kid",),
        log_dir=str(tmp_path),
    )
    with pytest.raises(UserError, match="--metrics kid needs at least 2 samples, got 1"):
        train.run(run, dataclasses.asdict(registry.module("cyclegan").TINY))


def test_statistics_can_be_kept_and_given(folder, tmp_path):
    write(tmp_path / "some", 30, seed=2)
    common = ("evaluate", "--images", tmp_path / "some", "--features", "random", "--out", tmp_path / "s.json")
    assert call(*common, "--reference", folder / "real", "--save-reference", tmp_path / "real.npz") == 0
    from_images, _ = scores(tmp_path / "s.json")
    assert call(*common, "--reference", tmp_path / "real.npz") == 0
    from_statistics, _ = scores(tmp_path / "s.json")
    assert from_statistics == from_images


def test_export_of_a_run_says_what_small_files_lose_by_its_score(room, tmp_path):
    asked = ("--export", "onnx", "tflite", "--tflite", "float32", "int8", "--export-dir", tmp_path)
    assert call("export", "--run", "tiny", "--log-dir", room / "logs", *asked) == 0
    directory = tmp_path / "tiny" / "1"
    checks = {check["format"]: check for check in json.loads((directory / "manifest.json").read_text())["verification"]}
    assert set(checks) == {"onnx", "tflite float32", "tflite int8"}
    assert checks["onnx"]["score"] is checks["tflite float32"]["score"] is None
    score = checks["tflite int8"]["score"]
    assert (score["name"], score["samples"]) == ("fid[classifier]", 1024)
    assert score["file"] == pytest.approx(score["keras"], rel=0.2)
    assert score["file"] != score["keras"]
    card = (directory / "MODEL_CARD.md").read_text()
    assert "| fid[classifier] of 1024 seeds, Keras's and the file's |" in card
    assert f"| {score['keras']:.4g}, {score['file']:.4g} |" in card
    assert "`generator.onnx`: `latents` float32 [N, 6] and `labels` int32 [N] in [0, 2)" in card


def test_accuracy_can_be_what_small_files_lose(folder):
    run = config.RunConfig(variant="cgan", dataset=f"folder:{folder / 'real'}", image_size=16, metrics=("accuracy",))
    images = data.load(run)
    score_of = scoring.deciding_score(run, {"name": "accuracy"}, class_count=2, dataset=images)
    order = np.argsort(
        np.arange(len(images)) % 2, kind="stable"
    ).argsort()  # the classes in turn, as those of seeds are
    rows = np.argsort(images.columns["label"], kind="stable")[order]
    name, value = score_of(images.columns["real"][rows])
    assert name == "accuracy"
    assert value > 0.8
    assert score_of(images.columns["real"][rows[::-1]])[1] < 0.2


def test_scores_in_training_choose_the_checkpoint_that_is_exported(room):
    lines = [json.loads(line) for line in (room / "logs" / "tiny" / "scores.jsonl").read_text().splitlines()]
    values = {line["step"]: line["scores"][0]["value"] for line in lines}
    assert list(values) == [1, 2, 3, 4]
    manifest = json.loads((room / "models" / "tiny" / "1" / "manifest.json").read_text())
    assert manifest["generator"]["step"] == min(values, key=values.get)
    assert manifest["score"]["value"] == min(values.values())


def test_report_is_one_page_that_asks_nobody(room, capsys):
    assert call("report", "--run", "tiny", "--log-dir", room / "logs") == 0
    page = (room / "logs" / "tiny" / "report.html").read_text()
    assert not re.search(r"(src|href)=\"(?!data:|#)|https?:|@import|url\((?!#)", page)
    for part in ("<title>tiny: cgan on folder:", "Samples at step 4", "The doctor", "Scores", "Curves", "fid"):
        assert part in page
    assert page.count("<img") == 3  # two snapshots, and real ones
    assert "<svg" in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "exactly one of --run NAME, --model FOLDER and --images FOLDER"),
        (["--run", "a", "--images", "b"], "exactly one of"),
        (["--images", "."], "--images needs --reference"),
        (["--images", ".", "--reference", "mnits"], "unknown dataset 'mnits': did you mean 'mnist'?"),
        (["--images", ".", "--reference", "mnits.npz"], "mnits.npz of --reference do not exist"),
        (["--run", "nobody"], "no run 'nobody'"),
        (["--run", "nobody", "--metrics", "fdi"], "unknown metric 'fdi': did you mean 'fid'?"),
        (["--run", "nobody", "--metrics", "fid", "fid"], "names fid twice"),
        (["--run", "nobody", "--samples", "1"], "--samples must be between 2"),
        (["--model", "nowhere"], "is not an exported model"),
        (["--images", "nowhere", "--reference", "avatars"], "does not exist"),
    ],
)
def test_mistakes_are_named(arguments, message, capsys):
    assert call("evaluate", *arguments) == 2
    assert message in capsys.readouterr().err


def test_inception_without_weights_says_what_to_do(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("keras_gan.networks.inception.WEIGHTS_URL", "http://127.0.0.1:9/none.pth")
    write(tmp_path / "some", 4, seed=2)
    arguments = ("--images", tmp_path / "some", "--reference", folder / "real", "--features", "inception")
    assert call("evaluate", *arguments) == 2
    assert "--inception-weights FILE, or choose --features classifier or random" in capsys.readouterr().err


def test_what_lies_beside_the_images_is_named(folder, capsys):
    for name in ("photo.heic", "notes.txt"):
        (folder / "real" / name).write_bytes(b"x")
    out = folder / "named.json"
    asked = ("--images", folder / "real", "--reference", folder / "real", "--metrics", "ms-ssim", "--samples", 40)
    try:
        assert call("evaluate", *asked, "--image-size", 32, "--out", out, "--json") == 0
    finally:
        for name in ("photo.heic", "notes.txt"):
            (folder / "real" / name).unlink()
    said = capsys.readouterr()
    assert said.err.count("not read: .heic (1), .txt (1)") == 2
    assert json.loads(said.out)["scores"]
