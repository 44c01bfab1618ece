"""Lines of text from the command line to the exported model, and text that is not as it should be."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from keras_gan import exported
from keras_gan.errors import UserError
from tests.conftest import ROOT, command, train

STEPS = 6
TINY = ("--model.units", 8, "--model.embedding", 6, "--model.latent-dim", 4, "--model.discriminator-units", 4)
POEM = ["床前明月光，疑是地上霜。", "举头望明月，低头思故乡。", "春眠不觉晓，处处闻啼鸟。", "夜来风雨声，花落知多少。"]


def lines():
    """Sixty lines of a small grammar."""
    kinds, colours, things = (
        ("A", "the", "one"),
        ("red", "blue", "green", "old"),
        ("cat", "dog", "house.", "tree", "bird"),
    )
    return [f"{kind} {colour} {thing}" for kind in kinds for colour in colours for thing in things]


def train_on(file, folder, *further):
    where = ("--log-dir", folder / "logs", "--export-dir", folder / "models", "--batch-size", 4)
    return train("--variant", "textgan", "--dataset", f"text:{file}", *where, *TINY, *further)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run with scores, three steps of likelihood and three against the discriminator, exported."""
    folder = tmp_path_factory.mktemp("lines")
    (folder / "small.txt").write_text("\n".join(lines()), encoding="utf-8")
    scores = ("--metrics", "reverse-nll", "bleu", "copies", "--eval-samples", 16, "--eval-every", 3)
    kept = ("--checkpoint-every", 1, "--keep-checkpoints", STEPS + 1, "--snapshot-every", 3)
    half = ("--steps", STEPS, "--model.likelihood-share", 0.5)
    assert train_on(folder / "small.txt", folder, *half, *scores, *kept) == 0
    return folder / "logs" / "textgan-small"


@pytest.fixture(scope="module")
def model(run):
    return run.parent.parent / "models" / run.name / "1"


def test_previews_scores_and_vocabulary_belong_to_the_run(run):
    names = ["real.txt", "step-000000003.txt", "step-000000006.txt"]
    assert sorted(path.name for path in (run / "samples").iterdir()) == names
    known = {*" ".join(lines()).replace(".", " .").split()}
    assert set((run / "samples" / "step-000000006.txt").read_text().replace(".", " .").split()) <= known
    field = json.loads((run / "data.json").read_text())["fields"]["real"]
    assert set(field["vocabulary"][2:]) == known
    scores = json.loads((run / "scores.jsonl").read_text().splitlines()[-1])["scores"]
    assert [score["name"] for score in scores][:2] == ["reverse-nll[16]", "bleu-2[16]"]
    assert all(score["baseline"] is not None for score in scores)


def test_the_baseline_is_what_likelihood_has_made(run):
    from tests.e2e.test_modality import weights

    middle, end = weights(run, 3), weights(run, STEPS)
    baseline = [name for name in end if name.startswith("baseline_generator/")]
    assert baseline
    for name in baseline:
        np.testing.assert_array_equal(middle[name], end[name])
    averaged = [name.replace("baseline_generator", "ema_generator") for name in baseline]
    assert any(not np.array_equal(end[name], end[other]) for name, other in zip(baseline, averaged, strict=True))


@pytest.mark.parametrize("killed_at", [2, pytest.param(5, marks=pytest.mark.slow)])  # in each of the stages
def test_a_run_resumes_to_the_bit_in_both_stages(run, killed_at, tmp_path):
    from tests.e2e.test_modality import weights

    copy = tmp_path / "logs" / run.name
    shutil.copytree(run, copy)
    for step in range(killed_at + 1, STEPS + 1):
        shutil.rmtree(copy / "checkpoints" / f"step-{step:09d}")
    assert train("--resume", copy, "--export") == 0
    straight, resumed = weights(run, STEPS), weights(copy, STEPS)
    assert straight.keys() == resumed.keys()
    assert all(np.array_equal(straight[name], resumed[name]) for name in straight)


