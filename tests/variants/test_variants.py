"""What each variant adds to the shared step, worked out by hand on linear networks."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan import registry
from keras_gan.errors import UserError
from keras_gan.losses.objectives import NON_SATURATING, RELATIVISTIC, WASSERSTEIN
from keras_gan.modalities.base import Field
from keras_gan.modalities.image.field import Image
from keras_gan.training import building
from keras_gan.training.adversarial import AdversarialModel
from keras_gan.variants import acgan, began, dragan, gan, r3gan, sngan, wgan, wgan_gp
from tests.training.linear import Config, dense, within_a_step

W = np.array([[3.0], [4.0]], np.float32)  # |w| = 5
REAL = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32)


def still():
    """Optimizers that change nothing."""
    return {f"{network}_optimizer": keras.optimizers.SGD(0.0) for network in ("generator", "discriminator")}


def model_of(cls, objective, config=None, weights=W):
    """A model in two dimensions whose discriminator is D(x) = w.x."""
    model = cls(
        dense(1, 2, [[0.5, -1.0]], "generator"),
        dense(2, 1, weights, "discriminator"),
        config or Config(),
        {"real": Field()},
        objective=objective,
    )
    model.compile(**still())
    return model


def logs_of(model, real=REAL):
    return {name: float(value) for name, value in model.train_on_batch(real, return_dict=True).items()}


def test_wgan_gp_of_a_linear_critic():
    logs = logs_of(model_of(wgan_gp.WGANGP, WASSERSTEIN, wgan_gp.Config(critic_steps=1)))
    assert logs["d_gradient_penalty"] == pytest.approx(10 * (5 - 1) ** 2, rel=1e-6)
    assert logs["d_real"] == pytest.approx(-float((REAL @ W).mean()), rel=1e-5)
    logs = logs_of(model_of(wgan_gp.WGANGP, WASSERSTEIN, wgan_gp.Config(critic_steps=1, penalty_weight=3.0), 0.1 * W))
    assert logs["d_gradient_penalty"] == pytest.approx(3 * (0.5 - 1) ** 2, rel=1e-5)  # two-sided


def test_wgan_gp_is_finite_at_zero_gradient():
    model = model_of(wgan_gp.WGANGP, WASSERSTEIN, wgan_gp.Config(critic_steps=1), 0 * W)
    model.discriminator_optimizer.learning_rate = 0.1
    assert logs_of(model)["d_gradient_penalty"] == pytest.approx(10.0, rel=1e-4)
    assert np.isfinite(model.discriminator.weights[0]).all()


def test_wgan_gp_looks_between_pairs(monkeypatch):
    model = model_of(wgan_gp.WGANGP, WASSERSTEIN, wgan_gp.Config(critic_steps=1))
    seen = []
    monkeypatch.setattr(model, "score", lambda images, batch: seen.append(images) or model.discriminator(images))
    within_a_step(model)
    fakes = tf.constant(-REAL)
    model.discriminator_terms({"real": tf.constant(REAL)}, fakes)
    alphas = (np.array(seen[0]) / REAL + 1) / 2  # fakes + alpha (real - fakes) = (2 alpha - 1) real
    np.testing.assert_allclose(alphas[:, 0], alphas[:, 1], atol=1e-5)  # one alpha for each pair
    assert len(set(alphas[:, 0].round(4))) == len(REAL)
    assert alphas.min() >= 0
    assert alphas.max() < 1


@pytest.mark.parametrize(("options", "total_steps"), [({"anneal_steps": 100}, 700), ({}, 100)])
def test_r3gan_anneals_its_learning_rates(options, total_steps):
    rates = [optimizer._learning_rate for optimizer in r3gan.Config(**options).optimizers(total_steps)]
    for rate, first in zip(rates, (1e-2, 1e-3), strict=True):
        values = [float(rate(step)) / first for step in (0, 50, 100, 10_000)]
        np.testing.assert_allclose(values, [1, 0.95 / 2 + 0.05, 0.05, 0.05], rtol=1e-6)


def test_r3gan_of_a_linear_discriminator():
    logs = logs_of(model_of(r3gan.R3GAN, RELATIVISTIC, r3gan.Config(gamma=0.7)))
    assert logs["d_r1"] == pytest.approx(0.7 / 2 * 25, rel=1e-6)
    assert logs["d_r2"] == pytest.approx(0.7 / 2 * 25, rel=1e-6)


def test_dragan_of_a_linear_discriminator():
    logs = logs_of(model_of(dragan.DRAGAN, NON_SATURATING, dragan.Config()))
    assert logs["d_gradient_penalty"] == pytest.approx(160, rel=1e-6)


def test_dragan_perturbs_as_its_authors_do():
    model = model_of(dragan.DRAGAN, NON_SATURATING, dragan.Config())
    real = 3.0 + 2.0 * np.random.default_rng(1).normal(size=(4000, 2)).astype(np.float32)
    within_a_step(model)
    moved = np.array(model.perturbed(tf.constant(real))) - real
    # alpha * std / 2 * u with two uniform factors: mean 1/4 and greatest 1 of std / 2.
    half = real.std() / 2
    assert moved.min() >= -1e-6
    assert half * 0.95 < moved.max() < half
    assert moved.mean() == pytest.approx(half / 4, rel=0.05)
    # Columns share alpha and not u: covariance E[alpha^2] / 4 - 1/16 = 1/48 of half^2.
    assert np.cov(moved.T)[0, 1] == pytest.approx(half**2 / 48, rel=0.25)


def test_wgan_keeps_every_weight_of_the_critic_within_the_clip(make_model, batches):
    model = make_model("wgan")
    model.fit(batches(2, 8 * len(model.stage.draws)), verbose=0)
    for weight in model.discriminator.trainable_weights:
        assert np.abs(weight).max() <= np.float32(wgan.TINY.clip), weight.path
    assert max(np.abs(weight).max() for weight in model.discriminator.trainable_weights) > 0.009
    assert max(np.abs(weight).max() for weight in model.generator.trainable_weights) > 0.02


def test_critics_take_their_steps_on_different_batches(make_model):
    for name in ("wgan", "wgan_gp"):
        assert len(make_model(name).stage.draws) == registry.module(name).TINY.critic_steps == 2
        assert registry.module(name).Config().stages()[0].order == ("d", "d", "d", "d", "d", "g")


def test_began_by_hand():
    model = make_began(gamma=0.5, lambda_k=0.1)
    model.k.assign(0.4)
    real = np.full((4, 1, 1, 2), 2.0, np.float32)
    logs = logs_of(model, real)
    # Reconstructions are half the images: L(real) = 1; fakes are 1.5, so L(fake) = 0.75.
    assert logs["d_real"] == pytest.approx(1.0)
    assert logs["d_fake"] == pytest.approx(-0.4 * 0.75)
    assert logs["g_fake"] == pytest.approx(0.75)
    assert logs["k"] == pytest.approx(0.4 + 0.1 * (0.5 * 1.0 - 0.75))
    assert logs["convergence"] == pytest.approx(1.0 + 0.25)
    assert float(model.k) == pytest.approx(logs["k"])


@pytest.mark.parametrize(("lambda_k", "real", "k"), [(100.0, 2.0, 0.0), (100.0, 20.0, 1.0)])
def test_began_keeps_k_between_0_and_1(lambda_k, real, k):
    model = make_began(gamma=0.5, lambda_k=lambda_k)
    logs_of(model, np.full((4, 1, 1, 2), real, np.float32))
    assert float(model.k) == k


def make_began(**options):
    images = keras.Input((1, 1, 2))
    half = keras.layers.Rescaling(0.5)
    latents = keras.Input((3,), name="latents")
    constant = keras.layers.Reshape((1, 1, 2))(
        keras.layers.Dense(2, kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(1.5))(latents)
    )
    model = began.BEGAN(
        keras.Model(latents, constant, name="generator"),
        keras.Model(images, half(images), name="discriminator"),
        began.Config(latent_dim=3, **options),
        {"real": Field()},
    )
    model.compile(**still())
    return model


def test_lsgan_calls_real_what_is_nearer_to_b():
    model = building.create("lsgan", (16, 16, 3), a=-1.0, b=2.0, generator_channels=4, discriminator_channels=4)
    assert model.decision_boundary == 0.5


@pytest.mark.parametrize("name", ["cgan", "acgan"])
def test_classes_are_needed(name):
    with pytest.raises(UserError, match="learns classes, and this data has none"):
        building.create(name, (16, 16, 3))


@pytest.mark.parametrize("name", ["cgan", "acgan", "sngan"])
def test_a_batch_without_labels_is_refused(name, make_model):
    model = make_model(name)
    with pytest.raises(UserError, match="no 'label'"):
        model.train_on_batch(np.zeros((8, 16, 16, 3), np.float32))


@pytest.mark.parametrize("name", ["cgan", "acgan", "sngan"])
def test_the_class_decides_the_picture(name, make_model, batches):
    model = make_model(name)
    model.fit(batches(2), verbose=0)
    own = model.sample(5, seed=-1)
    np.testing.assert_array_equal(own, model.sample(5, seed=-1, labels=[2, 0, 1, 2, 0]))  # seed mod 3
    others = model.sample(5, seed=-1, labels=1)
    assert [np.array_equal(a, b) for a, b in zip(own, others, strict=True)] == [False, False, True, False, False]


def test_unconditional_models_refuse_labels(make_model):
    with pytest.raises(UserError, match="without labels"):
        make_model("dcgan").sample(2, labels=1)


def test_sngan_leaves_labels_aside_when_told():
    model = building.create("sngan", (16, 16, 3), 3, generator_channels=4, discriminator_channels=4, unconditional=True)
    assert model.num_classes == 0
    assert len(model.discriminator.inputs) == 1


def test_projection_by_hand():
    config = sngan.TINY
    discriminator = sngan.discriminator(config, (16, 16, 1), num_classes=3)
    images = np.random.default_rng(0).uniform(-1, 1, (3, 16, 16, 1)).astype(np.float32)
    features = keras.Model(discriminator.inputs[0], discriminator.get_layer("scores").input)(images)
    scores, classes = discriminator.get_layer("scores"), discriminator.get_layer("classes")
    table = np.array(classes.embeddings) / float(classes.spectral_norm())
    psi = np.array(features) @ (np.array(scores.kernel) / float(scores.spectral_norm())) + np.array(scores.bias)
    labels = np.array([2, 0, 2])
    expected = psi[:, 0] + (table[labels] * np.array(features)).sum(axis=1)
    np.testing.assert_allclose(discriminator([images, labels])[:, 0], expected, atol=1e-5)


def test_power_iteration_belongs_to_the_discriminators_update(make_model, batches):
    model = make_model("sngan", discriminator_optimizer=keras.optimizers.SGD(0.0))
    conv = next(layer for layer in model.discriminator.layers if isinstance(layer, sngan.SpectralConv2D))
    before = np.array(conv.direction)
    model.discriminator([np.zeros((2, 16, 16, 3), np.float32), np.zeros(2, np.int32)], training=True)
    np.testing.assert_array_equal(conv.direction, before)
    model.fit(batches(1), verbose=0)
    kernel = np.array(conv.kernel).reshape(-1, conv.kernel.shape[-1])
    expected = kernel.T @ (kernel @ before)  # one iteration: the generator's update makes none
    np.testing.assert_allclose(conv.direction, expected / np.linalg.norm(expected), atol=1e-5)


def test_acgan_terms_by_hand(monkeypatch):
    model = building.build("acgan", acgan.TINY, building.image_fields("acgan", (16, 16, 3), 3))
    model.compile()
    scores = tf.constant([[0.5], [-1.0]])
    logits = tf.constant([[0.0, 1.0, 3.0], [2.0, 0.0, 0.0]])
    monkeypatch.setattr(model, "discriminate", lambda images, batch: (scores, logits))
    within_a_step(model)
    batch = {"real": tf.zeros((2, 16, 16, 3)), "label": tf.constant([2, 1])}
    expected = -np.log(np.exp([3.0, 0.0]) / np.exp(logits).sum(axis=1))
    terms = model.discriminator_terms(batch, batch["real"])
    np.testing.assert_allclose(terms["d_real_class"], expected, atol=1e-6)
    np.testing.assert_allclose(terms["d_fake_class"], expected, atol=1e-6)
    np.testing.assert_allclose(model.generator_terms(batch, batch["real"])["g_class"], expected, atol=1e-6)
    np.testing.assert_allclose(model._replica.watched["g_class_accuracy"], [1.0, 0.0])


def test_gan_with_uniform_latents():
    config = gan.Config(latents="uniform", latent_dim=4, generator_units=(5,))
    generator = gan.generator(config, (16, 16, 1))
    latents = np.random.default_rng(0).normal(size=(500, 4)).astype(np.float32)
    uniform = keras.Model(generator.input, generator.layers[1].output)(latents)
    assert np.abs(uniform).max() <= 1
    assert np.array(uniform).std() == pytest.approx(3**-0.5, rel=0.05)


def test_gan_may_be_minimax():
    model = building.create("gan", (16, 16, 1), loss="minimax", generator_units=(4,), discriminator_units=(4,))
    model.compile()
    assert logs_of(model, np.zeros((4, 16, 16, 1), np.float32))["g_fake"] < 0


def test_lazy_terms_come_in_every_nth_step_and_count_n_times():
    class Lazy(AdversarialModel):
        def discriminator_terms(self, batch, fakes):
            lazy = self.lazily(3, lambda: tf.fill((tf.shape(fakes)[0],), 2.0))
            return {**super().discriminator_terms(batch, fakes), "d_lazy": lazy}

    model = model_of(Lazy, NON_SATURATING)
    assert [logs_of(model)["d_lazy"] for _ in range(4)] == [6.0, 0.0, 0.0, 6.0]


def test_lean_r3gan_has_maps_of_half_the_size_and_knows_every_pixel():
    options = {"generator_channels": 6, "discriminator_channels": 5, "max_channels": 8}
    model = building.create("r3gan", (16, 16, 3), 0, seed=2, lean=True, **options)
    for network in (model.generator, model.discriminator):
        maps = [layer for layer in network.layers if len(layer.output.shape) == 4 and layer.weights]
        assert max(layer.output.shape[1] for layer in maps if layer.name != "images") == 8
    assert model.generator.output_shape == (None, 16, 16, 3)
    images = tf.constant(np.random.RandomState(0).uniform(-1, 1, (2, 16, 16, 3)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        scores = model.discriminator(images)
    seen = tape.gradient(scores, images).numpy()
    assert (np.abs(seen).max(axis=(0, 3)) > 0).all()


@pytest.mark.parametrize("name", ["r3gan", "began", "progan", "stylegan", "stylegan2"])
def test_images_may_be_hyperbolic_tangents(name):
    """The same weights give the same numbers, bounded: in samples, and in a step, where some networks fade."""
    fields = {"real": Image(16, 16, 3)}
    linear, bounded = (
        building.build(name, dataclasses.replace(registry.module(name).TINY, output=output), fields, seed=2)
        for output in ("linear", "tanh")
    )
    for model in (linear, bounded):
        rng = np.random.RandomState(1)
        for weight in model.generator.trainable_weights:
            weight.assign(weight + 0.3 * rng.normal(size=weight.shape))
        model.ema_generator.set_weights(model.generator.get_weights())
    latents = tf.constant(np.random.RandomState(2).normal(size=(3, linear.latent_dim)), tf.float32)
    batch = {"real": tf.zeros((3, 16, 16, 3))}

    def sample(model):
        network = model.ema_generator
        truncated = len(network.inputs) == 2
        return network({"latents": latents, "truncation": tf.ones(3)} if truncated else latents)

    def fakes(model):
        within_a_step(model)
        with model._replica.noise.current():
            return model.generate(batch, True)

    for draw in (sample, fakes):
        drawn = draw(bounded)
        assert np.ptp(drawn) > 0.1
        np.testing.assert_allclose(drawn, np.tanh(draw(linear)), atol=1e-5)
