"""Data augmentation: values by hand on asymmetric images, and a stream that is a pure function of seed and position."""

import dataclasses
import json
import os
import resource
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image as Picture

from keras_gan import config, data, registry
from keras_gan.commands import train
from keras_gan.config import RunConfig
from keras_gan.data import pipeline
from keras_gan.data.image_sets import image_dataset
from keras_gan.errors import UserError
from keras_gan.modalities.image import Image, data_augment
from keras_gan.randomness.noise import BatchNoise
from keras_gan.runs import delivery, run_folder
from tests.conftest import ROOT

NEUTRAL = {**dict.fromkeys(data_augment.NUMBERS, 0.5), "edge": 0.0}
EACH = pytest.mark.parametrize("name", Image.augmentations)


def pictures(count=3, height=8, width=8, channels=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(-0.7, 0.7, (count, height, width, channels)).astype(np.float32)


def augment(images, *names, **uniform):
    """Each keyword is one random number in [0, 1) for all images; the others are neutral."""
    numbers = {name: tf.fill([len(images)], float(value)) for name, value in {**NEUTRAL, **uniform}.items()}
    return data_augment.augment(tf.constant(images), numbers, names).numpy()


def drawn(seed, position, count):
    """The random numbers of a batch, `{name: [count]}`."""
    noise = BatchNoise(f"{seed}/data augmentation", tf.constant(position, tf.int64), count, 0, count)
    return noise.uniforms(data_augment.NUMBERS)


def linear(x_slope, y_slope, size=8):
    """`[1, size, size, 1]`, a plane with its zero in the centre, which bilinear resampling keeps exactly."""
    axis = np.arange(size, dtype=np.float32) - (size - 1) / 2
    return (x_slope * axis[None, :] + y_slope * axis[:, None])[None, :, :, None].astype(np.float32)


# --- Values ----------------------------------------------------------------------------------------------------------


def test_without_names_nothing_changes():
    np.testing.assert_array_equal(augment(pictures(), flip=0, angle=0, edge=0.9, hue=0.9, brightness=0.9), pictures())


@EACH
@pytest.mark.parametrize("shape", [(8, 8, 3), (7, 10, 3), (8, 8, 1)])
def test_neutral_numbers_change_nothing(name, shape):
    images = pictures(2, *shape)
    np.testing.assert_allclose(augment(images, name), images, atol=1e-6)


@EACH
def test_each_name_changes_colour_images(name):
    numbers = dict.fromkeys(data_augment.NUMBERS, 0.2)
    assert np.abs(augment(pictures(), name, **numbers) - pictures()).max() > 0.01


@pytest.mark.parametrize(("height", "width"), [(8, 8), (5, 8), (33, 6)])
def test_flip_is_the_exact_mirror_of_the_chosen_images(height, width):
    images = pictures(3, height, width)
    numbers = {name: tf.fill([3], value) for name, value in NEUTRAL.items()}
    numbers["flip"] = tf.constant([0.49, 0.5, 0.0])
    flipped = data_augment.augment(tf.constant(images), numbers, ("flip",)).numpy()
    np.testing.assert_array_equal(flipped, np.stack([images[0, :, ::-1], images[1], images[2, :, ::-1]]))


@pytest.mark.parametrize(("turn", "quarters"), [(1.0, 1), (0.0, -1)])
def test_quarter_turn(monkeypatch, turn, quarters):
    monkeypatch.setattr(data_augment, "MAX_ANGLE_DEGREES", 90.0)
    expected = np.rot90(pictures(), quarters, axes=(1, 2))
    np.testing.assert_allclose(augment(pictures(), "rotate", angle=turn), expected, atol=1e-5)


def test_rotation_is_by_up_to_ten_degrees():
    angle = np.radians(10.0)
    turned = augment(linear(0.1, 0.0), "rotate", angle=1.0)
    expected = linear(0.1 * np.cos(angle), -0.1 * np.sin(angle))
    np.testing.assert_allclose(turned[:, 2:-2, 2:-2], expected[:, 2:-2, 2:-2], atol=1e-6)


@pytest.mark.parametrize(("zoom", "factor"), [(1.0, 1.1), (0.0, 0.9)])
def test_scale_is_by_up_to_a_tenth(zoom, factor):
    zoomed = augment(linear(0.1, 0.05), "scale", zoom=zoom)
    np.testing.assert_allclose(zoomed[:, 1:-1, 1:-1], linear(0.1 / factor, 0.05 / factor)[:, 1:-1, 1:-1], atol=1e-6)


def test_what_zooming_out_uncovers_is_reflected(monkeypatch):
    monkeypatch.setattr(data_augment, "MAX_ZOOM", 0.5)
    image = np.array([[0.1, 0.2, 0.4, 0.8]], np.float32).reshape(1, 1, 4, 1)
    # Samples at -1.5, 0.5, 2.5, 4.5 pixels: beyond the edge, the row goes on as 0.2 0.1 | 0.1 … 0.8 | 0.8 0.4.
    np.testing.assert_allclose(augment(image, "scale", zoom=0.0)[0, 0, :, 0], [0.15, 0.15, 0.6, 0.6], atol=1e-6)


@pytest.mark.parametrize(("left", "top"), [(0.0, 0.0), (1.0, 0.0), (0.3, 1.0)])
def test_crop_enlarges_a_window_within_the_image(left, top):
    size, edge = 16, data_augment.MIN_EDGE
    cropped = augment(linear(0.04, 0.0, size) + linear(0.0, 0.05, size), "crop", edge=1.0, left=left, top=top)[
        0, :, :, 0
    ]
    # Two pixels may be left out at either side: the window's centre moves by up to one.
    axis = edge * (np.arange(size) - (size - 1) / 2)
    x, y = axis + (2 * left - 1), axis + (2 * top - 1)
    assert max(np.abs(x).max(), np.abs(y).max()) < size / 2  # no centre of a pixel outside of the image
    expected = 0.04 * x[None, :] + 0.05 * y[:, None]
    np.testing.assert_allclose(cropped[1:-1, 1:-1], expected[1:-1, 1:-1], atol=1e-6)


def test_geometry_is_composed_as_if_done_in_turn():
    numbers = {"flip": 0.0, "angle": 0.9, "zoom": 0.2, "edge": 0.8, "left": 0.1, "top": 0.7}
    at_once = augment(linear(0.04, 0.05, 24), "crop", "flip", "rotate", "scale", **numbers)
    in_turn = linear(0.04, 0.05, 24)
    for name in ("rotate", "scale", "crop", "flip"):
        in_turn = augment(in_turn, name, **numbers)
    np.testing.assert_allclose(at_once[:, 6:-6, 6:-6], in_turn[:, 6:-6, 6:-6], atol=1e-5)


def test_a_third_of_a_turn_of_the_hue_moves_red_to_green(monkeypatch):
    monkeypatch.setattr(data_augment, "MAX_HUE_DEGREES", 120.0)
    np.testing.assert_allclose(augment(pictures(), "color", hue=1.0), np.roll(pictures(), 1, axis=-1), atol=1e-6)


def test_saturation_stretches_the_distance_from_grey():
    pixel = np.array([0.6, 0.0, -0.3], np.float32).reshape(1, 1, 1, 3)  # grey: 0.1
    for number, factor in ((1.0, 1.25), (0.0, 0.75)):
        expected = 0.1 + factor * np.array([0.5, -0.1, -0.4])
        np.testing.assert_allclose(augment(pixel, "color", saturation=number)[0, 0, 0], expected, atol=1e-6)


def test_color_leaves_grey_alone():
    one = pictures(channels=1)
    np.testing.assert_array_equal(augment(one, "color", hue=0.9, saturation=0.9), one)
    three = np.repeat(one, 3, axis=-1)
    np.testing.assert_allclose(augment(three, "color", hue=0.9, saturation=0.9), three, atol=1e-6)


@pytest.mark.parametrize("channels", [1, 3])
def test_light(channels):
    images = pictures(channels=channels) * 0.5
    mean = images.mean(axis=(1, 2, 3), keepdims=True)
    np.testing.assert_allclose(augment(images, "light", brightness=1.0), images + 0.2, atol=1e-6)
    np.testing.assert_allclose(augment(images, "light", contrast=0.0), mean + 0.8 * (images - mean), atol=1e-6)
    np.testing.assert_allclose(augment(images, "light", contrast=1.0), mean + 1.2 * (images - mean), atol=1e-6)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_range_is_kept(channels):
    images = np.sign(pictures(64, channels=channels))
    changed = data_augment.augment(tf.constant(images), drawn(3, 0, 64),
                                   Image.augmentations).numpy()  # fmt: skip
    assert changed.shape == images.shape
    assert changed.dtype == np.float32
    assert np.abs(changed).max() == 1.0


def test_no_corner_is_black():
    white = np.ones((64, 12, 12, 3), np.float32)
    numbers = drawn(0, 0, 64)
    changed = data_augment.augment(tf.constant(white), numbers, ("flip", "rotate", "crop", "scale"))
    np.testing.assert_allclose(changed, white, atol=1e-5)


# --- Random numbers and the stream -----------------------------------------------------------------------------------


def test_numbers_are_uniform_and_independent():
    numbers = np.stack(list(drawn(0, 640, 4096).values()))
    assert numbers.shape == (10, 4096)
    np.testing.assert_allclose(numbers.mean(axis=1), 0.5, atol=0.03)
    assert np.abs(np.corrcoef(numbers) - np.eye(10)).max() < 0.08
    assert numbers.min() >= 0
    assert numbers.max() < 1


def make(count=10, channels=3):
    images = np.random.default_rng(0).integers(0, 256, (count, 6, 6, channels), dtype=np.uint8)
    return image_dataset("test", images, np.arange(count, dtype=np.int32), tuple("abcdefghij"), "", "")


def stream(count, source=None, names=Image.augmentations, batch_size=4, **kwargs):
    dataset = pipeline.batches(source or make(), batch_size, **{"seed": 1, **kwargs}, augment=names)
    return list(dataset.take(count).as_numpy_iterator())


def reals(*args, **kwargs):
    return np.stack([batch["real"] for batch in stream(*args, **kwargs)])


def test_seed_decides_the_stream():
    np.testing.assert_array_equal(reals(5), reals(5))
    assert np.abs(reals(5) - reals(5, seed=2)).max() > 0.1


def test_any_step_can_be_the_start():
    straight = reals(7)
    for start in (1, 2, 5):
        np.testing.assert_array_equal(reals(7 - start, start_step=start), straight[start:])


def test_only_the_images_change():
    plain, changed = stream(5, names=()), stream(5)
    for before, after in zip(plain, changed, strict=True):
        np.testing.assert_array_equal(before["label"], after["label"])
        assert set(before) == set(after)
        assert after["real"].dtype == np.float32
        assert np.abs(before["real"] - after["real"]).max() > 0.01


def test_every_epoch_changes_an_image_anew():
    versions = [image for batch in stream(10) for image, label in zip(batch["real"], batch["label"], strict=True)
                if label == 3]  # fmt: skip
    assert len(versions) == 4
    assert len({version.tobytes() for version in versions}) == 4


def test_one_augmentation_does_not_change_the_draws_of_another():
    light = reals(4, names=("light",))
    both = reals(4, names=("flip", "light"))
    mirrored = np.isclose(light[..., ::-1, :], both, atol=1e-6).all(axis=(2, 3, 4))
    assert (mirrored | np.isclose(light, both, atol=1e-6).all(axis=(2, 3, 4))).all()
    assert 2 <= mirrored.sum() <= 14


def test_grey_data():
    assert reals(2, make(channels=1)).shape == (2, 4, 6, 6, 1)
    np.testing.assert_array_equal(reals(2, make(channels=1), names=("color",)), reals(2, make(channels=1), names=()))


# --- The option ------------------------------------------------------------------------------------------------------


def options(text, **more):
    return RunConfig(variant="dcgan", data_augment=text, **more)


def test_names_come_in_any_order():
    assert options("light, flip").data_augment == options("flip,light").data_augment == "flip,light"
    assert options("").data_augment == ""
    assert data.augmentations(",".join(reversed(Image.augmentations))) == Image.augmentations


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour", "did you mean 'color'"),
        ("flip,rotation", "did you mean 'rotate'"),
        ("mixup", "choose from: flip, rotate, color, crop, scale, light"),
        ("flip,", "unknown data augmentation ''"),
        ("Flip", "did you mean 'flip'"),
        ("flip,light,flip", "names 'flip' twice"),
    ],
)
def test_wrong_names(text, message):
    with pytest.raises(UserError, match=message):
        options(text)


