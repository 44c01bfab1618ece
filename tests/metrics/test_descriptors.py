"""What scores and extractors say of themselves is true, and those of a plugin folder are like all others."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from keras_gan import metrics, registry
from keras_gan.errors import UserError
from keras_gan.metrics import evaluation, features, reference
from keras_gan.metrics.features import FeatureNetwork
from keras_gan.metrics.perceptual import Perceptual
from keras_gan.metrics.subject import Subject, protocol_of, with_samples
from keras_gan.modalities.base import Field
from keras_gan.modalities.image import Image
from tests.conftest import ROOT, save_noise

# Those of images, and of anything; the toy modality has one of its own.
NAMES = [name for name in registry.SCORES.names() if registry.SCORES.describe(name).of in ((), ("image",))]
DECIDING = {
    "fid": ("fid", True),
    "fid-infinity": ("fid_infinity", True),
    "kid": ("kid", True),
    "is": ("inception_score", False),
    "prdc": ("coverage", False),
    "accuracy": ("accuracy", False),
    "modes": ("kl", True),
    "swd": ("swd", True),
    "entropy": ("class_entropy", False),
}
NEEDED = {
    **{"fid": {"features"}, "fid-infinity": {"features"}, "kid": {"features"}, "is": {"features"}},
    **{"prdc": {"features"}, "accuracy": {"features", "labels"}, "ms-ssim": set(), "lpips": {"perceptual"}},
    **{"ppl": {"latents", "perceptual"}, "psnr": {"targets"}, "ssim": {"targets"}, "l1": {"targets"}},
    **{"lpips-target": {"targets", "perceptual"}, "modes": {"classes"}, "swd": {"real"}},
    **{"entropy": {"features"}, "fid-floor": {"features"}},
}


@dataclass(frozen=True)
class Curve(Field):
    """A curve: float32 `[length]`."""

    length: int

    kind: ClassVar[str] = "curve"
    plural: ClassVar[str] = "curves"

    @property
    def shape(self):
        return (self.length,)


class Network:
    """Stands for SqueezeNet: means over colours, and their squares."""

    def __call__(self, images, training):
        grey = np.asarray(images).mean(axis=-1, keepdims=True)
        return [np.concatenate([grey, grey**2, np.ones_like(grey)], axis=-1)]


def moments(kind_of_values):
    """An extractor by hand: means of quarters, and three classes by them."""

    def look(values):
        flat = np.asarray(values, np.float32).reshape(len(values), -1)
        means = flat[:, : flat.shape[1] // 4 * 4].reshape(len(flat), 4, -1).mean(axis=-1)
        return means, means[:, :3]

    return FeatureNetwork(f"moments of {kind_of_values}", "none", "none", look, is_classifier=True)


@pytest.fixture
def subject(tmp_path, monkeypatch):
    """All that scores can ask for, of images."""
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("keras_gan.metrics.path_length.PATHS", 20)
    rng = np.random.RandomState(0)
    real, samples, targets = (rng.randint(0, 256, (count, 16, 16, 3), np.uint8) for count in (50, 40, 40))
    extractor = moments("images")
    weights = rng.uniform(size=(6, 768))

    def made(inputs):
        return (1.0 / (1.0 + np.exp(-inputs["latents"] @ weights))).reshape(-1, 16, 16, 3).astype(np.float32)

    return Subject(
        metrics=(),
        field=Image(16, 16, 3),
        samples=samples,
        labels=np.arange(40) % 3,
        targets=targets,
        extractor=extractor,
        reference=reference.of_column(real, extractor, {"reference": "noise"}),
        real={"real": real, "label": np.arange(50) % 3},
        class_names=("a", "b", "c"),
        training=lambda: (real, np.arange(50) % 3, None, 2),
        perceptual=lambda: Perceptual(Network(), [np.array([0.5, 0.2, 0.1])], {"distance": "by hand"}),
        inputs=lambda seeds: {"latents": np.stack([np.random.RandomState(seed).normal(size=6) for seed in seeds])},
        made=made,
        protocol={"image_size": 16, "seed": 0},
    )


def test_these_scores_are_there():
    assert set(NAMES) >= set(NEEDED)
    assert {name: set(registry.SCORES.describe(name).needs) for name in NEEDED} == NEEDED
    assert {name: metrics.DECIDING[name] for name in DECIDING} == DECIDING
    assert not set(metrics.DECIDING) & (set(NEEDED) - set(DECIDING))
    assert set(registry.EXTRACTORS.names()) >= {"classifier", "inception", "random", "squeezenet"}


@pytest.mark.parametrize("name", NAMES)
def test_descriptor_is_that_of_the_module(name):
    assert registry.SCORES.describe(name) == registry.SCORES.module(name).SCORE
    assert metrics.METRICS[name] == registry.SCORES.describe(name).about


@pytest.mark.parametrize("name", registry.EXTRACTORS.names())
def test_descriptor_is_that_of_the_extractor(name):
    assert registry.EXTRACTORS.describe(name) == registry.EXTRACTORS.module(name).EXTRACTOR


@pytest.mark.parametrize("name", NAMES)
def test_score_gives_what_it_says(name, subject):
    score = registry.SCORES.describe(name)
    measured, _ = evaluation.evaluate(replace(subject, metrics=(name,)))
    assert measured
    better = {metrics.base_name(each.name): each.lower_is_better for each in measured}
    if score.decides:
        assert better[score.decides] == score.lower_is_better
    for each in measured:
        assert np.isfinite(each.value)
        assert each.lower_is_better == score.lower_is_better or name == "modes"
        assert each.protocol.items() >= {"image_size": 16, "seed": 0}.items()
    json.dumps(evaluation.as_json(measured), allow_nan=False)


@pytest.mark.parametrize("name", NAMES)
def test_score_needs_what_it_says_and_no_more(name, subject):
    needs = registry.SCORES.describe(name).needs
    for need, (attribute, _) in evaluation.NEEDS.items():
        lacking = replace(subject, metrics=(name,), **{attribute: None})
        if attribute == "extractor":
            lacking = replace(lacking, reference=None)
        if need in needs:
            with pytest.raises(UserError, match=f"--metrics {name} "):
                evaluation.evaluate(lacking)
        else:
            assert evaluation.evaluate(lacking)[0]


@pytest.mark.parametrize("name", NAMES)
def test_score_of_values_of_another_kind(name, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path))
    rng = np.random.RandomState(0)
    real, curves = rng.normal(size=(2, 60, 32)).astype(np.float32)
    extractor, field = moments("curves"), Curve(32)
    statistics = reference.of_column(real, extractor, {"reference": "noise"}, plural=field.plural)
    protocol = protocol_of(field, seed=0)
    given = Subject((name,), field, curves, np.arange(60) % 3, extractor=extractor, reference=statistics)
    given = replace(given, protocol=protocol)
    if "curve" in (registry.SCORES.describe(name).of or ("curve",)):
        for each in evaluation.evaluate(given)[0]:
            assert np.isfinite(each.value)
            assert each.protocol.items() >= {"shape": [32], "seed": 0, "reference_curves": 60}.items()
    else:
        message = f"--metrics {name} looks at values of the kind image, and these are of the kind curve: choose .*kid"
        with pytest.raises(UserError, match=message):
            evaluation.evaluate(given)


def test_extractor_of_values_of_another_kind():
    with pytest.raises(UserError, match="random looks at values of the kind image, and these are of the kind curve"):
        features.load("random", features.ExtractorOptions(field=Curve(8)))
    with pytest.raises(UserError, match="nothing looks at values of the kind curve by default"):
        features.resolve("auto", Curve(8), 3)
    assert features.resolve("auto", Image(8, 8, 3)) == "random"
    assert features.resolve("auto", Image(8, 8, 3), 3) == "classifier"
    assert features.resolve("inception", Curve(8), 3) == "inception"


# --- Samples ----------------------------------------------------------------------------------------------------------


class Seeds:
    """A sampler whose samples say their seeds."""

    def __init__(self, example_count=None):
        self.example_count = example_count
        self.inputs = self.made = print

    def samples(self, count, seed):
        return (np.arange(seed, seed + count) / 255).reshape(-1, 1, 1, 1)

    def labels(self, count, seed):
        return np.arange(seed, seed + count) % 3

    def targets(self, count, seed):
        return None if self.example_count is None else self.samples(count, seed + 1)


def test_samples_are_stored_values_of_consecutive_seeds():
    found = with_samples(Subject((), Image(1, 1, 1)), Seeds(), 100, seed=7)
    assert found.samples.dtype == np.uint8
    assert found.samples.ravel().tolist() == list(range(7, 107))
    assert (found.labels == np.arange(7, 107) % 3).all()
    assert found.targets is None
    assert found.inputs is print
    many = with_samples(Subject((), Curve(1)), Seeds(), 1100)
    assert (np.rint(255 * many.samples.ravel()) == np.arange(1100)).all()  # whatever the blocks


def test_there_are_no_more_samples_than_examples():
    found = with_samples(Subject((), Image(1, 1, 1)), Seeds(example_count=90), 1000, seed=7)
    assert found.samples.ravel().tolist() == list(range(90))
    assert found.targets.ravel().tolist() == list(range(1, 91))
    assert found.inputs is None


# --- Plugins ----------------------------------------------------------------------------------------------------------

SCORE = '''
"""How bright the brightest feature is."""

from keras_gan.registry import Score

SCORE = Score("peak", about="largest feature; higher is better", lower_is_better=False, decides="peak_value",
              needs=("features",))


def measure(subject):
    """Yields `peak_value`."""
    yield subject.by_features("peak_value", subject.extracted.features.max(), unit="grey levels")


def warnings(subject):
    """Yields one sentence."""
    yield "a peak is one value alone."
'''
EXTRACTOR = '''
"""The mean of all pixels."""

from keras_gan.metrics.features import FeatureNetwork
from keras_gan.registry import Extractor

EXTRACTOR = Extractor("mean", about="one number", of=("image",))


def load(options):
    return FeatureNetwork("mean", "none", "none", lambda images: (images.mean(axis=(1, 2, 3))[:, None], None))
'''


@pytest.fixture
def plugins(tmp_path, monkeypatch):
    """A folder that holds a score and an extractor, and nothing else knows of them."""
    (tmp_path / "plugins" / "metrics" / "features").mkdir(parents=True)
    (tmp_path / "plugins" / "metrics" / "brightest.py").write_text(SCORE)
    (tmp_path / "plugins" / "metrics" / "features" / "average.py").write_text(EXTRACTOR)
    monkeypatch.setenv("KERAS_GAN_PLUGINS", str(tmp_path / "plugins"))
    return tmp_path


def test_plugins_are_listed(plugins):
    assert "peak" in registry.SCORES.names()
    assert metrics.METRICS["peak"] == "largest feature; higher is better"
    assert metrics.DECIDING["peak"] == ("peak_value", False)
    assert "mean" in registry.EXTRACTORS.names()
    metrics.check_names(("peak", "kid"))
    with pytest.raises(UserError, match="unknown metric 'paek': did you mean 'peak'"):
        metrics.check_names(("paek",))
    assert evaluation.needs_features(("peak",))


CURVES = """
import json
from dataclasses import replace

