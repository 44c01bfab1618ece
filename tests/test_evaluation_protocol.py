"""What an oracle gets: samples that are real images, which no generator can better, score as real images do.

Whatever order, balance, number and colour the data have, by the command `evaluate` and while a run trains. An oracle
that leaves something out is told from it.
"""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image as Pictures

from keras_gan import cli, config, data
from keras_gan.callbacks.scores import Scores
from keras_gan.metrics import base_name
from keras_gan.randomness import random_rows
from keras_gan.runs import scoring

SIZE, CLASSES = 16, ("ash", "birch", "cedar", "elm")
EVEN, UNEVEN = (0.25, 0.25, 0.25, 0.25), (0.85, 0.05, 0.05, 0.05)


def drawn(count, shares, channels, seed):
    """`(images uint8 [N, 16, 16, channels], classes)`, sorted by class: a bright spot in a corner of its class."""
    rng = np.random.RandomState(seed)
    labels = np.repeat(np.arange(4), np.rint(np.array(shares) * count).astype(int))
    rows, columns = np.mgrid[:SIZE, :SIZE]
    centre = np.stack([4 + 8 * (labels // 2), 4 + 8 * (labels % 2)], axis=1) + rng.normal(0, 1.2, (len(labels), 2))
    width = rng.uniform(3, 9, len(labels))[:, None, None]
    spot = np.exp(-((rows - centre[:, 0, None, None]) ** 2 + (columns - centre[:, 1, None, None]) ** 2) / width)
    colour = rng.uniform(0.5, 1, (len(labels), 1, 1, channels))
    images = 255 * spot[..., None] * colour + rng.normal(0, 8, (len(labels), SIZE, SIZE, channels))
    return np.clip(images, 0, 255).astype(np.uint8), labels.astype(np.int32)


class Oracle:
    """A sampler that gives images of a set, each once and then again; of the classes asked for if it has classes."""

    example_count, aligned = None, True

    def __init__(self, images, labels=None):
        self.images, self.classes = images, labels
        self.class_names = () if labels is None else CLASSES
        self.made = self.inputs = lambda _: None

    def labels(self, count, seed=0):
        return None if self.classes is None else (np.arange(seed, seed + count) % 4).astype(np.int32)

    def samples(self, count, seed=0, labels=None):
        if self.classes is None:
            return self.images[(np.arange(seed, seed + count) * 7919) % len(self.images)] / np.float32(255)
        labels = self.labels(count, seed) if labels is None else labels
        rng = np.random.RandomState(seed % 2**32)
        chosen = np.zeros(count, int)
        for label in np.unique(labels):
            of_class = np.flatnonzero(self.classes == label)
            asked = np.flatnonzero(labels == label)
            chosen[asked] = np.resize(rng.permutation(of_class), len(asked))
        return self.images[chosen] / np.float32(255)

    def targets(self, count, seed=0):
        return None


def write(folder, images, labels, shuffled=False):
    """Files in the order of their classes, or in none; `shuffled` None: with a folder for each class."""
    names = np.arange(len(images)) if not shuffled else random_rows(len(images), len(images), seed=5)
    for image, label, name in zip(images, labels, names, strict=True):
        path = folder / f"{name:05}.png" if shuffled is not None else folder / CLASSES[label] / f"{name:05}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Pictures.fromarray(image.squeeze()).save(path)
    return f"folder:{folder}"


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    # One for all tests here: a classifier is trained once for each data set.
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path_factory.getbasetemp() / "cache-of-oracles"))


def run_evaluate(out, *asked):
    """The report of the command."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["evaluate", *asked, "--out", str(out)])
    assert ended.value.code == 0
    return json.loads(out.read_text())


def pretend(monkeypatch, field, options, facts, sampler):
    """Whatever model is asked for, this is what is known of it."""
    model = SimpleNamespace(manifest={"data": facts})
    monkeypatch.setattr("keras_gan.commands.models.find", lambda name: name)
    monkeypatch.setattr("keras_gan.commands.exported_samples.load", lambda *_: (model, field, options, sampler))


def by_evaluate(oracle, dataset, count, metrics, tmp_path, monkeypatch, *more):
    """Scores by the command, of a model that is the oracle."""
    options = config.DataOptions(dataset=dataset, image_size=SIZE)
    pretend(monkeypatch, data.load(options).fields["real"], options, {}, oracle)
    asked = ("--model", "oracle", "--samples", str(count), "--metrics", *metrics, *more)
    return {base_name(score["name"]): score for score in run_evaluate(tmp_path / "scores.json", *asked)["scores"]}


def while_training(oracle, dataset, count, metrics, tmp_path, _monkeypatch, features="auto"):
    """Scores as a run has them of itself."""
    run = config.RunConfig(
        variant="cgan" if oracle.class_names else "dcgan",
        **{"dataset": dataset, "image_size": SIZE, "metrics": tuple(metrics), "eval_features": features},
    )
    subject = scoring.subject_of(run, data.load(run))
    measured = Scores(tmp_path, tmp_path / "checkpoints", 1, subject, oracle, count)._evaluate()
    return {base_name(each.name): {**vars(each)} for each in measured}


BOTH = pytest.mark.parametrize("scores_of", [by_evaluate, while_training])


@BOTH
@pytest.mark.parametrize("channels", [1, 3])
def test_order_of_the_files_changes_nothing(scores_of, channels, tmp_path, monkeypatch):
    """There are fewer samples than reference images, of which the first ones are of one class."""
    images, labels = drawn(800, EVEN, channels, seed=0)
    oracle = Oracle(drawn(200, EVEN, channels, seed=1)[0])
    metrics = ("prdc", "kid", "ms-ssim")
    scores = {
        shuffled: scores_of(
            oracle, write(tmp_path / str(shuffled), images, labels, shuffled), 200, metrics, tmp_path, monkeypatch
        )
        for shuffled in (False, True)
    }
    for found in scores.values():
        assert found["precision"]["value"] > 0.9
        assert found["coverage"]["value"] > 0.85
        assert found["recall"]["value"] > 0.85
        assert abs(found["kid"]["value"]) < 3 * found["kid"]["std"]
        assert found["ms_ssim"]["value"] == pytest.approx(found["ms_ssim"]["real"], abs=0.04)
    for name in ("precision", "recall", "coverage"):
        assert scores[False][name]["value"] == pytest.approx(scores[True][name]["value"], abs=0.06)


@BOTH
@pytest.mark.parametrize("shares", [EVEN, UNEVEN])
def test_classes_are_drawn_as_the_reference_has_them(scores_of, shares, tmp_path, monkeypatch):
    dataset = write(tmp_path / "real", *drawn(400, shares, 1, seed=0), shuffled=None)
    perfect = Oracle(*drawn(600, shares, 1, seed=1))
    more = ("--features", "random") if scores_of is by_evaluate else ("random",)
    found = scores_of(perfect, dataset, 400, ("fid", "prdc", "kid"), tmp_path, monkeypatch, *more)
    assert found["fid"]["protocol"]["classes"] == "as in the reference"
    assert found["coverage"]["value"] > 0.85
    assert found["precision"]["value"] > 0.9
    assert abs(found["kid"]["value"]) < 3 * found["kid"]["std"]


def test_uniform_classes_are_drawn_on_request(tmp_path, monkeypatch):
    images, labels = drawn(400, UNEVEN, 1, seed=0)
    dataset = write(tmp_path / "real", images, labels, shuffled=None)
    perfect = Oracle(*drawn(800, UNEVEN, 1, seed=1))
    asked = perfect, dataset, 400, ("fid",), tmp_path, monkeypatch, "--features", "random"
    as_they_are = by_evaluate(*asked)["fid"]
    uniform = by_evaluate(*asked, "--classes", "uniform")["fid"]
    assert uniform["protocol"]["classes"] == "all alike"
    assert uniform["value"] > 5 * as_they_are["value"]


@BOTH
def test_few_images_are_enough_for_what_can_be_had(scores_of, tmp_path, monkeypatch):
    images, labels = drawn(24, EVEN, 3, seed=0)
    dataset = write(tmp_path / "real", images, labels)
    oracle = Oracle(drawn(24, EVEN, 3, seed=1)[0])
    found = scores_of(oracle, dataset, 24, ("kid", "prdc"), tmp_path, monkeypatch)
    assert found["kid"]["std"] > 1e-6
    assert abs(found["kid"]["value"]) < 3 * found["kid"]["std"]
    assert found["precision"]["protocol"]["reference_samples"] == found["precision"]["protocol"]["samples"] == 24


@BOTH
def test_what_is_left_out_shows(scores_of, tmp_path, monkeypatch):
    images, labels = drawn(800, EVEN, 1, seed=0)
    dataset = write(tmp_path / "real", images, labels)
    others, classes = drawn(600, EVEN, 1, seed=1)
    whole = scores_of(Oracle(others), dataset, 200, ("prdc", "fid"), tmp_path, monkeypatch)
    less = scores_of(Oracle(others[classes != 3]), dataset, 200, ("prdc", "fid"), tmp_path, monkeypatch)
    assert less["recall"]["value"] < 0.85 * whole["recall"]["value"]
    assert less["coverage"]["value"] < 0.85 * whole["coverage"]["value"]
    assert less["fid"]["value"] > 3 * whole["fid"]["value"]


@pytest.mark.slow
def test_verdicts_of_a_classifier_are_compared_at_equal_numbers(tmp_path, monkeypatch):
    dataset = write(tmp_path / "real", *drawn(1000, UNEVEN, 1, seed=0), shuffled=None)
    oracle, metrics = Oracle(*drawn(1000, UNEVEN, 1, seed=1)), ("is", "accuracy")
    few, many, more = (by_evaluate(oracle, dataset, count, metrics, tmp_path, monkeypatch) for count in (40, 800, 1200))
    assert many["accuracy"]["value"] > 0.97
    few, many, more = (found["inception_score"] for found in (few, many, more))
    assert few["real"] < many["real"] - 0.1  # of four images at a time, the rare classes are missing most times
    assert many["value"] == pytest.approx(many["real"], rel=0.1)
    assert more["real"] is None  # there are not as many


@pytest.mark.slow
def test_the_classifier_is_measured_on_images_it_has_not_seen(tmp_path):
    images, _ = drawn(600, EVEN, 1, seed=0)
    periodic = np.arange(600) % 10 // 3  # of every tenth image the class is the same
    dataset = write(tmp_path / "real", images, periodic, shuffled=None)
    run = config.RunConfig(variant="cgan", dataset=dataset, image_size=SIZE, metrics=("fid",))
    facts = scoring.subject_of(run, data.load(run)).extractor.facts
    assert facts["test_images"] == 60
    assert facts["accuracy"] < 0.5


def pairs(folder, count, seed=0):
    rng = np.random.RandomState(seed)
    for index in range(count):
        source = rng.randint(0, 256, (1, 1, 3), np.uint8).repeat(SIZE, 0).repeat(SIZE, 1)
        target = np.clip(255 - source + rng.normal(0, 20, source.shape), 0, 255).astype(np.uint8)
        path = folder / f"{index:04}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Pictures.fromarray(np.concatenate([source, target], axis=1)).save(path)
    return f"paired:{folder}"


def test_held_out_targets_are_no_reference(tmp_path, monkeypatch):
    """A translator that gives its targets, which were held out: real images, but none of the reference."""
    run = config.RunConfig(variant="pix2pix", dataset=pairs(tmp_path / "pairs", 200), image_size=SIZE)
    splits = data.load_splits(run, "paired")

    class Translator(Oracle):
        example_count = len(splits.test)

    targets = Translator(splits.test.columns["real"])
    pretend(monkeypatch, splits.test.fields["real"], run, splits.train.facts, targets)
    asked = ("--model", "oracle", "--metrics", "fid", "prdc", "--features", "random")
    report = run_evaluate(tmp_path / "scores.json", *asked)
    scores = {base_name(score["name"]): score for score in report["scores"]}
    protocol = scores["fid"]["protocol"]
    assert (protocol["reference_images"], protocol["examples"], protocol["split"]) == (162, "test", "train")
    assert scores["fid"]["value"] > 0  # of images that are all among the reference, density is high and distance none
    chosen = scoring.subject_of(run, splits.train).protocol
    assert chosen["examples"] == "validation"
    stored = {image.tobytes() for image in splits.train.columns["real"]}
    for part in (splits.validation, splits.test):
        assert not stored & {image.tobytes() for image in part.columns["real"]}


@pytest.mark.parametrize(
    ("metrics", "count", "says"),
    [
        (("is",), 6, "--metrics is needs at least 10 samples, got 6."),
        (("prdc",), 3, "--metrics prdc needs at least 6 samples, got 3."),
        (("fid-infinity",), 12, "--metrics fid-infinity needs at least 20 samples, got 12."),
    ],
)
def test_too_few_samples_are_refused_before_any_is_drawn(metrics, count, says, tmp_path, monkeypatch, capsys):
    images, labels = drawn(40, EVEN, 1, seed=0)
    dataset = write(tmp_path / "real", images, labels)
    oracle = Oracle(images)
    oracle.samples = pytest.fail
    options = config.DataOptions(dataset=dataset, image_size=SIZE)
    pretend(monkeypatch, data.load(options).fields["real"], options, {}, oracle)
    with pytest.raises(SystemExit) as ended:
        cli.main(["evaluate", "--model", "oracle", "--samples", str(count), "--metrics", *metrics])
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


def test_usual_scores_that_can_be_had_are_given_and_others_left_out(tmp_path, capsys):
    for name in ("a", "b"):
        write(tmp_path / name, *drawn(4, EVEN, 3, seed=ord(name)))
    asked = ("--images", str(tmp_path / "a"), "--reference", str(tmp_path / "b"))
    report = run_evaluate(tmp_path / "scores.json", *asked)
    assert {score["name"] for score in report["scores"]} == {"fid[random]", "kid[random]"}
    assert "prdc is left out: it needs at least 6 samples, got 4." in report["warnings"]
    assert "note: prdc is left out" in capsys.readouterr().out
