"""StyleGAN2 and StyleGAN: path lengths, mixing, the mean style, noise and classes."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.layers.bounded import FUNCTIONS
from keras_gan.losses import penalties
from keras_gan.randomness.noise import StepNoise
from keras_gan.training import building
from keras_gan.variants import stylegan, stylegan2

SIZES = {"latent_dim": 6, "style_dim": 5, "channel_base": 1024, "max_channels": 8}


def made(name="stylegan2", num_classes=0, **options):
    model = building.create(name, (16, 16, 3), num_classes, seed=2, **SIZES, **options)
    for weight in model.generator.trainable_weights:  # noise of any strength, and no style that does nothing
        weight.assign(weight + 0.3 * np.random.RandomState(1).normal(size=weight.shape))
    return model


def batch(rows=4):
    images = np.random.RandomState(0).uniform(-1, 1, (rows, 16, 16, 3)).astype("float32")
    return {"real": tf.constant(images), "label": tf.constant(np.arange(rows) % 3, tf.int32)}


def in_a_step(model, work, step=0):
    """What `work` returns within a training step, which gives it noise."""
    model._replica.watched, model._replica.augmented = {}, 0
    model._replica.noise = StepNoise(model.seed, tf.constant(step, tf.int64))
    with model._replica.noise.current():
        return work()


# --- Path lengths -----------------------------------------------------------------------------------------------------


def test_path_lengths_by_hand():
    gradients = np.zeros((2, 2, 3), "float32")
    gradients[0] = [[1, 2, 2], [0, 0, 4]]  # squares 9 and 16
    gradients[1, 0, 0] = 2
    np.testing.assert_allclose(penalties.path_lengths(gradients), [np.sqrt(12.5), np.sqrt(2)], rtol=1e-6)


@pytest.mark.parametrize("output", ["linear", "tanh"])
def test_the_penalty_s_gradient_is_that_of_finite_differences(output, monkeypatch):
    # Of a LeakyReLU the gradient jumps, and with it what differences measure.
    monkeypatch.setattr(keras.layers, "LeakyReLU", lambda slope: keras.layers.Activation("softplus"))
    model = made(output=output)
    layer = next(each for each in model.synthesis.layers if getattr(each, "enlarge", False))
    rng = np.random.RandomState(4)

    def penalty():  # of a mean that hardly moves: no gradient goes through it, which differences would see
        return in_a_step(model, lambda: model.lazy_path_penalty(batch(), tf.constant(0.5), 1, 1e-6)[0])

    for variable in (layer.kernel, layer.affine.kernel):
        way = tf.constant(rng.normal(size=variable.shape), tf.float32)
        with tf.GradientTape() as tape:
            value = penalty()
        slope = float(tf.reduce_sum(tape.gradient(value, variable.value) * way))
        start, step, ends = np.array(variable), 1e-3, []
        for sign in (1, -1):
            variable.assign(start + sign * step * way)
            ends.append(float(penalty()))
        variable.assign(start)
        difference = (ends[0] - ends[1]) / (2 * step)
        assert slope == pytest.approx(difference, rel=1e-2)
        assert abs(slope) > 1e-3


def test_path_lengths_are_those_of_true_tangents(monkeypatch):
    """Where images are nearly black and white, other slopes lead back."""

    def lengths():
        model = made(output="tanh")
        for weight in model.synthesis.trainable_weights:
            weight.assign(2.0 * weight)
        return in_a_step(model, lambda: model.path_lengths(batch())).numpy()

    found = lengths()
    monkeypatch.setitem(FUNCTIONS, "tanh", keras.activations.tanh)
    np.testing.assert_allclose(found, lengths(), rtol=1e-5)
    monkeypatch.setitem(FUNCTIONS, "tanh", keras.activations.linear)
    assert lengths().mean() > 2 * found.mean()  # it is not that no slope is small


def test_the_mean_path_length_follows_in_the_steps_that_measure_it():
    model = made(path_length_interval=2, path_length_decay=0.25)
    model.compile(batch_size=4)
    lengths = []
    for _ in range(4):
        logs = model.train_step(batch())
        lengths.append(float(model.path_length.value))
        assert float(logs["path_length"]) == pytest.approx(lengths[-1])
    assert lengths[0] == lengths[1] > 0
    assert lengths[2] == lengths[3] != lengths[0]
    without = made(path_length_weight=0.0)
    without.compile(batch_size=4)
    assert "g_path" not in without.train_step(batch())


def test_lazy_penalties_count_as_often_as_they_are_left_out():
    model = made(path_length_interval=4, penalty_interval=4)
    model.compile(batch_size=4)
    first = {name: float(value) for name, value in model.train_step(batch()).items()}
    second = {name: float(value) for name, value in model.train_step(batch()).items()}
    assert first["d_r1"] > 0
    assert first["g_path"] > 0
    assert (second["d_r1"], second["g_path"]) == (0.0, 0.0)


# --- Styles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mixing", [0.001, 0.9, 1.0])
def test_styles_are_mixed_at_one_place(mixing):
    model = made(mixing=mixing)
    styles = in_a_step(model, lambda: model.styles(batch(256), 256, "latents")).numpy()
    changes = (np.abs(np.diff(styles, axis=1)).max(axis=2) > 1e-6).sum(axis=1)
    assert set(changes) <= {0, 1}
    assert changes.mean() == pytest.approx(mixing, abs=0.07)


def test_the_mean_style_follows_the_first_ones():
    model = made()
    layer = model.generator.get_layer("towards_mean")
    styles = in_a_step(model, lambda: model.styles(batch(64), 64, "latents", follow=True)).numpy()
    np.testing.assert_allclose(layer.average, 0.005 * styles[:, 0].mean(axis=0), rtol=1e-4)
    before = np.array(layer.average)
    in_a_step(model, lambda: model.styles(batch(64), 64, "path"))
    np.testing.assert_array_equal(layer.average, before)


@pytest.mark.parametrize("name", ["stylegan2", "stylegan"])
def test_truncation_leads_to_one_picture(name):
    model = made(name)
    layer = model.ema_generator.get_layer("towards_mean")
    layer.average.assign(np.linspace(-1, 1, 5))
    latents = np.random.RandomState(3).normal(size=(6, 6)).astype("float32")
    spreads = []
    for truncation in (0.0, 0.3, 0.6, 1.0):
        pictures = np.asarray(model.ema_generator([latents, np.full(6, truncation, "float32")]))
        spreads.append(pictures.std(axis=0).mean())
    assert spreads[0] < 1e-6
    assert np.all(np.diff(spreads) > 0)
    styles = np.repeat(np.asarray(layer.average)[None, None], 6, axis=1)
    mean = model.ema_generator.get_layer("synthesis")(styles)
    np.testing.assert_allclose(model.ema_generator([latents[:1], np.zeros(1, "float32")]), mean, atol=1e-5)


@pytest.mark.parametrize("name", ["stylegan2", "stylegan"])
def test_classes_are_learned_where_they_are_asked_for(name):
    with pytest.raises(UserError, match="learns classes"):
        made(name, conditional=True)
    assert made(name, num_classes=3).num_classes == 0
    model = made(name, num_classes=3, conditional=True)
    assert model.num_classes == 3
    pictures = model.sample(3, labels=np.arange(3)), model.sample(3, labels=np.zeros(3, int))
    assert np.abs(pictures[0][1:] - pictures[1][1:]).max() > 1e-3
    model.compile(batch_size=4)
    assert np.isfinite(float(model.train_step(batch())["d_loss"]))


def test_gamma_follows_the_size():
    assert made().gamma == pytest.approx(0.0002 * 16**2 / 32)
    assert made(gamma=0.5).gamma == 0.5


def test_lean_networks_have_maps_of_half_the_size():
    model = made(lean=True)
    edges = {
        x.shape[1]
        for network in (model.synthesis, model.discriminator)
        for layer in network.layers[1:]
        for x in keras.tree.flatten(layer.output)
        if len(x.shape) == 4 and x.shape[-1] > 3
    }
    assert max(edges) < 16
    images = in_a_step(model, lambda: model.generate(batch(), training=True))
    assert images.shape == (4, 16, 16, 3)
    # Each pixel is drawn and seen for itself, not as one of four alike.
    with tf.GradientTape() as tape:
        tape.watch(images)
        scores = model.discriminator(images)
    for values in (images.numpy(), tape.gradient(scores, images).numpy()):
        squares = values.reshape(4, 8, 2, 8, 2, 3)
        assert squares.std(axis=(2, 4)).mean() > 0.1 * values.std()


def test_presets_build():
    for module in (stylegan, stylegan2):
        for preset in module.PRESETS.values():
            assert dataclasses.replace(module.TINY, **preset.model).optimizers()