from keras_gan import config, data
from keras_gan.metrics import evaluation
from keras_gan.runs import scoring

run = config.RunConfig(variant="curve_gan", dataset="curves", metrics=("steepness", "kid", "prdc", "fid"))
train, test = data.load(run), data.load(run, "test")
subject = scoring.subject_of(run, train)
good = evaluation.evaluate(replace(subject, samples=test.columns["real"]))
bad = evaluation.evaluate(replace(subject, samples=2.0 * test.columns["real"]))
score_of = scoring.deciding_score(run, {"name": "steepness"}, 2, train)
found = {"deciding": score_of(test.columns["real"])}
print(json.dumps(found | {"good": evaluation.as_json(*good), "bad": evaluation.as_json(*bad)}))
"""


def test_scores_of_a_modality_that_lives_in_a_plugin_folder(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-c", CURVES],
        env={
            **os.environ,
            **{"PYTHONPATH": str(ROOT), "KERAS_GAN_PLUGINS": str(ROOT / "tests" / "toy")},
            **{"KERAS_GAN_CACHE": str(tmp_path), "KERAS_BACKEND": "tensorflow"},
        },
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(ended.stdout)
    good, bad = (
        {metrics.base_name(score["name"]): score for score in found[which]["scores"]} for which in ("good", "bad")
    )
    assert list(good) == ["steepness", "kid", "precision", "recall", "density", "coverage", "fid"]
    for name in ("steepness", "kid", "fid"):
        assert good[name]["value"] < 0.2 * bad[name]["value"]
    assert {score["name"] for score in found["good"]["scores"]} >= {"kid[spectrum]", "fid[spectrum]"}
    protocol = {"shape": [64], "seed": 10**12, "features": "spectrum", "reference": "curves", "reference_curves": 400}
    assert good["kid"]["protocol"].items() >= protocol.items()
    assert "fit" not in good["kid"]["protocol"]
    assert found["deciding"] == ["steepness", good["steepness"]["value"]]


def test_evaluate_measures_by_plugins(plugins):
    save_noise([plugins / "some" / f"{index}.png" for index in range(6)], (16, 16, 3), seed=1)
    asked = ("--images", "some", "--reference", "some", "--metrics", "peak", "kid", "--features", "mean")
    ended = subprocess.run(
        [sys.executable, "-m", "keras_gan", "evaluate", *asked],
        cwd=plugins,
        env={**os.environ, "PYTHONPATH": str(ROOT), "KERAS_GAN_CACHE": str(plugins / "cache")},
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads((plugins / "scores.json").read_text())
    peak, kid = report["scores"]
    assert (peak["name"], kid["name"], peak["lower_is_better"]) == ("peak_value[mean]", "kid[mean]", False)
    assert 100 < peak["value"] < 150
    assert peak["protocol"].items() >= {"features": "mean", "unit": "grey levels", "samples": 6}.items()
    assert report["warnings"] == ["a peak is one value alone."]
    assert "peak_value" in ended.stdout
    assert "unit: grey levels" in ended.stdout