def test_command_and_facts_tell(tmp_path):
    folder = run_folder.RunFolder(tmp_path)
    model_config = registry.module("dcgan").Config()
    run = options("light,flip")
    assert "--data-augment flip,light" in delivery.command(run, model_config)
    told = delivery.facts_of(folder, run, model_config, make().facts | {"treatment": "padded"})
    assert told["data"]["treatment"] == "padded; at random in training: flip, light."
    assert delivery.facts_of(folder, options(""), model_config, make().facts)["data"] == make().facts
    assert "--data-augment" not in delivery.command(options(""), model_config)


def test_a_run_from_before_the_option_goes_on_without_it(tmp_path):
    run = options("", run_name="old", log_dir=str(tmp_path))
    model_config, facts = registry.module("dcgan").TINY, make().facts
    folder = run_folder.create(run, model_config, make())
    saved = json.loads(folder.config_file.read_text())
    del saved["data_augment"]
    folder.config_file.write_text(json.dumps(saved))
    assert config.load_json(folder.config_file)[0] == run
    run_folder.check_same_computation(folder, run, model_config, facts)
    with pytest.raises(UserError, match="data_augment:  -> flip"):
        run_folder.check_same_computation(folder, dataclasses.replace(run, data_augment="flip"), model_config, facts)