def test_the_same_lines_everywhere(model):
    seeds = np.arange(-32, 32, dtype=np.int64)
    saved = tf.saved_model.load(str(model))
    made = saved.signatures["from_seeds"](seeds=tf.constant(seeds))
    tokens, text = made["tokens"].numpy(), [each.decode() for each in made["text"].numpy()]
    generator = exported.load(model)
    assert generator.output.texts(tokens) == text
    assert len(set(text)) > 32
    for name in ("generator.tflite", "generator-controlled.tflite"):
        np.testing.assert_array_equal(exported.load(model / name).draw_seeds(seeds), tokens)
    warm = {"seeds": tf.constant(seeds), "temperature": tf.fill([64], 0.5)}
    free = saved.signatures["from_seeds_controlled"](**warm, prefix=tf.zeros(tokens.shape, tf.int32))["tokens"]
    phone = exported.load(model / "generator-controlled.tflite").draw_seeds(seeds, controls={"temperature": 0.5})
    np.testing.assert_array_equal(free, phone)
    assert (free.numpy() != tokens).any()
    begun = saved.signatures["from_prefix"](text=tf.constant(["the  blue"] * 64), **warm)["text"].numpy()
    assert all(each.startswith(b"the blue") for each in begun)
    assert "shutil" not in saved.signatures  # what is asked for is there, and nothing by accident
    assert {"serving_default", "from_seeds", "from_prefix", "text", "text_controlled"} <= set(saved.signatures)


def test_the_phone_script_writes_the_same_lines(model, tmp_path):
    script = [sys.executable, ROOT / "export/mobile/sample.py", "--model", model / "generator.tflite"]
    subprocess.run([*script, "--seed", "3", "--count", "5", "--out", tmp_path / "phone.txt"], check=True)
    assert command("sample", "--model", model, "--seed", 3, "--count", 5, "--out", tmp_path / "here.txt") == 0
    assert (tmp_path / "phone.txt").read_text() == (tmp_path / "here.txt").read_text()


def test_sample_writes_lines(model, tmp_path, capsys):
    out = tmp_path / "lines.txt"
    arguments = ("sample", "--model", model, "--count", 5, "--seed", 3, "--out", out)
    assert command(*arguments, "--temperature", 0.8) == 0
    written = out.read_text().splitlines()
    printed = capsys.readouterr().out
    assert len(written) == 5
    assert "\n".join(written) in printed
    assert command(*arguments, "--temperature", 0.8) == 0
    assert out.read_text().splitlines() == written
    assert command(*arguments, "--prefix", "one green") == 0
    assert all(line.startswith("one green") for line in out.read_text().splitlines())
    assert command("sample", "--model", model, "--interpolate", 1, 2, "--frames", 4, "--out", out) == 0
    assert len(out.read_text().splitlines()) == 4
    capsys.readouterr()
    assert command(*arguments, "--prefix", "one grren zebra") == 2
    assert "does not know 'grren' (near: 'green'), 'zebra'" in capsys.readouterr().err
    assert command(*arguments, "--temperature", 3) == 2
    assert "--temperature must be between 0 and 2, got 3." in capsys.readouterr().err


def test_a_run_can_be_asked_what_its_export_can(run, model, tmp_path):
    asked = ("--count", 3, "--temperature", 0.5, "--prefix", "the", "--out")
    assert command("sample", "--model", model, *asked, tmp_path / "export.txt") == 0
    assert command("sample", "--run", run.name, "--log-dir", run.parent, *asked, tmp_path / "run.txt") == 0
    assert (tmp_path / "run.txt").read_text() == (tmp_path / "export.txt").read_text()


