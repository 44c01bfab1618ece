"""The doctor in real runs, small ones."""

import dataclasses
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan import config, registry
from keras_gan.callbacks import Checkpoints, Health
from keras_gan.commands import train
from keras_gan.data import pipeline
from keras_gan.data.image_sets import image_dataset
from keras_gan.errors import TrainingFailed
from keras_gan.health import memorisation, record
from keras_gan.health.examination import Examination, Examiner
from keras_gan.health.finding import Finding
from keras_gan.health.probe import FIRST_STEPS
from keras_gan.losses import objectives
from keras_gan.modalities.image import pictures
from keras_gan.sampling import Sampler
from keras_gan.storage import checkpoint
from keras_gan.training import building
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.training.options import ModelOptions
from tests.conftest import noise_images, sampler_of

SIZE = 16


def bars(count=256, seed=0):
    """Bright bars at random places on dark noise."""
    rng = np.random.RandomState(seed)
    images = rng.randint(0, 60, (count, SIZE, SIZE, 1)).astype(np.uint8)
    for image, place, lying in zip(images, rng.randint(1, SIZE - 3, count), rng.rand(count) < 0.5, strict=True):
        image[(slice(place, place + 2), slice(None)) if lying else (slice(None), slice(place, place + 2))] = 250
    return images


def build(name="dcgan", **options):
    module = registry.module(name)
    fields = building.image_fields(name, (SIZE, SIZE, 1))
    model = building.build(name, dataclasses.replace(module.TINY, **options), fields)
    model.compile()
    return model


def data_of(images):
    return image_dataset("bars", images)


def fit(model, images, steps, callbacks, batch_size=16):
    batches = pipeline.batches(data_of(images), batch_size, seed=0)
    model.fit(batches, steps_per_epoch=steps, verbose=0, callbacks=callbacks)


def doctor(tmp_path, model, images, every=10, held_out=None, writer=None):
    said = []
    held_out = None if held_out is None else data_of(held_out)
    sampler = sampler_of(model) if model.name in registry.list_variants() else Sampler(model)
    return Health(tmp_path, every, sampler, data_of(images), held_out, writer, said.append), said


def findings(tmp_path):
    return json.loads((tmp_path / "health.json").read_text())["findings"]


class Frozen(keras.layers.Layer):
    """A picture that does not depend on its input."""

    def call(self, inputs):
        rows = tf.linspace(-1.0, 1.0, SIZE)
        return tf.tile(tf.reshape(tf.tile(rows[None], [SIZE, 1]), (1, SIZE, SIZE, 1)), [tf.shape(inputs)[0], 1, 1, 1])


def test_generator_that_ignores_its_input_is_called_at_the_first_check(tmp_path):
    model, images = build(), bars()
    fit(model, images, 5, [])
    inputs = keras.Input((model.latent_dim,), name="latents")
    model.ema_generator = keras.Model(inputs, Frozen()(inputs))
    health, said = doctor(tmp_path, model, images)
    health.set_model(model)
    health.on_train_begin()
    health.at(6, {})
    assert [finding["signal"] for finding in findings(tmp_path)] == ["collapse"]
    assert "mode collapse" in said[0]


@pytest.mark.slow
def test_first_steps_of_a_healthy_run_are_not_accused(tmp_path):
    images = bars()
    for name, updates in (("dcgan", 1), ("sngan", 1), ("wgan_gp", 5)):
        model = build(name)
        health, said = doctor(tmp_path / name, model, images, every=1, held_out=bars(64, seed=1))
        fit(model, images, 8, [health], batch_size=16 * updates)
        assert said == []
        assert findings(tmp_path / name) == []


def test_what_is_not_watched_is_said(tmp_path):
    model = build("wgan_gp")
    health, _ = doctor(tmp_path, model, bars())
    fit(model, bars(), 1, [health], batch_size=80)
    reasons = json.loads((tmp_path / "health.json").read_text())["not_watched"]
    of_scores = {"discriminator_too_strong", "discriminator_too_weak", "discriminator_overfits"}
    assert set(reasons) == {*of_scores, "oscillation"}  # of a step


def test_what_comes_and_goes_is_said_once_and_again_only_when_forgotten(tmp_path):
    model = build()
    health, said = doctor(tmp_path, model, bars())
    health.set_model(model)
    health.on_train_begin()

    def check(step, ill):
        health.consider([Finding("oscillation", step, "", "", "")] if ill else [])

    for step in range(12):
        check(step, ill=step % 4 != 3)
    assert [finding.step for finding in health.findings] == [1]
    for step in range(12, 40):
        check(step, ill=step > 35)
    assert [finding.step for finding in health.findings] == [1, 37]
    assert len(said) == 2