def test_training_uses_it_and_resumes_with_it_alone(tmp_path, monkeypatch):
    (tmp_path / "images").mkdir()
    for index, image in enumerate(make().columns["real"]):
        Picture.fromarray(image).save(tmp_path / "images" / f"{index}.png")
    seen = []
    whole = data_augment.augment
    monkeypatch.setattr(data_augment, "augment", lambda *args: seen.append(args[2]) or whole(*args))
    run = options(
        "light,flip", dataset=f"folder:{tmp_path}/images", image_size=16, batch_size=4, steps=1, run_name="tiny",
        strategy="single", export=(), log_dir=str(tmp_path), export_dir=str(tmp_path / "models"),
    )  # fmt: skip
    model_options = dataclasses.asdict(registry.module("dcgan").TINY)
    assert train.run(run, model_options) == 0
    assert seen == [("flip", "light")]
    other = dataclasses.replace(run, resume=True, steps=2, data_augment="flip")
    with pytest.raises(UserError, match="data_augment: flip,light -> flip"):
        train.run(other, model_options)


def test_a_wrong_name_is_answered_at_once():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(
        [sys.executable, str(ROOT / "train.py"), "--variant", "dcgan", "--data-augment", "flip,rotat"],
        cwd=ROOT, env={**os.environ, "PYTHONWARNINGS": "ignore"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert result.returncode == 2
    assert "did you mean 'rotate'" in result.stderr
    assert "Traceback" not in result.stderr
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0  # NumPy, but no TensorFlow
