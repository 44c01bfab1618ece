"""Pictures of what is said, and lines about pictures: from a folder with captions to the exported models."""

import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from keras_gan import exported
from tests.conftest import SHARED, command, train

COLOURS = {"red": (220, 30, 30), "blue": (30, 30, 220), "green": (30, 200, 30)}
WEIGHTS = SHARED / "data" / "weights"


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Squares of a colour on black or white, with captions."""
    folder, rows = tmp_path_factory.mktemp("data") / "photos", ["file,caption"]
    folder.mkdir()
    for number in range(24):
        name, ground = list(COLOURS)[number % 3], ("black", "white")[number % 2]
        picture = Image.new("RGB", (16, 16), ground)
        picture.paste(COLOURS[name], (4, 4, 12, 12))
        picture.save(folder / f"{number}.png")
        rows.append(f'{number}.png,"a {name} square, on {ground}"')
    (folder / "captions.csv").write_text("\n".join(rows))
    return folder


def trained(variant, photos, folder, *options):
    where = ("--log-dir", folder / "logs", "--export-dir", folder / "models")
    small = ("--image-size", 16, "--batch-size", 4, "--steps", 2, "--snapshot-every", 2, *options)
    assert train("--variant", variant, "--dataset", f"captions:{photos}", *where, *small) == 0
    return folder / "models" / f"{variant}-photos" / "1"


@pytest.fixture(scope="module")
def drawer(photos, tmp_path_factory):
    """An exported dfgan."""
    # So fast that the sentence, which says nothing at first, decides something after two steps.
    sizes = ("--model.channels", 4, "--model.max-channels", 6, "--model.sentence-units", 4, "--model.latent-dim", 5)
    sizes += ("--model.generator-learning-rate", 0.02)
    return trained("dfgan", photos, tmp_path_factory.mktemp("dfgan"), *sizes)


@pytest.fixture(scope="module")
def writer(photos, tmp_path_factory):
    """An exported captiongan, after a step of each stage."""
    sizes = ("--model.channels", 4, "--model.units", 8, "--model.embedding", 6, "--model.discriminator-units", 6)
    half = ("--model.likelihood-share", 0.5, "--metrics", "cider", "--eval-samples", 2)
    return trained("captiongan", photos, tmp_path_factory.mktemp("captiongan"), *sizes, *half)


def test_the_sentence_decides_what_is_drawn(drawer):
    model, seeds = tf.saved_model.load(str(drawer)), tf.constant([3, 3, 4], tf.int64)
    said = ["a red square, on black", "a  blue square,on white ", "a red square, on black"]
    images = model.signatures["from_text"](text=tf.constant(said), seeds=seeds)["images"].numpy()
    assert np.abs(images[0] - images[1]).max() > 1e-4
    assert np.abs(images[0] - images[2]).max() > 1e-4
    generator = exported.load(drawer)
    generator.say("a blue square, on white")
    np.testing.assert_allclose(generator.draw_seeds(np.array([3], np.int64))[0], images[1], atol=1e-5)
    phone = exported.load(drawer / "generator.tflite")
    phone.say("a blue square, on white")
    np.testing.assert_allclose(phone.draw_seeds(np.array([3], np.int64))[0], images[1], atol=1e-5)


def test_the_rule_of_tokens_is_in_the_manifest(drawer):
    facts = json.loads((drawer / "manifest.json").read_text())["generator"]
    field = exported.load(drawer).inputs["tokens"]
    assert "runs of letters" in facts["text_rule"]
    for text, tokens in facts["text_golden"]:
        assert field.from_text(tf.constant([text])).numpy()[0].tolist() == tokens
    assert (drawer / "vocabulary.txt").read_text().split("\n")[2:-1] == list(field.vocabulary[2:])


def test_sample_draws_a_text(drawer, tmp_path, capsys):
    out = tmp_path / "out.png"
    arguments = ("sample", "--model", drawer, "--count", 2, "--out", out)
    assert command(*arguments, "--text", "a green square, on white") == 0
    first = out.read_bytes()
    assert command(*arguments, "--text", "a red square, on white") == 0
    assert out.read_bytes() != first
    capsys.readouterr()
    assert command(*arguments, "--text", "a gren zebra") == 2
    assert "does not know 'gren' (near: 'green'), 'zebra'" in capsys.readouterr().err


@pytest.mark.skipif(not WEIGHTS.is_dir(), reason="the weights of SqueezeNet are not beside this checkout")
def test_edit_changes_a_picture_by_words(drawer, photos, tmp_path, capsys):
    weights = ("--squeezenet-weights", next(WEIGHTS.glob("*.h5")), "--lpips-weights", next(WEIGHTS.glob("*.npz")))
    out = tmp_path / "edited.png"
    arguments = ("edit", "--model", drawer, "--image", photos / "0.png", "--out", out, "--steps", 2, *weights)
    assert command(*arguments, "--text", "a blue square, on white") == 0
    with Image.open(out) as picture:
        assert picture.width > 2 * picture.height
    assert command(*arguments, "--text", "a blue zebra") == 2
    assert "does not know 'zebra'" in capsys.readouterr().err


def test_captions_of_images(writer, photos, tmp_path, capsys):
    capsys.readouterr()
    out = tmp_path / "captions.csv"
    arguments = ("caption", "--model", writer, "--input", photos, "--count", 2, "--out", out)
    assert command(*arguments) == 0
    rows = out.read_text().splitlines()
    assert rows[0] == "file,caption"
    assert len(rows) == 1 + 24 * 2
    assert len(capsys.readouterr().out.splitlines()) == 48
    assert command(*arguments, "--temperature", 0.0, "--out", tmp_path / "cold.jsonl") == 0
    cold = [json.loads(line) for line in (tmp_path / "cold.jsonl").read_text().splitlines()]
    assert [row["file"] for row in cold] == [row.partition(",")[0] for row in rows[1:]]
    assert command(*arguments, "--temperature", 5) == 2


def test_the_saved_model_reads_image_files(writer, photos):
    from keras_gan.exported.captioner import ExportedCaptioner

    model = tf.saved_model.load(str(writer))
    content, seeds = (photos / "0.png").read_bytes(), tf.constant([0, 7], tf.int64)
    made = model.signatures["image_bytes"](image_bytes=tf.constant([content] * 2), seeds=seeds)
    with Image.open(photos / "0.png") as picture:
        pixels = np.asarray(picture, np.float32)[None] / 255
    for path in (writer, writer / "generator.tflite"):
        captioner = ExportedCaptioner(path)
        expected = [captioner.captions(pixels, 1, seed)[0][0] for seed in (0, 7)]
        assert [text.decode() for text in made["text"].numpy()] == expected
    assert "image_bytes_controlled" in model.signatures


def test_captions_of_an_export_and_of_its_run_are_scored_alike(writer, photos, tmp_path):
    logs = writer.parents[2] / "logs"
    scored, asked = {}, ("--dataset", f"captions:{photos}", "--metrics", "cider", "--samples", 2)
    for name, subject in (("export", ("--model", writer)), ("run", ("--run", logs / writer.parent.name))):
        out = tmp_path / f"{name}.json"
        assert command("evaluate", *subject, *asked, "--out", out) == 0
        scored[name] = json.loads(out.read_text())["scores"]
    assert [each["value"] for each in scored["export"]] == [each["value"] for each in scored["run"]]
    assert all(each["baseline"] is not None for each in scored["run"])


def test_what_is_no_folder_of_captions(photos, tmp_path, capsys):
    for content, message in (("file,caption\n", "has 0 caption(s)"), ("a.png,b\n" * 3, "names 3 file(s) that are not")):
        (tmp_path / "captions.csv").write_text(content)
        assert train("--variant", "dfgan", "--dataset", f"captions:{tmp_path}", "--log-dir", tmp_path / "logs") == 2
        assert message in capsys.readouterr().err
    (tmp_path / "captions.csv").unlink()
    assert train("--variant", "dfgan", "--dataset", f"captions:{tmp_path}", "--log-dir", tmp_path / "logs") == 2
    assert "has neither captions.csv nor captions.jsonl" in capsys.readouterr().err
    assert train("--variant", "dfgan", "--dataset", "avatars", "--log-dir", tmp_path / "logs") == 2
    assert "captions" in capsys.readouterr().err
