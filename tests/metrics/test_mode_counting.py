"""Modes: classes counted by a classifier of single channels, or of the whole, and how even they are."""

import math
from dataclasses import replace

import numpy as np
import pytest

from keras_gan import config, data
from keras_gan.errors import UserError
from keras_gan.metrics import evaluation, modes
from keras_gan.metrics.subject import Subject
from keras_gan.modalities.image import Image
from keras_gan.runs import scoring
from keras_gan.storage import cache
from tests.conftest import command, save_noise

THOUSAND = tuple(f"{number:03}" for number in range(1000))


@pytest.fixture(autouse=True, scope="module")
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("KERAS_GAN_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def bars(digits):
    """uint8 `[N, 16, 16]`: digit d is a bright bar of 5 px in row 1 + d."""
    images = np.random.RandomState(1).randint(0, 60, (len(digits), 16, 16)).astype(np.uint8)
    for image, digit in zip(images, digits, strict=True):
        image[1 + digit : 3 + digit, 4:9] = 255
    return images


def stacked(classes):
    """Images of bars, digits as red, green and blue, of these classes."""
    classes = np.asarray(classes)
    return np.stack([bars(classes // place % 10) for place in (100, 10, 1)], axis=-1)


@pytest.fixture(scope="module")
def subject():
    """Of a reference of 300 images of the classes 0, 337, 674 and so on, modulo 1,000."""
    labels = np.arange(300, dtype=np.int32) * 337 % 1000
    images, test = stacked(labels), np.arange(200, dtype=np.int32) * 7 % 1000

    def training():
        return images, labels, (stacked(test), test), 150

    real = {"real": images, "label": labels}
    return Subject(("modes",), Image(16, 16, 3), class_names=THOUSAND, real=real, training=training, protocol={"a": 1})


def measured(subject, samples):
    found, sentences = evaluation.evaluate(replace(subject, samples=samples))
    return {each.name: each for each in found}, sentences


@pytest.mark.parametrize(
    ("counts", "seen", "often", "kl"),
    [
        ([3, 1, 0, 0], 2, 0, 0.75 * math.log(3)),  # 3/4 ln (3/4 · 4) + 1/4 ln 1
        ([0, 5, 12, 4, 1, 0], 4, 2, sum(n / 22 * math.log(n / 22 * 6) for n in (5, 12, 4, 1))),
        ([7] * 9, 9, 9, 0.0),
        ([0, 0, 26_000] + [0] * 997, 1, 1, math.log(1000)),
    ],
)
def test_histograms_by_hand(counts, seen, often, kl):
    values = modes._values(np.array(counts))
    assert {name: better for name, (_, better) in values.items()} == {"modes": False, "modes_5": False, "kl": True}
    assert (values["modes"][0], values["modes_5"][0]) == (seen, often)
    assert values["kl"][0] == pytest.approx(kl, abs=1e-12)


def test_a_perfect_sampler_of_26_000_samples():
    """About 999 / 52,000 = 0.0192 and a little, and of MNIST's digits, which are not even, 0.0043 more."""
    rng = np.random.RandomState(0)
    even = np.mean([modes._kl_from_even(rng.multinomial(26_000, np.full(1000, 1e-3))) for _ in range(50)])
    assert even == pytest.approx(0.0195, abs=4e-4)
    digits = np.array([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]) / 60_000
    classes = np.einsum("r,g,b->rgb", digits, digits, digits).ravel()
    assert float((classes * np.log(1000 * classes)).sum()) == pytest.approx(0.0043, abs=1e-4)
    of_mnist = np.mean([modes._kl_from_even(rng.multinomial(26_000, classes)) for _ in range(50)])
    assert of_mnist == pytest.approx(0.0237, abs=5e-4)


def test_channels_are_told_by_a_classifier_of_digits(subject, capsys):
    asked = np.array([12, 12, 12, 340, 340, 999, 7, 12, 12, 700])
    found, sentences = measured(subject, stacked(asked))
    assert (found["modes"].value, found["modes_5"].value) == (5, 1)
    assert found["kl"].value == pytest.approx(sum(p * math.log(1000 * p) for p in (0.5, 0.2, 0.1, 0.1, 0.1)))
    assert [each.lower_is_better for each in found.values()] == [False, False, True]
    assert (found["modes"].real, found["kl"].real) == (10, pytest.approx(math.log(100)))  # ten of different classes
    protocol = {"a": 1, "samples": 10, "classes_counted": 1000, "classifier_of": "each channel"}
    assert found["kl"].protocol.items() >= protocol.items()
    assert found["kl"].protocol["classifier_accuracy"] == 1.0
    assert len(found["kl"].protocol["weights"]) == 12
    assert "counted in 10 samples: published figures, 26 samples for each class, are of 26,000" in sentences[0]
    verdicts, _ = modes._classifier(subject.training, subject.class_names)
    assert verdicts(stacked(asked)).tolist() == asked.tolist()  # red is the first digit
    grey = stacked(asked)[..., :1]
    assert verdicts(grey).tolist() == [0, 0, 0, 333, 333, 999, 0, 0, 0, 777]
    # Trained once, and kept.
    assert capsys.readouterr().out.count("training the classifier") == 1
    modes._classifier.cache_clear()
    again, _ = measured(subject, stacked(asked))
    assert again == found
    assert capsys.readouterr().out == ""
    assert len(list(cache.directory().glob("classifier-*.weights.h5"))) == 1


def test_collapsed_samples_and_more_samples_than_real_ones(subject):
    found, _ = measured(subject, np.repeat(stacked([421]), 301, axis=0))
    assert (found["modes"].value, found["modes_5"].value) == (1, 1)
    assert found["kl"].value == pytest.approx(math.log(1000))
    assert [each.real for each in found.values()] == [None, None, None]


@pytest.mark.slow
def test_classes_of_the_whole():
    labels = np.arange(240, dtype=np.int32) % 3
    images = bars(4 * labels)[..., None]
    given = Subject(
        ("modes",), Image(16, 16, 1), class_names=("low", "middle", "high"), training=lambda: (images, labels, None, 40)
    )
    found, sentences = measured(given, images[labels > 0][:90])
    assert (found["modes"].value, found["modes_5"].value) == (2, 2)
    assert found["kl"].value == pytest.approx(math.log(1.5))
    assert found["kl"].protocol.items() >= {"classifier_of": "the whole", "classes_counted": 3}.items()
    assert sentences == []


def test_data_without_classes_are_refused(subject):
    with pytest.raises(UserError, match="--metrics modes needs real examples of several classes to compare with, and"):
        measured(replace(subject, training=None), stacked([1, 2]))


@pytest.mark.parametrize("begun", ["train", "evaluate"])
def test_data_without_classes_are_refused_before_work_begins(begun, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    save_noise([tmp_path / "some" / f"{index}.png" for index in range(4)], (16, 16, 3), seed=1)
    asked = {
        "train": ("--variant", "gan", "--dataset", "folder:some", "--image-size", "16", "--eval-samples", "4"),
        "evaluate": ("--images", "some", "--reference", "some"),
    }
    assert command(*asked[begun], "--metrics", "modes", name=begun) == 2
    message = "error: --metrics modes needs images of several classes to compare with, and there are none.\n"
    assert capsys.readouterr().err.endswith(message)


@pytest.mark.slow
def test_real_digits_are_of_all_modes(mnist_dir):
    """Held-out images as an oracle's samples, by the way of a run; about a minute."""
    options = {"dataset": "stacked_mnist:26000", "data_dir": str(mnist_dir)}
    run = config.RunConfig(variant="gan", metrics=("modes",), **options)
    subject = scoring.subject_of(run, data.load(run))
    held_out = data.load(run, "test")
    samples = np.asarray(held_out.columns["real"])
    found, sentences = measured(subject, samples)
    assert found["kl"].protocol["classifier_accuracy"] > 0.985
    assert (found["modes"].value, found["modes"].real) == (1000, 1000)
    assert found["modes_5"].value > 995
    assert found["kl"].value == pytest.approx(0.0237, abs=0.004)
    assert found["kl"].real == pytest.approx(0.0237, abs=0.003)
    assert sentences == []
    few, _ = measured(subject, samples[held_out.columns["label"] // 100 == 3])
    assert 95 < few["modes_5"].value <= 101
    assert few["kl"].value == pytest.approx(math.log(10), abs=0.1)
