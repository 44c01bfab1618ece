"""Probes: they are found by being there, and look at the kinds of values that they are for."""

import dataclasses
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan import health
from keras_gan.callbacks import Health
from keras_gan.data.dataset import Dataset
from keras_gan.health import discriminator_strength, oscillation, overfitting
from keras_gan.health.examination import Examiner
from keras_gan.health.probe import REMEMBERED, remember
from keras_gan.losses import objectives
from keras_gan.modalities.base import Field, Preview
from keras_gan.sampling import Sampler
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.options import AdamOptions
from tests.conftest import noise_images, sampler_of

POINTS = 8
SIGNALS = {
    *("discriminator_too_strong", "discriminator_too_weak", "collapse", "partial_collapse", "oscillation"),
    *("discriminator_overfits", "memorisation", "repeated_lines", "one_word", "copied_lines"),
    *("frozen", "trembling", "silence", "hum", "clipping"),
}
PLUGIN = '''
from keras_gan.health.finding import Finding
from keras_gan.health.probe import Probe


class OutOfRange(Probe):
    """Looks for images that are too bright."""

    signals, certain, of, first_step = ("too_bright",), ("too_bright",), ("image",), 0

    def look(self, examination):
        yield Finding("too_bright", examination.step, "it is too bright", "it is bright.", "Darken it.")


PROBE = OutOfRange()
'''


@dataclasses.dataclass(frozen=True)
class Curve(Field):
    """A curve of so many points."""

    kind = "curve"
    plural = "curves"
    shape = (POINTS,)

    def preview(self, values, columns=None):
        return Preview(".npy", lambda file: np.save(file, values), lambda name: None)


def curves(count, seed=0):
    """Sines of random phase."""
    phases = np.random.default_rng(seed).uniform(0, 2 * np.pi, (count, 1))
    values = np.sin(np.linspace(0, 6, POINTS) + phases).astype(np.float32)
    return Dataset("curves", {"real": Curve()}, {"real": values}, (("real",),), "made.", "none.")


def model_of_curves():
    latents, drawn = keras.Input((3,), name="latents"), keras.Input((POINTS,), name="curves")
    networks = (
        keras.Model(latents, keras.layers.Dense(POINTS, dtype="float32")(latents)),
        keras.Model(drawn, keras.layers.Dense(1)(keras.layers.Dense(4, activation="tanh")(drawn))),
    )
    fields, config = {"real": Curve()}, AdamOptions(latent_dim=3)
    model = AdversarialModel(*networks, config, fields, objective=objectives.NON_SATURATING, name="curves")
    model.compile()
    return model


def test_every_probe_is_found_and_no_signal_is_told_by_two():
    signals = [signal for probe in health.probes() for signal in probe.signals]
    assert set(signals) == SIGNALS
    assert len(signals) == len(SIGNALS)


@pytest.fixture
def with_plugin(tmp_path, monkeypatch):
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "too_bright_for_a_test.py").write_text(PLUGIN)
    monkeypatch.setattr(health, "__path__", [*health.__path__, str(folder)])


def test_probe_of_a_plugin_folder_looks_at_its_kind_of_values_alone(tmp_path, with_plugin, make_model):
    images, said = make_model(), []
    doctor = Health(tmp_path / "images", 1, Sampler(images), noise_images("dcgan", 96), say=said.append)
    doctor.set_model(images)
    doctor.on_train_begin()
    doctor.at(1, {})
    assert said == ["doctor: step 1: it is too bright: it is bright. Darken it."]

    drawn = model_of_curves()
    doctor = Health(tmp_path / "curves", 1, Sampler(drawn), curves(96), say=said.append)
    doctor.set_model(drawn)
    doctor.on_train_begin()
    doctor.at(1, {})
    assert len(said) == 1
    reasons = json.loads((tmp_path / "curves" / "health.json").read_text())["not_watched"]
    assert reasons == {"discriminator_overfits": "the data set has no curves that the training does not see"}


def test_curves_are_watched_by_their_values(tmp_path):
    model, data, said = model_of_curves(), curves(128), []
    doctor = Health(tmp_path, 150, Sampler(model), data, curves(64, seed=1), say=said.append)
    batches = tf.data.Dataset.from_tensor_slices({"real": data.columns["real"]}).batch(64).repeat()
    model.fit(batches, steps_per_epoch=300, verbose=0, callbacks=[doctor])
    not_watched = set(json.loads((tmp_path / "health.json").read_text())["not_watched"])
    assert not_watched == {"oscillation"}  # too short a run
    examination = doctor.examiner.examine(301)
    assert set(examination.figures) == {"variety_values", "distance_to_real"}
    assert len(examination.series["variety"]) == 3


def test_memorised_curves_are_shown_as_their_field_shows_them(tmp_path, monkeypatch):
    model, data = model_of_curves(), curves(200)
    doctor = Health(tmp_path, 1, Sampler(model), data, curves(64, seed=1), say=lambda line: None)
    monkeypatch.setattr(Sampler, "outputs", lambda *_: tf.constant(data.columns["real"][:64]))
    doctor.set_model(model)
    doctor.on_train_begin()
    doctor.at(300, {})
    (finding,) = [finding for finding in doctor.findings if finding.signal == "memorisation"]
    assert "the generator repeats its training curves. Look at the pairs in samples/nearest.npy" in finding.sentence
    assert np.load(tmp_path / "samples" / "nearest.npy").shape == (128, POINTS)


@pytest.mark.parametrize("name", ["dcgan", "cgan", "sngan", "wgan", "r3gan"])
def test_scores_are_those_that_the_model_itself_gives(name, make_model):
    model, data, rows = make_model(name), noise_images(name, 96), np.arange(5, 12)
    examiner = Examiner(Sampler(model), data, data)
    assert overfitting.PROBE.obstacles(examiner) == {}
    inputs = data.columns["real"][rows].astype(np.float32) / 127.5 - 1.0
    if len(model.discriminator.inputs) > 1:
        inputs = [inputs, data.columns["label"][rows]]
    expected = model.discriminator(inputs, training=False).numpy()
    np.testing.assert_allclose(examiner.scores_of(data, rows), expected, rtol=1e-5, atol=1e-6)
    assert examiner.examine(1).scores.shape == (examiner.count, 1)


@pytest.mark.parametrize("name", ["acgan", "began", "pix2pix", "cyclegan"])
def test_discriminators_that_say_more_than_a_score_are_not_asked_for_one(name, make_model):
    model, data = make_model(name), noise_images(name, 96)
    examiner = Examiner(sampler_of(model), data, data)
    reasons = overfitting.PROBE.obstacles(examiner)
    assert reasons == {"discriminator_overfits": "this variant's discriminator gives more than a score"}


def test_signs_that_say_nothing_are_not_read(make_model):
    examiner = Examiner(Sampler(make_model("wgan")), noise_images("wgan", 96))
    assert set(discriminator_strength.PROBE.obstacles(examiner)) == {
        *("discriminator_too_strong", "discriminator_too_weak"),
    }


def test_figures_of_a_long_run_are_few_and_their_largest_and_last_ones_are_kept():
    series = []
    for step in range(10 * REMEMBERED):
        remember(series, float(step if step != 7 else 1e9))
    assert len(series) <= 2 * REMEMBERED
    assert max(series) == 1e9
    assert series[-REMEMBERED:] == [float(step) for step in range(9 * REMEMBERED, 10 * REMEMBERED)]
    assert max(oscillation.WINDOW, discriminator_strength.WINDOW) <= REMEMBERED