def test_what_has_passed_is_marked_and_kept_by_a_resumed_run(tmp_path):
    model = build()
    health, _ = doctor(tmp_path, model, bars())
    health.set_model(model)
    health.on_train_begin()
    for step in range(10):
        health.consider([Finding("oscillation", step, "", "", "")] if step < 3 else [], step)
    assert [finding.get("passed") for finding in findings(tmp_path)] == [6]
    assert record.read(tmp_path)[0].passed == 6
    health.consider([Finding("oscillation", 10, "", "", "")] * 1, 10)
    health.consider([Finding("oscillation", 11, "", "", "")] * 1, 11)
    assert [finding.get("passed") for finding in findings(tmp_path)] == [None]
    assert "By step" not in (tmp_path / "health.json").read_text()


def test_memorised_pictures_are_found_and_shown(tmp_path):
    model, images = build(), bars(300)
    examiner = Examiner(Sampler(model), data_of(images), data_of(bars(80, seed=1)), folder=tmp_path / "samples")

    def look(samples):
        outputs = model.fields["real"].to_model(samples)
        return list(memorisation.PROBE.look(Examination(examiner, 500, outputs)))

    (finding,) = look(images[100:164])
    assert finding.signal == "memorisation"
    assert "samples/nearest.png" in finding.helps
    with pictures.Image.open(tmp_path / "samples" / "nearest.png") as shown:
        assert shown.size == (16 * SIZE, 8 * SIZE)
    assert look(bars(64, seed=2)) == []


@pytest.mark.parametrize("channels", [2, 4])
def test_images_with_opacity_are_watched_by_their_pixels(channels, tmp_path, make_model):
    shape = (SIZE, SIZE, channels)
    model = make_model(image_shape=shape)
    health = Health(tmp_path, 1, Sampler(model), noise_images("dcgan", 96, shape))
    health.set_model(model)
    health.on_train_begin()
    health.at(FIRST_STEPS, {})
    assert "variety_pixels" in health.examiner.examine(FIRST_STEPS).figures


@pytest.mark.parametrize(("count", "unwatched"), [(1, {"collapse", "partial_collapse"}), (3, set())])
def test_few_examples_are_no_collapse(count, unwatched, tmp_path, make_model):
    model, said = make_model("denoise"), []
    health = Health(tmp_path, 10, sampler_of(model, count), noise_images("denoise", 64), say=said.append)
    health.set_model(model)
    health.on_train_begin()
    health.at(FIRST_STEPS, {})
    assert not said
    reasons = json.loads((tmp_path / "health.json").read_text())["not_watched"]
    assert unwatched == set(reasons) & {"collapse", "partial_collapse"}


def test_what_is_logged(tmp_path):
    model = build()
    health, _ = doctor(tmp_path, model, bars(), every=2, writer=tf.summary.create_file_writer(str(tmp_path)))
    fit(model, bars(), 4, [health])
    logged = [
        (event.step, value.tag)
        for path in tmp_path.glob("events*")
        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
        for event in [tf.compat.v1.Event.FromString(record)]
        for value in event.summary.value
    ]
    names = ("variety_pixels", "variety_features", "distance_to_real")
    assert logged == [(step, f"health/{name}") for step in (2, 4) for name in names]


# --- Each finding in a real run --------------------------------------------------------------------------------------


def signals_of(tmp_path, model, images, steps, real=None, checks=8):
    """Trains, examined so often, and returns `{signal: step}`."""
    real = images if real is None else real
    health, _ = doctor(tmp_path, model, real, every=steps // checks, held_out=bars(64, seed=1))
    fit(model, images, steps, [health])
    return {finding["signal"]: finding["step"] for finding in findings(tmp_path)}


@pytest.mark.slow
def test_discriminator_that_does_not_learn_lets_the_generator_collapse(tmp_path):
    # Against a judge that never answers, one picture that it likes is as good as any.
    found = signals_of(tmp_path, build(discriminator_learning_rate=1e-9), bars(), 1280, checks=16)
    assert {"collapse", "partial_collapse"} & set(found)


@pytest.mark.slow
def test_discriminator_that_meets_a_generator_which_does_not_learn(tmp_path):
    model = build(discriminator_learning_rate=2e-3, generator_learning_rate=1e-9)
    assert "discriminator_too_strong" in signals_of(tmp_path, model, bars(), 480)


@pytest.mark.slow
def test_four_images_are_learned_by_heart(tmp_path):
    model, images = build(generator_learning_rate=2e-3, discriminator_learning_rate=2e-3), bars(4)
    found = signals_of(tmp_path, model, images, 2700, real=np.tile(images, (32, 1, 1, 1)), checks=9)
    assert {"discriminator_overfits", "memorisation"} <= set(found)


@dataclasses.dataclass(frozen=True)
class GradientDescent(ModelOptions):
    """Options of a model that plain gradient descent trains."""

    def optimizers(self, total_steps=None):
        return keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1)


