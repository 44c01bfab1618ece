"""The variants that turn images into images, by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan import registry
from keras_gan.data import pipeline
from keras_gan.errors import UserError
from keras_gan.losses.objectives import NON_SATURATING, halved
from keras_gan.modalities.image import Image, corruptions
from keras_gan.sampling import Sampler
from keras_gan.training import building
from keras_gan.training.translation import TranslationModel
from keras_gan.variants import cyclegan, denoise, inpaint, pix2pix, srgan
from tests.conftest import noise_images, sampler_of
from tests.training.linear import within_a_step

SHAPE = (2, 2, 1)


def scaled(factor, given="source", name=None):
    """A network that multiplies by a number that it learns."""
    inputs = keras.Input((None, None, 1), name=given)
    layer = keras.layers.Conv2D(1, 1, use_bias=False, kernel_initializer=keras.initializers.Constant(factor))
    return keras.Model(inputs, layer(inputs), name=name)


def step(model, batch):
    model.compile(
        generator_optimizer=keras.optimizers.SGD(0.0),
        discriminator_optimizer=keras.optimizers.SGD(0.0),
        run_eagerly=True,
    )
    return {name: float(value) for name, value in model.train_step(batch).items()}


def constant(value, rows=3):
    return tf.fill((rows, *SHAPE), tf.constant(value, tf.float32))


def softplus(x):
    return np.log1p(np.exp(x))


# --- The base -----------------------------------------------------------------------------------------------------


def conditional(weights):
    """A discriminator that adds up weighted images and sources."""
    inputs = [keras.Input((None, None, 1), name=name) for name in ("images", "source")]
    kernel = keras.initializers.Constant(np.reshape(weights, (1, 1, 2, 1)))
    scores = keras.layers.Conv2D(1, 1, use_bias=False, kernel_initializer=kernel)(keras.layers.Concatenate()(inputs))
    return keras.Model(inputs, scores)


def translation_model(**options):
    return TranslationModel(
        scaled(2.0),
        conditional([1.0, 0.25]),
        pix2pix.Config(adversarial_weight=0.5, l1_weight=100.0),
        dict.fromkeys(("real", "source"), Image(*SHAPE)),
        objective=halved(NON_SATURATING),
        **options,
    )


def test_paired_terms_by_hand():
    logs = step(translation_model(), {"source": constant(0.2), "real": constant(0.7)})
    # Fakes are 0.4; scores 0.7 + 0.05 and 0.4 + 0.05.
    assert logs["d_real"] == pytest.approx(softplus(-0.75) / 2, rel=1e-5)
    assert logs["d_fake"] == pytest.approx(softplus(0.45) / 2, rel=1e-5)
    assert logs["g_fake"] == pytest.approx(0.5 * softplus(-0.45), rel=1e-5)
    assert logs["g_l1"] == pytest.approx(100 * 0.3, rel=1e-5)


class Eyes:
    """A discriminator that remembers what it was given."""

    inputs = conditional([1.0, 0.25]).inputs

    def __init__(self, seen):
        self.seen = seen

    def __call__(self, given, training):
        self.seen.append(given)


def test_sources_are_augmented_as_their_images_are():
    model = translation_model()
    model.use_augmentation("diffaugment")
    within_a_step(model)
    images = tf.random.stateless_uniform((5, 8, 8, 1), seed=(1, 2))
    seen = []
    model.discriminator = Eyes(seen)
    model.discriminate(images, {"source": images})
    ((first, second),) = seen
    np.testing.assert_array_equal(first, second)
    assert np.abs(model.augmented(images) - first).max() > 0.1
    assert np.abs(images - first).max() > 0.1


def test_examples_go_round():
    model = translation_model()
    source = np.linspace(-0.5, 0.5, 3 * 4, dtype=np.float32).reshape(3, *SHAPE)
    with pytest.raises(RuntimeError, match="give the sampler some"):
        model.sample(1)
    sampler = Sampler(model, {"source": source, "real": -source})
    np.testing.assert_allclose(sampler.samples(4, seed=2), 0.5 + source[[2, 0, 1, 2]], atol=1e-6)
    np.testing.assert_allclose(sampler.targets(2, seed=1), 0.5 - 0.5 * source[[1, 2]], atol=1e-6)
    given, made, wanted = model.shown(sampler, 2)
    np.testing.assert_allclose(given, 0.5 + 0.5 * source[:2], atol=1e-6)
    np.testing.assert_allclose(made, 0.5 + source[:2], atol=1e-6)
    np.testing.assert_allclose(wanted, 0.5 - 0.5 * source[:2], atol=1e-6)


# --- CycleGAN -----------------------------------------------------------------------------------------------------


def test_cyclegan_terms_by_hand():
    a, b = keras.Input((None, None, 1), name="source"), keras.Input((None, None, 1), name="real")
    generators = [scaled(2.0, name="AtoB")(a), scaled(3.0, name="BtoA")(b)]
    discriminators = [scaled(0.5, "images", "A")(a), scaled(-1.0, "images", "B")(b)]
    model = cyclegan.CycleGAN(
        keras.Model([a, b], generators),
        keras.Model([a, b], discriminators),
        cyclegan.Config(pool_size=4),
        dict.fromkeys(("real", "source"), Image(*SHAPE)),
    )
    logs = step(model, {"source": constant(0.1), "real": constant(-0.2)})
    # Fakes: B = 0.2, A = -0.6. There and back: A = 3 * 0.2, B = 2 * -0.6. Of their own kind: BtoA(0.1), AtoB(-0.2).
    expected = {
        "g_fake_B": (-0.2 - 1) ** 2,
        "g_fake_A": (-0.3 - 1) ** 2,
        "g_cycle_A": 10 * abs(0.6 - 0.1),
        "g_cycle_B": 10 * abs(-1.2 + 0.2),
        "g_identity_A": 5 * abs(0.3 - 0.1),
        "g_identity_B": 5 * abs(-0.4 + 0.2),
        "d_real_A": (0.05 - 1) ** 2 / 2,
        "d_fake_A": 0.3**2 / 2,
        "d_real_B": (0.2 - 1) ** 2 / 2,
        "d_fake_B": 0.2**2 / 2,
    }
    assert {name: logs[name] for name in expected} == pytest.approx(expected, rel=1e-5)
    assert logs["g_loss"] == pytest.approx(sum(value for name, value in expected.items() if name[0] == "g"), rel=1e-5)
    assert int(model.pooled) == 3
    np.testing.assert_allclose(np.array(model.pools["A"])[:, 0, 0, 0], [-0.6, -0.6, -0.6, 0], atol=1e-6)


def numbers(*values):
    return np.array(values, np.float32)[:, None]


def pooled(pool, filled, fakes, slots, coins):
    seen, pool = cyclegan.from_pool(numbers(*pool), tf.constant(filled), numbers(*fakes), slots, coins)
    return np.array(seen)[:, 0].tolist(), np.array(pool)[:, 0].tolist()


def test_the_pool_fills_first():
    never = np.zeros(4, np.float32)
    assert pooled([0, 0, 0, 0], 0, [1, 2, 3], never, never[:3]) == ([1, 2, 3], [1, 2, 3, 0])


def test_a_full_pool_gives_old_ones_for_new_ones():
    slots = np.array([0.5, 0.1, 0.9, 0.3], np.float32)  # by size: 1, 3, 0, 2
    coins = np.array([0.4, 0.6, 0.0], np.float32)
    assert pooled([10, 11, 12, 13], 4, [1, 2, 3], slots, coins) == ([11, 2, 10], [3, 1, 12, 13])


def test_a_batch_may_fill_the_pool_and_go_on():
    slots = np.array([0.5, 0.1, 0.9, 0.0], np.float32)  # the last is filled by this very batch, and not given back
    coins = np.zeros(3, np.float32)
    assert pooled([10, 11, 12, 0], 3, [1, 2, 3], slots, coins) == ([1, 11, 10], [3, 2, 12, 1])


def test_half_of_the_fakes_are_old_ones():
    rng, pool, count = np.random.default_rng(0), np.zeros((50, 1), np.float32), 0
    for number in range(400):
        fakes = np.full((4, 1), number + 1, np.float32)
        draws = rng.random(50, np.float32), rng.random(4, np.float32)
        seen, pool = cyclegan.from_pool(pool, tf.constant(50), fakes, *draws)
        count += int((np.array(seen) != number + 1).sum())
    assert count / 1600 == pytest.approx(0.5, abs=0.05)
    # What is replaced with probability 4 / 50 / 2 a batch is 25 batches old on average.
    assert np.mean(401 - np.array(pool)) == pytest.approx(25, rel=0.35)


def test_the_rate_falls_from_the_middle_of_the_run_on(make_model):
    model = make_model("cyclegan", compiled=False)
    model.compile(total_steps=100)
    rate = model.optimizer._learning_rate
    np.testing.assert_allclose(
        [float(rate(step)) / 5e-4 for step in (0, 50, 75, 100, 120)], [1, 1, 0.5, 0, 0], rtol=1e-6
    )


def test_cyclegan_exports_both_directions(make_model):
    model = make_model("cyclegan")
    assert list(model.exported()) == ["AtoB", "BtoA"]
    sampler = sampler_of(model)
    six, batch = model.shown(sampler, 2), sampler.examples
    assert len(six) == 6
    np.testing.assert_allclose(six[0], 0.5 + 0.5 * batch["source"][:2], atol=1e-6)
    np.testing.assert_allclose(six[3], 0.5 + 0.5 * batch["real"][:2], atol=1e-6)
    expected = 0.5 + 0.5 * np.array(model.exported()["BtoA"](batch["real"][:2]))
    np.testing.assert_allclose(six[4], expected, atol=1e-6)


# --- Restoration --------------------------------------------------------------------------------------------------


def test_inpainting_keeps_known_pixels_and_weighs_the_hole(make_model):
    model = make_model("inpaint", run_eagerly=True)
    batch = {name: tf.constant(values) for name, values in sampler_of(model).examples.items()}
    known = batch["mask"].numpy()[..., 0] == 0
    made = np.array(model.generator([batch["source"], batch["mask"]]))
    np.testing.assert_array_equal(made[known], batch["real"].numpy()[known])
    assert 0.05 < 1 - known.mean() < 0.6
    assert np.abs(made - batch["real"].numpy())[~known].max() > 0.1
    real = batch["real"].numpy()
    (term,) = model.content_terms(batch, tf.zeros_like(real)).values()
    for row in range(len(real)):
        assert float(term[row]) == pytest.approx(np.abs(real[row][~known[row]]).mean(), rel=1e-4)


@pytest.mark.parametrize("holes", ["box", "free_form"])
def test_holes_are_of_the_kind_asked_for(holes):
    prepare = registry.preparation("inpaint", inpaint.Config(holes=holes))
    batch = pipeline.examples(noise_images("inpaint", 32, (32, 32, 3)), 32, prepare)
    mask = batch["mask"][..., 0]
    np.testing.assert_array_equal(batch["source"], np.where(batch["mask"] > 0.5, -1.0, batch["real"]))
    rows, columns = mask.max(axis=2).sum(axis=1), mask.max(axis=1).sum(axis=1)
    assert ((rows * columns == mask.sum(axis=(1, 2))).mean() == 1) == (holes == "box")


def test_colour_keeps_luminance(make_model):
    model = make_model("colorize")
    batch = sampler_of(model).examples
    made = np.array(model.generator(batch["source"]))
    inside = np.abs(made).max(axis=-1) < 1
    grey = np.array(corruptions.luminance(made))[..., 0]
    np.testing.assert_allclose(grey[inside], batch["source"][..., 0][inside], atol=1e-5)
    assert inside.mean() > 0.5
    assert np.abs(made - batch["source"]).max() > 1e-3


def noisy(**options):
    prepare = registry.preparation("denoise", denoise.Config(**options))
    data = noise_images("denoise", 16, (32, 32, 1))
    data.columns["real"][:] = 100
    batch = pipeline.examples(data, 16, prepare)
    return 127.5 * (batch["source"] - batch["real"])


def test_noise_is_of_the_level_asked_for():
    assert noisy(level=25.0).std() == pytest.approx(25, rel=0.02)
    spread = noisy(level=25.0, random_level=True).std(axis=(1, 2, 3))
    assert spread.max() < 26
    assert spread.min() < 0.5 * spread.max()
    # Of 100 of 255, at a peak of 50, come 19.6 photons, give or take their root.
    assert noisy(noise="poisson", level=50.0).std() == pytest.approx(255 / 50 * np.sqrt(100 / 255 * 50), rel=0.03)
    assert (noisy(noise="salt", level=10.0) != 0).mean() == pytest.approx(0.1, rel=0.1)


def test_srgan_rests_its_discriminator_in_the_first_stage(make_model):
    model = make_model("srgan", run_eagerly=True)
    preparation = registry.preparation("srgan", srgan.TINY)
    stream = pipeline.batches(noise_images("srgan", 16), 4, seed=0, prepare=preparation)
    before = [np.array(weight) for weight in model.discriminator.weights]
    logs = model.fit(stream.take(1), verbose=0).history
    assert "d_loss" not in logs
    assert set(logs) == {"g_loss", "g_pixel", "g_gradient"}
    for weight, old in zip(model.discriminator.weights, before, strict=True):
        np.testing.assert_array_equal(weight, old)
    assert int(model.discriminator_optimizer.iterations) == 0
    logs = model.fit(stream.skip(1).take(1), verbose=0).history
    assert {"d_loss", "g_perceptual", "g_fake", "g_pixel"} <= set(logs)
    assert int(model.discriminator_optimizer.iterations) == 1
    assert model.stage.name == "adversarial"


def test_srgan_says_whose_features_it_compares(make_model, tmp_path):
    model = make_model("srgan")
    assert (model.perceptual, model.perceptual_weight) == ("discriminator", 0.03)
    assert building.create("srgan", (16, 16, 3), perceptual_weight=0.7).perceptual_weight == 0.7
    (tmp_path / "no.h5").write_bytes(b"nothing")
    with pytest.raises(UserError, match=r"weights of .*no\.h5 cannot be had"):
        building.create("srgan", (16, 16, 3), perceptual_weights=str(tmp_path / "no.h5"))
    with pytest.raises(UserError, match="needs the file"):
        srgan.Config(perceptual="squeezenet")
    with pytest.raises(UserError, match="must be 2 or 4"):
        srgan.Config(scale=3)
