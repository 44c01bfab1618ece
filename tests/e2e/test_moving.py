"""Figures and films go the whole way by the command line: training, export, verification, samples as files."""

import json

import numpy as np
import pytest
import tensorflow as tf

from keras_gan import exported
from keras_gan.data import moving_avatars, walker
from keras_gan.modalities.motion import bvh
from keras_gan.randomness import seed_range
from tests.conftest import command, train

TINY = {
    "motiongan": ("--model.generator-channels", 8, "--model.discriminator-channels", 4, "--model.latent-dim", 6),
    "mocogan": ("--model.generator-channels", 4, "--model.discriminator-channels", 4, "--model.latent-dim", 4),
}


def trained(variant, folder, *further):
    """Trains a tiny model; returns the folder of the export."""
    arguments = ("--variant", variant, "--steps", 2, "--batch-size", 8, "--snapshot-every", 2, *TINY[variant], *further)
    assert train(*arguments, "--run-name", "run", "--log-dir", folder / "logs", "--export-dir", folder / "models") == 0
    return folder / "models" / "run" / "1"


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """A model of walkers of 8 frames, with both formats."""
    patched = pytest.MonkeyPatch()
    patched.setattr(walker, "COUNTS", {"train": 60, "test": 20})
    folder = tmp_path_factory.mktemp("figures")
    yield trained(
        "motiongan", folder, "--frames", 8, "--tflite", "float32", "--metrics", "movement", "--eval-samples", 16
    )
    patched.undo()


def test_what_is_exported_gives_places_and_rotations(figures):
    manifest = json.loads((figures / "manifest.json").read_text())
    assert manifest["fields"]["generator"]["outputs"]["motions"]["kind"] == "motion"
    assert {check["signature"] for check in manifest["verification"]} >= {"from_seeds", "continuation"}
    signatures = tf.saved_model.load(str(figures)).signatures
    made = signatures["from_seeds_and_labels"](seeds=tf.constant([3, 4], tf.int64), labels=tf.constant([1, -1]))
    assert {name: values.shape[1:] for name, values in made.items()} == {
        "motions": (8, 117),
        "root": (8, 3),
        "positions": (8, 19, 3),
        "rotations": (8, 19, 3),
    }
    plain = exported.load(figures / "generator.tflite").draw_seeds(seed_range(3, 2))
    np.testing.assert_allclose(plain[1], made["motions"][1], atol=1e-4)


def test_figures_as_files(figures, tmp_path):
    model = ("sample", "--model", figures, "--label", "run")
    assert command(*model, "--count", 2, "--frames", 20, "--out", f"{tmp_path}/clips/") == 0
    assert {path.name for path in (tmp_path / "clips").iterdir()} == {
        f"seed-{seed}{suffix}" for seed in (0, 1) for suffix in (".bvh", ".npz", ".gif")
    }
    clip = bvh.read((tmp_path / "clips" / "seed-1.bvh").read_bytes())
    field = exported.load(figures).output
    with np.load(tmp_path / "clips" / "seed-1.npz") as arrays:
        np.testing.assert_allclose(field.positions(clip.of(field.skeleton, 30.0)), arrays["positions"], atol=1e-3)
        assert len(arrays["positions"]) == 20
    start = ("--start", tmp_path / "clips" / "seed-1.bvh", "--loop")
    assert command(*model, "--count", 2, *start, "--out", tmp_path / "on.mp4") == 0
    assert (tmp_path / "on.mp4").stat().st_size > 1000


def test_scores_and_previews_move(figures):
    run = figures.parent.parent.parent / "logs" / "run"
    assert {path.suffix for path in (run / "samples").iterdir()} == {".gif"}
    scores = json.loads((run / "scores.jsonl").read_text().splitlines()[-1])["scores"]
    assert [score["name"] for score in scores] == ["sliding", "acceleration", "bone_change", "diversity", "novelty"]
    assert scores[2]["value"] < 1e-4


@pytest.mark.slow
def test_films(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(moving_avatars, "COUNTS", {"train": 20, "test": 10})
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path / "cache"))
    small = ("--frames", 6, "--image-size", 32, "--tflite", "float32", "--metrics", "films", "--eval-samples", 16)
    model = trained("mocogan", tmp_path, *small)
    made = exported.load(model).draw_seeds(seed_range(0, 2))
    assert made.shape == (2, 6, 32, 32, 3)
    assert command("sample", "--model", model, "--text", "she blinks", "--count", 2, "--out", f"{tmp_path}/clips/") == 0
    assert {path.name for path in (tmp_path / "clips").iterdir()} == {
        f"seed-{seed}{suffix}" for seed in (0, 1) for suffix in (".gif", ".mp4", ".png")
    }
    start = ("--start", tmp_path / "clips" / "seed-0.png")
    assert command("sample", "--model", model, *start, "--count", 2, "--out", tmp_path / "on.gif") == 0
    assert command("sample", "--model", model, "--text", "she flies", "--out", tmp_path / "on.gif") == 2
    assert "'flies' is not known" in capsys.readouterr().err


def test_a_film_becomes_movement_and_latents_that_make_it_again(figures, tmp_path, monkeypatch, capsys):
    from keras_gan.metrics import poses

    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(poses, "STEPS", 2)
    monkeypatch.setattr(poses, "CLIPS", {"train": 10, "test": 5})
    for cached in (poses.clips, poses.reader):
        cached.cache_clear()
    film, out = tmp_path / "film.mp4", tmp_path / "clip.bvh"
    assert command("sample", "--model", figures, "--count", 1, "--out", film) == 0
    asked = ("extract", "--input", film, "--out", out, "--model", figures, "--steps", 2, "--count", 2)
    assert command(*asked) == 0
    assert "8 frames of" in capsys.readouterr().out
    field = exported.load(figures).output
    for name in ("clip", "clip-again"):
        assert field.read((tmp_path / f"{name}.bvh").read_bytes()).shape == (8, 117)
        assert (tmp_path / f"{name}.gif").is_file()
    with np.load(tmp_path / "clip-latents.npz") as found:
        again = exported.load(figures).draw(found["latents"][None], found["label"][None])
    written = field.read((tmp_path / "clip-again.bvh").read_bytes())
    np.testing.assert_allclose(field.positions(again)[0], field.positions(written), atol=1e-3)
    assert (tmp_path / "clip-varied.gif").is_file()
    (tmp_path / "no.gif").write_bytes(b"GIF89a")
    for path, said in ((tmp_path / "no.gif", "is no whole GIF"), (tmp_path / "none.mp4", "cannot be read")):
        assert command("extract", "--input", path, "--out", out) == 2
        error = capsys.readouterr().err
        assert said in error
        assert len(error.strip().splitlines()) == 1
    for cached in (poses.clips, poses.reader):
        cached.cache_clear()
