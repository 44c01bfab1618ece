"""The built-in data set: its faces, captions, styles and cache."""

import json
import re
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from keras_gan import data
from keras_gan.config import DataOptions
from keras_gan.data import avatars
from keras_gan.errors import UserError
from keras_gan.modalities.image import Image
from keras_gan.modalities.label import Label

ROOT = Path(__file__).parents[2]

VALUES = {
    "hair": avatars.HAIR_STYLES,
    "headwear": ("none", *avatars.HEADWEAR),
    "expression": avatars.EXPRESSIONS,
    "glasses": avatars.GLASSES,
    "earrings": ("none", *avatars.EARRINGS),
    "facial_hair": avatars.FACIAL_HAIR,
    "clothing": avatars.CLOTHING,
    "freckles": (False, True),
    "lashes": (False, True),
}
# How many values of a field can be told apart in a style that shows less: neither freckles nor the colour of metal.
ALIKE = {("sketch", "freckles"): 1, ("poster", "freckles"): 1, ("sketch", "earrings"): 3}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("KERAS_GAN_CACHE", str(folder))
    return folder


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """The whole test split, as the rest of the program gets it; large enough to be drawn by several processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_GAN_CACHE", str(tmp_path_factory.mktemp("avatars")))
        return data.load(DataOptions(dataset="avatars", image_size=32), "test")


def array(avatar, size=64, style="cartoon"):
    return np.asarray(avatars.draw(avatar, size, style)).astype(int)


def sample(count=12, seed=3):
    return avatars.attributes("train", count, seed)


# --- The data set --------------------------------------------------------------------------------------------------


def test_split_is_complete(dataset):
    assert dataset.columns["real"].shape == (2000, 32, 32, 3)
    assert dataset.columns["real"].dtype == np.uint8
    assert dataset.columns["label"].dtype == np.int32
    assert dataset.fields == {"real": Image(32, 32, 3), "label": Label(10, avatars.CLASS_NAMES)}
    assert dataset.class_names == avatars.CLASS_NAMES
    assert "seed 0" in dataset.provenance
    assert "32x32" in dataset.treatment


def test_no_two_pictures_are_equal(dataset):
    assert len({image.tobytes() for image in dataset.columns["real"]}) == len(dataset)


def test_pictures_use_the_range_of_values(dataset):
    assert dataset.columns["real"].min() < 40
    assert dataset.columns["real"].max() > 245
    assert dataset.columns["real"].std(axis=0).min() > 5  # there is no pixel that never changes


@pytest.mark.parametrize(("split", "count"), [("train", 20_000), ("test", 2_000)])
def test_classes_are_balanced_and_shuffled(split, count):
    labels = avatars.labels(split)
    assert np.bincount(labels).tolist() == [count // 10] * 10
    in_tens = labels.reshape(-1, 10)
    assert all(np.bincount(column, minlength=10).max() < 2 * count // 100 for column in in_tens.T)


def test_labels_and_pictures_agree_with_attributes(dataset):
    people = avatars.attributes("test", 60)
    assert [avatar.label for avatar in people] == dataset.columns["label"][:60].tolist()
    assert [avatar.class_name == "headwear" for avatar in people] == [avatar.headwear != "none" for avatar in people]
    for index in (0, 17, 59):
        np.testing.assert_array_equal(dataset.columns["real"][index], array(people[index], 32))


def test_any_avatar_can_be_made_alone():
    assert avatars.random_avatar(0, "train", 19_999) == avatars.random_avatar(0, "train", 19_999)
    people = [avatars.random_avatar(seed, split, 5) for seed in (0, 1) for split in ("train", "test")]
    assert len(set(people)) == 4
    assert avatars.attributes("train", 8)[7] == avatars.random_avatar(0, "train", 7)


def test_attributes_survive_json():
    for avatar in sample():
        assert avatars.Avatar(**json.loads(json.dumps(asdict(avatar)))) == avatar


@pytest.mark.parametrize("size", [16, 48, 256])
def test_other_sizes_are_refused(size):
    with pytest.raises(UserError, match="32, 64 or 128"):
        data.load(DataOptions(dataset="avatars", image_size=size))


def test_unknown_split_and_style_are_refused():
    with pytest.raises(UserError, match="split"):
        avatars.pictures(32, "validation", count=1)
    with pytest.raises(UserError, match="sketch"):
        avatars.pictures(32, style="sketches", count=1)


# --- Drawing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", avatars.SIZES)
@pytest.mark.parametrize("style", avatars.STYLES)
def test_every_value_can_be_drawn_and_seen(size, style):
    plain = {"headwear": "none", "glasses": "none", "expression": "smile", "facial_hair": "none"}
    avatar = replace(sample(1)[0], hair="bald", hair_shade="#302018", skin_shade="#f0c8a8", **plain)
    for field, values in VALUES.items():
        seen = {array(replace(avatar, **{field: value}), size, style).tobytes() for value in values}
        assert len(seen) == ALIKE.get((style, field), len(values)), field


@pytest.mark.parametrize("style", avatars.STYLES)
def test_same_avatar_same_pixels(style):
    for avatar in sample(5):
        np.testing.assert_array_equal(array(avatar, 64, style), array(avatar, 64, style))


def person(avatar, size):
    """Where the picture does not depend on the background: bool `[size, size]`."""
    return (array(avatar, size) == array(replace(avatar, background_shade="#102030"), size)).all(axis=2)


def box(mask):
    rows, columns = np.nonzero(mask)
    return np.array([rows.min(), rows.max(), columns.min(), columns.max()])


def test_person_fills_a_good_part_of_the_picture():
    for avatar in sample():
        assert 0.25 < person(avatar, 64).mean() < 0.8


def test_sketch_is_aligned_with_the_cartoon():
    for avatar in sample():
        drawn = array(avatar, 128, "sketch").min(axis=2) < 230
        inside = person(avatar, 128)
        assert np.abs(box(drawn) - box(inside)).max() <= 3
        grown = np.max([np.roll(inside, (y, x), (0, 1)) for y in range(-3, 4) for x in range(-3, 4)], axis=0)
        assert not (drawn & ~grown).any()


def test_sketch_is_dark_lines_on_white():
    for avatar in sample():
        sketch = array(avatar, 128, "sketch")
        assert np.ptp(sketch, axis=2).max() <= 8
        assert (sketch > 200).mean() > 0.8
        assert 0.01 < (sketch < 110).mean() < 0.2


def test_poster_looks_different_and_is_the_same_person():
    for avatar in sample(10):
        cartoon, poster = array(avatar, 64), array(avatar, 64, "poster")
        assert np.abs(cartoon - poster).mean() > 15
        assert np.corrcoef(cartoon.ravel(), poster.ravel())[0, 1] > 0.4


# --- Translation ---------------------------------------------------------------------------------------------------


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(avatars, "TRANSLATION_SPLITS", {"train": 8, "test": 4})


def translated(task, split="train", **options):
    return data.load(DataOptions(dataset="avatars", image_size=32, **options), split, task)


def test_paired_avatars_are_sketches_and_cartoons_of_the_same_faces(few):
    loaded = translated("paired")
    people = avatars.attributes("train", 8)
    np.testing.assert_array_equal(loaded.columns["source"][5], array(people[5], 32, "sketch"))
    np.testing.assert_array_equal(loaded.columns["real"][5], array(people[5], 32, "cartoon"))
    assert (len(loaded), len(loaded.columns["source"]), loaded.aligned) == (8, 8, True)
    assert loaded.columns["label"].tolist() == [avatar.label for avatar in people]
    back = translated("paired", direction="BtoA")
    np.testing.assert_array_equal(back.columns["source"], loaded.columns["real"])
    np.testing.assert_array_equal(back.columns["real"], loaded.columns["source"])


def test_unpaired_avatars_are_of_different_faces(few):
    loaded = translated("unpaired")
    people = avatars.attributes("train", 8)
    for index in range(4):
        np.testing.assert_array_equal(loaded.columns["source"][index], array(people[index], 32, "cartoon"))
        np.testing.assert_array_equal(loaded.columns["real"][index], array(people[4 + index], 32, "poster"))
    assert (len(loaded), len(loaded.columns["source"]), loaded.aligned) == (4, 4, False)
    assert loaded.columns["label"].tolist() == [avatar.label for avatar in people[4:]]
    back = translated("unpaired", direction="BtoA")
    np.testing.assert_array_equal(back.columns["source"], loaded.columns["real"])
    np.testing.assert_array_equal(back.columns["real"], loaded.columns["source"])
    assert back.columns["label"].tolist() == [avatar.label for avatar in people[:4]]


def test_avatars_for_translation_have_a_test_split(few):
    train, validation, test = vars(data.load_splits(DataOptions(dataset="avatars", image_size=32), "paired")).values()
    assert (len(train), len(validation), len(test)) == (7, 1, 4)
    np.testing.assert_array_equal(test.columns["real"][3], array(avatars.random_avatar(0, "test", 3), 32))
    assert train.facts["source_shape"] == [32, 32, 3]


def test_without_translation_there_are_cartoons_alone(dataset):
    assert "source" not in dataset.columns
    assert "sources" not in dataset.facts


def test_pictures_can_begin_anywhere():
    np.testing.assert_array_equal(avatars.pictures(32, count=3, first=4), avatars.pictures(32, count=7)[4:])


# --- Captions ------------------------------------------------------------------------------------------------------


def test_captions_tell_what_is_drawn_and_nothing_else():
    for avatar in sample(300):
        words = avatars.caption(avatar)
        assert ("glasses" in words) == (avatar.glasses != "none")
        assert ("earrings" in words) == (avatar.earrings != "none")
        assert (f" {avatar.facial_hair}" in words) == (avatar.facial_hair != "none")
        for headwear in avatars.HEADWEAR:
            assert (f" {headwear} and " in words) == (avatar.headwear == headwear)
        assert words.endswith(f"on a {avatar.background} background")
        assert f"{avatar.clothing_colour} {avatar.clothing}" in words
        assert avatars.MOOD_WORDS[avatar.expression] in words


def test_captions_name_hair_as_far_as_it_is_seen():
    avatar = replace(sample(1)[0], hair="long hair", hair_colour="red", facial_hair="none", headwear="none")
    assert "long red hair" in avatars.caption(avatar)
    assert "hair" not in avatars.caption(replace(avatar, headwear="headscarf"))
    assert "long red hair" in avatars.caption(replace(avatar, headwear="cap"))
    assert "short red hair" in avatars.caption(replace(avatar, hair="side part", headwear="cap"))
    assert "bald" in avatars.caption(replace(avatar, hair="bald"))
    assert "bald" not in avatars.caption(replace(avatar, hair="bald", headwear="cap"))


def test_captions_are_english():
    for avatar in sample(300):
        words = avatars.caption(avatar)
        assert "none" not in words
        assert not re.search(r"\ba [aeiou]|\ban [^aeiou]|  |,,", words), words
    plain = replace(
        sample(1)[0],
        **dict.fromkeys(("glasses", "earrings", "facial_hair", "headwear"), "none"),
        **{"hair": "bald", "expression": "sad", "clothing": "shirt", "clothing_colour": "orange", "background": "pink"},
    )
    assert avatars.caption(plain) == "a sad bald person wearing an orange shirt, on a pink background"


# --- Cache and processes -------------------------------------------------------------------------------------------


def only_file(folder):
    (path,) = folder.iterdir()  # so there is no temporary file left either
    return path


def test_second_time_is_read_from_the_cache(cache):
    avatars.pictures(32, count=4)
    np.save(only_file(cache), np.full((4, 32, 32, 3), 7, np.uint8))
    assert (avatars.pictures(32, count=4) == 7).all()


@pytest.mark.parametrize("damage", ["truncated", "empty", "garbage", "shape", "dtype"])
def test_damaged_cache_file_is_made_anew(cache, damage):
    images = avatars.pictures(32, count=4)
    path = only_file(cache)
    whole = path.read_bytes()
    if damage in ("shape", "dtype"):
        np.save(path, images[:3] if damage == "shape" else images.astype(np.int8))
    else:
        path.write_bytes({"truncated": whole[:-1000], "empty": b"", "garbage": whole[:20] + b"{" * 3000}[damage])
    np.testing.assert_array_equal(avatars.pictures(32, count=4), images)
    assert only_file(cache).read_bytes() == whole


def test_unwritable_cache_is_a_note_not_an_error(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path / "file" / "below"))
    assert avatars.pictures(32, count=3).shape == (3, 32, 32, 3)
    assert capsys.readouterr().out.count("\n") == 1


def test_styles_sizes_splits_and_seeds_are_cached_apart(cache):
    for change in ({}, {"size": 64}, {"style": "sketch"}, {"style": "poster"}, {"split": "test"}, {"seed": 1}):
        avatars.pictures(**{"size": 32, "count": 2, **change})
    assert len(list(cache.iterdir())) == 6


DRAWING = f"from keras_gan.data import avatars\nprint(avatars.pictures(32, count={avatars.FEW + 1}).shape)\n"
FAILING_WORKER = f"""#!/bin/sh
case "$*" in *spawn_main*) exit 1 ;; esac
exec {sys.executable} "$@"
"""


@pytest.mark.parametrize("how", ["file", "stdin", "processes fail"])
def test_scripts_without_a_main_guard_work(tmp_path, how):
    worker = tmp_path / "worker"
    worker.write_text(FAILING_WORKER)
    worker.chmod(0o755)
    script = tmp_path / "script.py"
    breaking = f"import multiprocessing\nmultiprocessing.set_executable({str(worker)!r})\n"
    script.write_text((breaking if how == "processes fail" else "") + DRAWING)
    command = [sys.executable, "-" if how == "stdin" else str(script)]
    environment = {"PYTHONPATH": str(ROOT), "KERAS_GAN_CACHE": str(tmp_path / "cache")}
    result = subprocess.run(command, input=DRAWING, env=environment, capture_output=True, text=True, check=False)
    assert result.stdout == f"({avatars.FEW + 1}, 32, 32, 3)\n"
    assert "Error" not in result.stderr
