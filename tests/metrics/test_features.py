"""Extractors other than Inception, pairs, and the reference statistics."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.testing import assert_allclose

from keras_gan.errors import UserError
from keras_gan.metrics import base_name, evaluation, features, perceptual, reference
from keras_gan.metrics.lpips import lpips
from keras_gan.metrics.ms_ssim import ms_ssim, scales
from keras_gan.metrics.pairs import pairs
from keras_gan.metrics.subject import Subject
from keras_gan.modalities.image import Image
from keras_gan.networks import classifier, squeezenet, trained_once
from keras_gan.storage.schema import number
from tests.conftest import ROOT

IMAGE = Image(32, 32, 3)
WEIGHTS = ROOT.parent / "shared" / "data" / "weights"


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(classifier, "LEAST_STEPS", 60)


def noise(count=20, size=32, channels=3, seed=0):
    return np.random.RandomState(seed).randint(0, 256, (count, size, size, channels), np.uint8)


def two_classes(count=200):
    """Dark images with a bright bar, standing or lying."""
    images, labels = noise(count, 16, 1) // 3, np.arange(count, dtype=np.int32) % 2
    images[labels == 0, 4:6], images[labels == 1, :, 4:6] = 255, 255
    return images, labels


# --- Extractors -------------------------------------------------------------------------------------------------------


def test_random_features_are_the_same_everywhere_and_of_any_image():
    extractor = features.load("random")
    seen = extractor(noise(70))
    assert seen.features.shape == (70, 512)
    assert seen.logits is None
    assert extractor.weights == features.load("random").weights
    assert_allclose(seen.features[65:], extractor(noise(70)[65:]).features, atol=1e-5)  # whatever the batches
    grey = noise(3, 20, 1)
    assert_allclose(extractor(grey).features, extractor(np.repeat(grey, 3, axis=-1)).features)


@pytest.mark.slow
def test_classifier_learns_is_cached_and_says_how_good_it_is(capsys):
    images, labels = two_classes()
    sources = features.ExtractorOptions(training=lambda: (images, labels, None))
    extractor = features.load("classifier", sources)
    assert extractor.facts["accuracy"] == 1.0
    assert (extractor.facts["training_images"], extractor.facts["test_images"]) == (180, 20)
    assert "training the classifier" in capsys.readouterr().out
    seen = extractor(images)
    assert seen.features.shape == (200, 192)
    assert (seen.logits.argmax(axis=1) == labels).all()
    again = features.load("classifier", sources)
    assert capsys.readouterr().out == ""
    assert again.protocol == extractor.protocol
    assert_allclose(again(images).features, seen.features)
    other = features.load("classifier", features.ExtractorOptions(training=lambda: (images, 1 - labels, None)))
    assert other.weights != extractor.weights


def test_classifier_needs_labels():
    with pytest.raises(UserError, match="needs labelled reference images"):
        features.load("classifier")


def test_keras_file(tmp_path):
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, {"features": keras.layers.Flatten()(inputs), "logits": inputs[:, 0, :, 0]})
    model.save(tmp_path / "mine.keras")
    extractor = features.load(str(tmp_path / "mine.keras"))
    seen = extractor(np.full((2, 32, 32, 3), 51, np.uint8))
    assert_allclose(seen.features, np.full((2, 64), 0.2), atol=1e-6)
    assert seen.logits.shape == (2, 8)
    assert extractor.name == "mine.keras"
    with pytest.raises(UserError, match=r"choose from attributes, classifier, .*inception, .*random, .*squeezenet, or"):
        features.load("inceptoin")
    (tmp_path / "text.keras").write_text("no model")
    with pytest.raises(UserError, match="cannot be loaded as a Keras model"):
        features.load(str(tmp_path / "text.keras"))


def test_missing_weights_say_what_to_give():
    with pytest.raises(UserError, match=r"--squeezenet-weights FILE"):
        features.load("squeezenet")


@pytest.mark.parametrize(("height", "width"), [(33, 34), (48, 61), (64, 50)])
def test_squeezenet_pools_whole_images(height, width):
    """Its pools take what is left at the end, as those of LPIPS do: `ceil((n - 3) / 2) + 1` places."""

    def pooled(x):
        rows, columns = (-(-(n - 3) // 2) + 1 for n in x.shape[1:3])
        return np.array(
            [[x[0, 2 * r : 2 * r + 3, 2 * c : 2 * c + 3].max(axis=(0, 1)) for c in range(columns)] for r in range(rows)]
        )

    network = squeezenet.network()
    looked_at = [layer for layer in network.layers if isinstance(layer, (keras.layers.MaxPooling2D, keras.layers.ReLU))]
    inside = [layer.output for layer in looked_at]
    seen = keras.Model(network.inputs[0], inside)(squeezenet.scale(noise(1, 64)[:, :height, :width]), training=False)
    pools = [place for place, layer in enumerate(looked_at) if isinstance(layer, keras.layers.MaxPooling2D)]
    assert len(pools) == 3
    for place in pools:
        assert_allclose(np.asarray(seen[place])[0], pooled(np.asarray(seen[place - 1])), rtol=1e-6)


@pytest.mark.skipif(not WEIGHTS.is_dir(), reason="the weights of SqueezeNet are not here")
def test_squeezenet_and_lpips():
    weights = str(WEIGHTS / squeezenet.FILE)
    seen = features.load("squeezenet", features.ExtractorOptions(squeezenet_weights=weights))(noise(3, 48))
    assert seen.features.shape == (3, 512)
    assert (seen.features > 0).mean() > 0.02
    distance = perceptual.load(weights, WEIGHTS / perceptual.LPIPS_FILE)
    images = noise(4, 64)
    smooth = np.asarray(tf.image.resize(images, (16, 16), antialias=True))
    smooth = np.asarray(tf.image.resize(smooth, (64, 64)))
    assert_allclose(distance(images, images), 0.0)
    slight = np.clip(smooth + 8.0 * np.random.RandomState(0).normal(size=smooth.shape), 0, 255)
    near, far = distance(smooth, slight), distance(smooth, images.astype(np.float32))
    assert (near < far).all()
    assert_allclose(distance(smooth, slight), distance(slight, smooth), rtol=1e-6)


# --- Diversity --------------------------------------------------------------------------------------------------------


def test_ms_ssim_equals_tensorflow():
    a = np.asarray(tf.image.resize(noise(3, 24), (192, 192))).round()
    b = np.clip(a + 20.0 * np.random.RandomState(1).normal(size=a.shape), 0, 255).round()
    a, b = a.astype(np.float32), b.astype(np.float32)
    assert_allclose(ms_ssim(a, b), tf.image.ssim_multiscale(a, b, 255.0).numpy(), atol=2e-5)
    assert_allclose(ms_ssim(a, a), 1.0)


def test_ms_ssim_of_small_images():
    assert [scales(size, size) for size in (10, 11, 32, 64, 176)] == [0, 1, 2, 3, 5]
    assert ms_ssim(noise(2, 33, 1), noise(2, 33, 1, seed=5)).shape == (2,)
    with pytest.raises(ValueError, match="at least 11x11"):
        ms_ssim(noise(1, 8), noise(1, 8))


def test_lpips_by_hand():
    a, b = np.zeros((1, 1, 2, 2)), np.zeros((1, 1, 2, 2))
    a[0, 0], b[0, 0] = [[3.0, 4.0], [0.0, 2.0]], [[3.0, 4.0], [5.0, 0.0]]
    # The first place agrees; at the second (0, 1) meets (1, 0): weights 0.5 and 0.25, over two places.
    assert_allclose(lpips([a], [b], [np.array([0.5, 0.25])]), [0.375], rtol=1e-6)


# --- Reference --------------------------------------------------------------------------------------------------------


def test_reference_is_cached_by_content(tmp_path):
    extractor, images = features.load("random"), noise(50)
    first = reference.of_column(images, extractor, {"reference": "noise"})
    cached = list((tmp_path / "cache").glob("reference-*.npz"))
    assert len(cached) == 1
    stamp = cached[0].stat().st_mtime_ns
    again = reference.of_column(images, extractor, {"reference": "noise"})
    assert cached[0].stat().st_mtime_ns == stamp
    assert (again.gaussian.covariance == first.gaussian.covariance).all()
    assert again.protocol == first.protocol
    images[7, 0, 0, 0] ^= 1
    reference.of_column(images, extractor, {"reference": "noise"})
    assert len(list((tmp_path / "cache").glob("reference-*.npz"))) == 2
    cached[0].write_bytes(b"damaged")
    images[7, 0, 0, 0] ^= 1
    mended = reference.of_column(images, extractor, {"reference": "noise"})
    assert_allclose(mended.gaussian.mean, first.gaussian.mean)


def test_networks_of_the_cache_are_what_was_kept(tmp_path):
    def train(network):
        network.set_weights([np.full_like(weight, 3.0) for weight in network.get_weights()])
        trained.append(network)
        return {"accuracy": 0.5}

    def load():
        return trained_once.load("thing", [b"key"], build, train, {"accuracy": number})

    def build():
        return keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])

    trained = []
    load()
    network, facts = load()
    assert (len(trained), facts) == (1, {"accuracy": 0.5})
    assert (network.get_weights()[0] == 3.0).all()
    (path,) = (tmp_path / "cache").glob("thing-*.h5")
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)
    network, _ = load()
    assert len(trained) == 2
    assert (network.get_weights()[0] == 3.0).all()


def test_statistics_files(tmp_path):
    extractor, images = features.load("random"), noise(50)
    made = reference.of_column(images, extractor, {"reference": "noise"})
    reference.save(tmp_path / "mine.npz", made, extractor)
    read = reference.load(tmp_path / "mine.npz", extractor)
    assert read.protocol == made.protocol
    assert (read.extracted.features == made.extracted.features).all()

    np.savez(tmp_path / "theirs.npz", mu=made.gaussian.mean, sigma=made.gaussian.covariance)
    theirs = reference.load(tmp_path / "theirs.npz", extractor)
    subject = Subject(("fid",), IMAGE, noise(30, seed=1), extractor=extractor, reference=theirs)
    (score,), (warning,) = evaluation.evaluate(subject)
    assert score.value > 0
    assert "30 samples is biased" in warning
    with pytest.raises(UserError, match="compares single images"):
        evaluation.evaluate(Subject(("kid",), IMAGE, noise(30), extractor=extractor, reference=theirs))

    with np.load(tmp_path / "mine.npz") as file:
        arrays = dict(file)
    arrays["facts"] = json.dumps({"features": "inception"})
    np.savez(tmp_path / "other.npz", **arrays)
    with pytest.raises(UserError, match="made with features inception, these scores with random"):
        reference.load(tmp_path / "other.npz", extractor)
    (tmp_path / "text.npz").write_text("nothing")
    with pytest.raises(UserError, match="holds no reference statistics"):
        reference.load(tmp_path / "text.npz", extractor)


# --- Scores -----------------------------------------------------------------------------------------------------------


def test_every_score_says_its_protocol_and_knows_good_from_bad():
    images, labels = two_classes(400)
    extractor = features.load("classifier", features.ExtractorOptions(training=lambda: (images, labels, None)))
    real = reference.of_column(images[:200], extractor, {"reference": "bars", "split": "train"})
    names = ("fid", "fid-infinity", "kid", "is", "prdc", "accuracy", "ms-ssim")

    def scores(fakes, fake_labels):
        subject = Subject(
            names,
            Image(16, 16, 1),
            fakes,
            fake_labels,
            extractor=extractor,
            reference=real,
            real={"real": images[:200], "label": labels[:200]},
            protocol={"image_size": 16, "seed": 0},
        )
        measured, warnings = evaluation.evaluate(subject)
        assert any("FID-infinity of 200 samples in 192 dimensions" in sentence for sentence in warnings)
        assert {score.name for score in measured} >= {"fid[classifier]", "recall[classifier]", "ms_ssim"}
        return {base_name(score.name): score for score in measured}

    good, collapsed = scores(images[200:], labels[200:]), scores(images[[0] * 200], np.zeros(200, int))
    for score in (*good.values(), *collapsed.values()):
        assert score.protocol["image_size"] == 16
        assert np.isfinite(score.value)
    assert good["fid"].protocol["weights"] == extractor.weights
    assert good["fid"].protocol["samples"] == 200
    assert good["fid"].value < 0.1 * collapsed["fid"].value
    assert good["kid"].value < 0.1 * collapsed["kid"].value
    assert good["inception_score"].value > 1.9 > 1.1 > collapsed["inception_score"].value
    assert good["recall"].value > 0.5 > collapsed["recall"].value
    assert good["coverage"].value > 0.5 > collapsed["coverage"].value
    assert good["accuracy"].value == 1.0
    assert collapsed["ms_ssim"].value == pytest.approx(1.0)
    assert good["ms_ssim"].value == pytest.approx(good["ms_ssim"].real, abs=0.05)


def test_pairs_are_disjoint_and_within_a_class():
    images, labels = np.arange(50)[:, None], np.arange(50) % 3
    a, b = pairs(images, labels, seed=0)
    both = np.concatenate([a, b]).ravel()
    assert len(set(both.tolist())) == len(both) == 48
    assert (a % 3 == b % 3).all()


def test_scores_that_cannot_be_had_say_why():
    extractor = features.load("random")
    real = reference.of_column(noise(20), extractor, {})
    for name, reason in (("is", "gives none"), ("accuracy", "it needs a model with labels"), ("ppl", "latent space")):
        with pytest.raises(UserError, match=reason):
            evaluation.evaluate(Subject((name,), IMAGE, noise(20), extractor=extractor, reference=real))