def test_two_networks_that_chase_each_other(tmp_path):
    """The Dirac-GAN (arXiv 1801.04406): one weight against another circle around where both should rest."""
    zeros = {"kernel_initializer": "zeros"}
    latents, pictures_in = keras.Input((1,), name="latents"), keras.Input((SIZE, SIZE, 1))
    place = keras.layers.Dense(1, **zeros, bias_initializer=keras.initializers.Constant(0.5))(latents)
    canvas = keras.layers.Reshape((SIZE, SIZE, 1))(keras.layers.RepeatVector(SIZE * SIZE)(place))
    score = keras.layers.Dense(1, use_bias=False, **zeros)(keras.layers.GlobalAveragePooling2D()(pictures_in))
    model = AdversarialModel(
        keras.Model(latents, canvas),
        keras.Model(pictures_in, score),
        GradientDescent(latent_dim=1),
        building.image_fields("dcgan", (SIZE, SIZE, 1)),
        objective=objectives.NON_SATURATING,
        name="dirac",
    )
    model.compile()
    assert "oscillation" in signals_of(tmp_path, model, np.full_like(bars(64), 127), 960)


# --- Divergence ------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    for index, pixels in enumerate(bars(32)):
        path = tmp_path / "pictures" / f"{index}.png"
        path.parent.mkdir(exist_ok=True)
        pictures.to_pillow(pixels).save(path)
    return config.RunConfig(
        variant="dcgan",
        dataset=f"folder:{tmp_path / 'pictures'}",
        image_size=SIZE,
        batch_size=8,
        steps=60,
        snapshot_every=25,
        log_dir=str(tmp_path / "logs"),
        run_name="run",
        export=(),
    )


def test_nan_ends_the_run_with_the_name_of_its_term(folder, tmp_path, monkeypatch, capsys):
    options = dataclasses.asdict(registry.module("dcgan").TINY)
    build = building.build

    def poisoned(*args, **kwargs):
        model = build(*args, **kwargs)
        terms = model.generator_terms

        def generator_terms(batch, fakes):
            return {
                name: tf.where(tf.equal(model.step.value, 39), np.nan, term)
                for name, term in terms(batch, fakes).items()
            }

        model.generator_terms = generator_terms
        return model

    with monkeypatch.context() as context:
        context.setattr(building, "build", poisoned)
        with pytest.raises(TrainingFailed, match=r"step 40: the term g_fake of the generator is nan.*") as failure:
            train.run(folder, options)
    assert failure.value.exit_code == 3
    assert "the last good checkpoint is of step 25" in str(failure.value)
    assert f"--resume run --log-dir {tmp_path}/logs" in str(failure.value)
    run_folder = tmp_path / "logs" / "run"
    assert json.loads((run_folder / "health.json").read_text())["findings"][0]["signal"] == "not_finite"

    assert train.run(dataclasses.replace(folder, resume=True), options) == 0
    assert "resuming run at step 25" in capsys.readouterr().out
    assert checkpoint.list_checkpoints(run_folder / "checkpoints")[-1].name == "step-000000060"


def test_run_that_fails_before_its_first_snapshot_can_be_resumed(folder, tmp_path):
    model, images = build(discriminator_learning_rate=1e30), bars()
    health, _ = doctor(tmp_path, model, images)
    with pytest.raises(TrainingFailed):
        fit(model, images, 20, [health, Checkpoints(tmp_path / "checkpoints", 25)])
    assert checkpoint.restore_newest(build(), tmp_path / "checkpoints") == 0
    assert checkpoint.verify(checkpoint.list_checkpoints(tmp_path / "checkpoints")[0]) is None
