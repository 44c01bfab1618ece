"""Cartoonise: its terms, what it learns of the data before it trains, and what is exported of it."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from keras_gan import exported, exporters
from keras_gan.data.dataset import Dataset
from keras_gan.networks import cartoonist
from keras_gan.randomness import portable_latents
from keras_gan.variants import cartoonise
from tests.conftest import command, noise_images, sampler_of, tiny, untrained_reader
from tests.layers.test_mixing import matrix
from tests.training.linear import within_a_step

SHAPE = (16, 16, 3)
K = cartoonise.TINY.latent_dim


@pytest.fixture(scope="module")
def model():
    made = tiny("cartoonise")
    made.compile(run_eagerly=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cartoonise, "read_by", untrained_reader)
        cartoonise.precompute(made, faces())
    return made


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cartoonise") / "1"
    exporters.export(model, folder, ("saved_model", "tflite"), sampler=sampler_of(model))
    return folder


def test_a_photo_is_brought_to_the_size_of_the_faces(folder):
    for path in (folder, folder / "generator.tflite"):
        translator = exported.load(path)
        assert translator.content_size == 16
        assert translator.translate(np.zeros((60, 40, 3), np.uint8)).shape == (16, 11, 3)


def faces() -> Dataset:
    return noise_images("cartoonise", 40, SHAPE)


def as_networks_see(images):
    return images.astype(np.float32) / 127.5 - 1.0


# --- Before the training --------------------------------------------------------------------------------------------


def test_what_is_found_in_faces_is_whitened(model):
    images = faces().columns["source"]
    images = as_networks_see(np.concatenate([images, images[:, :, ::-1]]))
    z = np.asarray(model.encoder(images, training=False))
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(np.cov(z, rowvar=False, ddof=0), np.eye(K), atol=1e-2)
    averaged = model.ema_generator.get_layer("encoder")(images, training=False)
    np.testing.assert_array_equal(averaged, z)


def test_what_is_found_in_cartoons_has_mean_0_and_variance_1(model):
    images = faces().columns["real"]
    found = np.asarray(model.found(as_networks_see(np.concatenate([images, images[:, :, ::-1]]))))
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(found.std(axis=0), 1, atol=1e-3)


# --- Training --------------------------------------------------------------------------------------------------------


def batch(rows=6):
    source, real = (tf.random.stateless_uniform((rows, *SHAPE), (1, seed), -1, 1) for seed in (2, 3))
    return {"source": source, "real": real}


def test_terms_by_hand(model):
    within_a_step(model)
    given = batch()
    fakes = model.generate(given, training=True)
    terms = {name: np.asarray(term) for name, term in model.generator_terms(given, fakes).items()}
    images, redrawn, mixed = (np.asarray(fakes[name]) for name in ("images", "redrawn", "mixed"))
    found = np.asarray(model.found(fakes["images"]))
    np.testing.assert_allclose(terms["g_coherence"], ((found - mixed) ** 2).mean(axis=1), rtol=1e-4)
    drawing = 10.0 * np.abs(redrawn - np.asarray(given["real"])).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(terms["g_drawing"], drawing, rtol=1e-4)
    neighbours = [1, 0, 3, 2, 5, 4]
    apart = np.abs(mixed - mixed[neighbours]).mean(axis=1)
    differs = np.abs(images - images[neighbours]).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(terms["g_variety"], 0.02 * apart / (differs + 1e-3), rtol=1e-3)
    kernel = np.asarray(model.generator.get_layer("drawer").get_layer("transform").kernel)
    expected = ((kernel.T @ kernel - np.eye(K)) ** 2).sum() / K
    np.testing.assert_allclose(terms["g_orthogonal"], expected, atol=1e-5)


def test_half_of_a_batch_is_of_alpha_0(model):
    within_a_step(model)
    given = batch(64)
    mixed, z = model.generate(given, training=True)["mixed"], model.encoder(given["source"], training=False)
    unmixed = np.isclose(mixed, z, atol=1e-5).all(axis=1)
    assert 20 <= unmixed.sum() <= 44


def test_away_from_orthogonal_by_hand():
    kernel = np.array([[2.0, 0.0], [1.0, 1.0]], np.float32)  # K^T K - 1 is [[4, 1], [1, 0]]
    assert float(cartoonist.away_from_orthogonal(kernel)) == pytest.approx((16 + 1 + 1 + 0) / 2)
    turned = np.array([[0.6, -0.8], [0.8, 0.6]], np.float32)
    assert float(cartoonist.away_from_orthogonal(turned)) == pytest.approx(0.0, abs=1e-6)


def test_options_add_terms():
    made = tiny("cartoonise")
    config = {"color_weight": 2.0, "grey_weight": 1.0, "edge_weight": 1.0}
    made.config = cartoonise.Config(**{**vars(made.config), **config})
    within_a_step(made)
    given = batch()
    fakes = made.generate(given, training=True)
    assert {"g_color", "g_grey"} <= set(made.generator_terms(given, fakes))
    assert "d_edges" in made.discriminator_terms(given, fakes)


# --- Exported --------------------------------------------------------------------------------------------------------


def pixels(seed=0):
    return np.random.default_rng(seed).integers(0, 256, SHAPE, dtype=np.uint8)


def test_z_y_and_the_mixture_can_be_computed_by_numpy(model, folder):
    runtime = exported.load(folder).runtime
    transform, mean, components = map(runtime.constant, ("transform", "pca_mean", "pca_components"))
    image, alpha, seed = pixels(), 0.3, 5
    encoder = model.ema_generator.get_layer("encoder")
    before = tf.keras.Model(encoder.input, encoder.get_layer("whitening").input)
    features = np.asarray(before(as_networks_see(image)[None], training=False))
    z = (features - mean) @ components
    (exported_z,) = runtime.run("encoder", images=image[None] / np.float32(255)).values()
    np.testing.assert_allclose(exported_z, z, atol=1e-4)
    chance = portable_latents(np.array([seed]), cartoonist.REFLECTIONS * K)
    y = transform @ matrix(chance[0], K) @ z[0]
    mixed = np.cos(alpha * np.pi / 2) * z[0] + np.sin(alpha * np.pi / 2) * y
    drawer = model.ema_generator.get_layer("drawer")
    found = cartoonist.mixed(drawer)([z, np.array([alpha], np.float32), chance])
    np.testing.assert_allclose(found[0], mixed, atol=1e-4)
    np.testing.assert_allclose(transform.T @ transform, np.eye(K), atol=1e-4)


def test_seeds_and_alpha(folder):
    translator, image = exported.load(folder), pixels()
    signatures = set(translator.runtime.signatures)
    names = {"serving_default", "image_bytes", "encoder", "drawer"}
    assert names | {f"{name}_{end}" for name in names - {"encoder"} for end in ("controlled", "seeded")} == signatures
    given = image[None] / np.float32(255)

    def drawn(alpha, seed):
        values = {"alpha": np.array([alpha], np.float32), "seeds": np.array([seed])}
        return translator.runtime.run("serving_default_seeded", images=given, **values)["images"]

    plain = translator.run(images=given)
    np.testing.assert_allclose(drawn(0.0, 5), plain, atol=1e-5)  # chance has no part in it
    assert np.abs(drawn(1.0, 5) - drawn(1.0, 6)).max() > 1e-4
    by_default = translator.runtime.run(
        "serving_default_controlled",
        images=given,
        alpha=np.ones(1, np.float32),
        latents=portable_latents(np.zeros(1, np.int64), cartoonist.REFLECTIONS * K),
    )
    np.testing.assert_allclose(by_default["images"], drawn(1.0, 0), atol=1e-5)


def test_translate_and_morph_commands(folder, tmp_path, capsys):
    for number in range(2):
        Image.fromarray(pixels(number)).resize((23, 31)).save(tmp_path / f"{number}.png")
    given = ("translate", "--model", folder, "--input", tmp_path / "0.png", "--out", tmp_path / "a.png")
    assert command(*given, "--alpha", 0.3, "--seed", 5) == 0
    faces = (tmp_path / "0.png", tmp_path / "1.png")
    assert command("morph", *faces, "--model", folder, "--frames", 4, "--out", tmp_path / "m.gif") == 0
    with Image.open(tmp_path / "m.gif") as film:
        assert film.n_frames >= 2
    assert "4 cartoons from" in capsys.readouterr().out
    assert command("morph", tmp_path / "no.png", faces[1], "--model", folder, "--out", tmp_path / "m.gif") == 2
    assert "there is no such file" in capsys.readouterr().err
    assert command("morph", *faces, "--model", folder, "--out", tmp_path / "m.txt") == 2
    assert "must end in .mp4, .gif or .png" in capsys.readouterr().err
