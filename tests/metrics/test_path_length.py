"""Perceptual path length in latents and in styles."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from keras_gan.metrics import path_length
from keras_gan.metrics.path_length import perceptual_path_length
from keras_gan.metrics.subject import Subject, with_samples
from keras_gan.modalities.image import Image
from tests.conftest import sampler_of, tiny

# Three paths between styles (a, b); what latents are mapped to is moved by their class.
START, END = np.array([[1, 2], [2, 0], [0, 1]], float), np.array([[2, 4], [2, 3], [3, 1]], float)
CLASSES = np.array([1, 0, 2, 7, 8, 9])
PLACES = np.array([[0.5], [0.25], [1.0]])


class Styled:
    """Styles are latents, the second number moved by the class; pictures of styles are (a^2, a b, b)."""

    def of(self, latents, labels):
        return (latents + np.stack([0 * labels, labels], axis=1)).astype(np.float32)

    def draw(self, styles):
        a, b = styles.T
        return np.stack([a**2, a * b, b], axis=1).reshape(-1, 1, 1, 3) / 255


class Distance:
    """The sum of squares."""

    name, protocol = "squares", {"distance": "squares"}

    def __call__(self, a, b):
        return ((a.astype(float) - b) ** 2).sum(axis=(1, 2, 3))


@pytest.fixture
def subject(monkeypatch):
    monkeypatch.setattr(path_length, "PATHS", 3)
    monkeypatch.setattr("keras_gan.randomness.seeded", lambda seed: SimpleNamespace(uniform=lambda size: PLACES))
    moves = np.stack([0 * CLASSES[:3], CLASSES[:3]], axis=1)
    latents = np.concatenate([START - moves, END - moves]).astype(np.float32)
    return Subject(
        ("ppl",),
        Image(1, 1, 3),
        perceptual=Distance,
        inputs=lambda seeds: {"latents": latents[seeds], "labels": CLASSES[seeds]},
        made=lambda given: np.repeat(given["latents"][:, :1], 3, axis=1).reshape(-1, 1, 1, 3) / 255,
        styled=Styled(),
    )


def test_of_styles_by_hand(subject):
    measured = {each.name: each.value for each in path_length.measure(subject)}
    assert list(measured) == ["ppl[squares]", "ppl_w_full[squares]", "ppl_w_end[squares]"]
    # The steps are (1, 2), (0, 3) and (3, 0). Where lines begin the pictures change by (2, 4, 2), (0, 6, 3) and
    # (0, 3, 0): squares 24, 45 and 9; on the way by (3, 6, 2), (0, 6, 3) and (18, 3, 0): squares 49, 45 and 333.
    # Percentiles leave the middle one of three.
    assert measured["ppl_w_end[squares]"] == pytest.approx(24, rel=0.01)
    assert measured["ppl_w_full[squares]"] == pytest.approx(49, rel=0.01)


def test_without_styles_there_is_one(subject):
    (measured,) = path_length.measure(dataclasses.replace(subject, styled=None))
    assert measured.name == "ppl[squares]"
    assert measured.protocol == {"distance": "squares", "paths": 3, "epsilon": 1e-4, "seed": 0}


def test_leaves_out_the_extremes():
    distances = np.arange(101.0) * 1e-8
    distances[-1] = 1e9
    np.testing.assert_allclose(perceptual_path_length(distances), np.arange(1, 100).mean(), rtol=1e-12)


def test_a_sampler_has_the_two_networks_of_a_style_based_model():
    model = tiny("stylegan2")
    rng = np.random.default_rng(0)
    for weight in model.ema_generator.weights:
        weight.assign(weight + rng.normal(0, 0.3, weight.shape))
    found = with_samples(Subject((), Image(16, 16, 3)), sampler_of(model), 3)
    inputs = found.inputs(np.arange(3))
    drawn = found.styled.draw(found.styled.of(inputs["latents"], inputs.get("labels")))
    assert drawn.std(axis=0).mean() > 0.01
    np.testing.assert_allclose(drawn, found.made(inputs), atol=1e-6)
    assert with_samples(Subject((), Image(16, 16, 3)), sampler_of(tiny("dcgan")), 3).styled is None