def test_what_is_given_to_the_networks_decides(model):
    generator = exported.load(model)
    latents = generator.latents(np.arange(40, dtype=np.int64))
    lines = generator.draw(latents)
    np.testing.assert_array_equal(generator.draw(latents), lines)
    other = latents.copy()
    other[:, -4:] = other[::-1, -4:]  # other noise
    assert (generator.draw(other) != lines).any()
    coldest = generator.draw(latents, controls={"temperature": 0.0})
    assert len({tuple(line) for line in coldest}) <= len({tuple(line) for line in lines})


def read(file, folder, *further):
    """What the source makes of a file, by the command line, without training; returns the exit code."""
    return train_on(file, folder, "--dry-run", "--steps", 2, *further)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n \n\t\n", "has 0 line(s) with text"),
        (b"one line alone\n", "has 1 line(s) with text: at least three are needed"),
        ("größer\nkleiner\n".encode("latin-1"), "is not UTF-8: byte 0xf6 in line 1"),
        (b"a b\nc d\ne \xff\n", "is not UTF-8: byte 0xff in line 3"),
    ],
)
def test_files_that_are_refused(content, message, tmp_path, capsys):
    (tmp_path / "odd.txt").write_bytes(content)
    assert read(tmp_path / "odd.txt", tmp_path) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.strip().splitlines()) == 1
    assert not (tmp_path / "logs").exists()


def source_of(path, **options):
    from keras_gan import config, data

    run = config.RunConfig(variant="textgan", dataset=f"text:{path}", **options)
    return [data.load(run, split) for split in ("train", "test")]


def test_odd_files_that_are_worked_through(tmp_path):
    path = tmp_path / "odd.txt"
    path.write_bytes("\ufeffa b\r\n\r\nc\td\r\n".encode() + b"word " * 10_000 + b"\r\n" + b"e f g\r\n" * 200)
    train, test = source_of(path)
    field = train.fields["real"]
    assert field.length == 3
    assert len(train) + len(test) == 202
    passed = {**train.passed_over, **test.passed_over}
    assert passed["empty lines"] == 1
    assert passed["lines of more than 3 words"] == 1
    assert {"a b", "c d", "e f g"} <= {*field.texts(train.columns["real"]), *field.texts(test.columns["real"])}


def test_another_script(tmp_path):
    path = tmp_path / "poems.txt"
    path.write_text("\n".join(POEM * 5), encoding="utf-8")
    train, _ = source_of(path, tokens="char")
    field = train.fields["real"]
    assert field.length == len(POEM[0])
    assert set(field.vocabulary[2:]) == set("".join(POEM))
    assert set(field.texts(train.columns["real"])) == set(POEM)


def test_options_of_words(tmp_path):
    path = tmp_path / "some.txt"
    path.write_text("Red red blue\nred Blue\nred one two three four\nred red blue\n" * 30)
    train, test = source_of(path, lowercase=True, min_count=5, max_length=3)
    field = train.fields["real"]
    assert set(field.vocabulary) <= {"", "<unk>", "red", "blue"}
    assert (field.length, field.lowercase) == (3, True)
    assert len(train) + len(test) == 90
    with pytest.raises(UserError, match="no word occurs 1000 times in lines of 3"):
        source_of(path, min_count=1000, max_length=3)
    with pytest.raises(UserError, match="--max-length must be at least 1"):
        source_of(path, max_length=0)


def test_two_files_and_what_is_missing(tmp_path, capsys):
    for name, text in (("a.txt", "x y\n" * 3 + "z"), ("b.txt", "x q\nx")):
        (tmp_path / name).write_text(text)
    train, test = source_of(f"{tmp_path / 'a.txt'}+{tmp_path / 'b.txt'}")
    assert (len(train), len(test)) == (4, 2)
    assert train.fields["real"].texts(test.columns["real"]) == ["x <unk>", "x"]
    assert read(tmp_path / "c.txt", tmp_path) == 2
    assert "does not exist" in capsys.readouterr().err
    assert train_on(tmp_path, tmp_path) == 2
    assert "is a folder: name a file in it" in capsys.readouterr().err
