"""Layouts of other programs are understood, or refused with what to say instead."""

import json
import os

import pytest
from PIL import Image

from keras_gan import data
from keras_gan.config import DataOptions
from keras_gan.errors import UserError
from tests.conftest import command, save_noise, train

TINY = ("--image-size", 16, "--steps", 1, "--batch-size", 2, "--export")


def fill(root, *names, shape=(8, 8, 3)):
    save_noise([root / name for name in names], shape, seed=len(names))


def both(root, *folders):
    fill(root, *(f"{folder}/{index}.png" for folder in folders for index in range(2)))


def load(dataset, split="train", **options):
    return data.load(DataOptions(dataset=dataset, image_size=8, **options), split)


# --- folder: ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folders", "instead"),
    [
        (("train/cat", "train/dog", "val/cat", "val/dog"), "folder:{}/train"),
        (("train", "test"), "folder:{}/train"),
        (("Training", "Validation"), "folder:{}/Training"),
        (("train2017", "val2017"), "folder:{}/train2017"),
        (("train", "test", "docs"), "folder:{}/train"),
        (("val", "test"), "folder:{}/test"),
        (("train/cat", "train/dog"), "folder:{}/train"),
        (("trainA", "trainB", "testA", "testB"), "unpaired:{}"),
        (("trainA", "trainB"), "unpaired:{}"),
        (("cat/train", "cat/test", "dog/train", "dog/test"), "{}/train/cat"),
        (("images", "masks"), "folder:{}/images"),
        (("images", "masks"), "paired:{}"),
        (("images/x", "labels/x"), "folder:{}/images"),
        (("images/train", "images/val"), "folder:{}/images/train"),
    ],
)
def test_folders_that_are_no_classes_are_refused(tmp_path, folders, instead):
    both(tmp_path, *folders)
    with pytest.raises(UserError) as caught:
        data.check_available(DataOptions(dataset=f"folder:{tmp_path}"))
    assert instead.format(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "folders",
    [
        *(("train", "bus", "car"), ("cat", "dog"), ("A", "B"), ("test",), ("train",), ("validity", "trainer")),
        *(("images", "others"), ("x", "z")),
    ],
)
def test_classes_are_classes(tmp_path, folders):
    both(tmp_path, *folders)
    assert load(f"folder:{tmp_path}").class_names == tuple(sorted(folders))


def test_what_is_proposed_works(tmp_path):
    both(tmp_path, "train/cat", "train/dog", "val/cat", "val/dog")
    assert load(f"folder:{tmp_path}/train").class_names == ("cat", "dog")


# --- paired: ----------------------------------------------------------------------------------------------------------


PAIRED = {
    "train and test above A and B": ("train/A", "train/B", "test/A", "test/B"),
    "A and B above train and test": ("A/train", "B/train", "A/test", "B/test"),
    "trainA": ("trainA", "trainB", "testA", "testB"),
    "other names": ("Training/A", "Training/B", "validation/A", "validation/B"),
}


@pytest.mark.parametrize("folders", PAIRED.values(), ids=PAIRED)
@pytest.mark.parametrize("kind", ["paired", "unpaired"])
def test_splits_and_sides_in_any_order(tmp_path, folders, kind):
    for number, folder in enumerate(folders):
        fill(tmp_path, *(f"{folder}/{index}.png" for index in range(2 + number // 2)))
    name = f"{kind}:{tmp_path}"
    assert (len(load(name)), len(load(name, "test")), load(name).passed_over) == (2, 3, {})


def test_what_is_in_no_split_is_named(tmp_path, capsys):
    both(tmp_path, *(f"{side}/{split}" for side in "AB" for split in ("train", "val", "test")))
    fill(tmp_path, "cover.png")
    (tmp_path / "notes.txt").write_text("")
    expected = {"images in A/val": 2, "images in B/val": 2, "images beside the folders": 1, ".txt": 1}
    assert load(f"paired:{tmp_path}").passed_over == expected
    assert load(f"paired:{tmp_path}").facts["passed_over"] == expected
    assert command("inspect-data", "--dataset", f"paired:{tmp_path}") == 0
    assert "not read: images in A/val (2), images in B/val (2)" in capsys.readouterr().out


@pytest.mark.parametrize("root", ["", "train"])
@pytest.mark.parametrize(
    "sides", [("images", "masks"), ("left", "right"), ("train_images", "train_labels"), ("a", "b")]
)
def test_two_folders_of_equal_names_are_no_halves(tmp_path, root, sides):
    both(tmp_path / root, *sides)
    with pytest.raises(UserError, match="call them A and B"):
        data.check_available(DataOptions(dataset=f"paired:{tmp_path}"))


@pytest.mark.parametrize(
    "names",
    [
        ("images/0.png", "images/1.png", "images/2.png", "masks/0.png"),
        ("images/0.png", "masks/0_mask.png"),
        ("photo/0.png", "depth/0.png", "normal/0.png"),
    ],
)
def test_nor_are_folders_of_some_equal_names(tmp_path, names):
    fill(tmp_path, *names)
    with pytest.raises(UserError, match="call them A and B, with the same names in both"):
        data.check_available(DataOptions(dataset=f"paired:{tmp_path}"))


def test_halves_may_lie_in_several_folders(tmp_path):
    fill(tmp_path, "train/berlin/1.png", "train/paris/2.png", "train/rome/3.png", shape=(8, 16, 3))
    assert len(load(f"paired:{tmp_path}")) == 3


def test_a_side_without_a_split_that_the_other_has(tmp_path):
    both(tmp_path, "A/train", "B/train", "A/test")
    loaded = load(f"paired:{tmp_path}")
    assert (len(loaded), loaded.passed_over) == (2, {"images in A/test": 2})
    both(tmp_path / "no", "A/train", "B")
    with pytest.raises(UserError, match="but no B"):
        load(f"paired:{tmp_path / 'no'}")


# --- unpaired: --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("empty", [False, True])
def test_a_test_of_one_side_alone_is_named(tmp_path, empty, capsys):
    both(tmp_path, "trainA", "trainB", "testA")
    if empty:
        (tmp_path / "testB").mkdir()
    assert command("inspect-data", "--dataset", f"unpaired:{tmp_path}") == 0
    said = capsys.readouterr().out
    assert "not read: images in testA (2)" in said
    assert f"{tmp_path}/testA: 2 image files, not used" in said
    assert load(f"unpaired:{tmp_path}").passed_over["images in testA"] == 2


def test_two_kinds_without_splits(tmp_path):
    both(tmp_path, "A", "B")
    assert len(load(f"unpaired:{tmp_path}")) == 2


# --- What is said, and when -------------------------------------------------------------------------------------------


def test_a_run_says_what_it_does_not_read(tmp_path, capsys):
    fill(tmp_path, *(f"photos/{index}.png" for index in range(4)))
    for name in ("phone.heic", "notes.txt"):
        (tmp_path / "photos" / name).write_bytes(b"x")
    logs = tmp_path / "logs"
    assert train("--variant", "gan", "--dataset", f"folder:{tmp_path}/photos", "--log-dir", logs, *TINY) == 0
    assert "not read: .heic (1), .txt (1); to use them, make PNG files" in capsys.readouterr().out
    (facts,) = logs.glob("*/data.json")
    assert json.loads(facts.read_text())["passed_over"] == {".heic": 1, ".txt": 1}


@pytest.mark.parametrize("variant", ["cgan", "acgan"])
def test_missing_classes_are_said_before_anything_is_read(tmp_path, variant, capsys):
    for name in ("cat/0.png", "cat/1.png", "2.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"no image, which reading it would find")
    assert train("--variant", variant, "--dataset", f"folder:{tmp_path}", "--log-dir", tmp_path / "logs") == 2
    said = capsys.readouterr().err
    assert f"{variant} learns classes, and this data has none" in said
    assert "1 of 3 images lie outside of the sub-folders, as 2.png" in said


@pytest.mark.parametrize("kind", ["folder", "paired", "unpaired"])
def test_a_folder_without_images_is_refused_at_once(tmp_path, kind):
    (tmp_path / "photos.zip").write_bytes(b"")
    for name in ("trainA", "trainB"):
        (tmp_path / name).mkdir()
    with pytest.raises(UserError, match=r"no images below .*\.zip \(1\)"):
        data.check_available(DataOptions(dataset=f"{kind}:{tmp_path}"))


# --- Names that are not UTF-8, or would not stay in a line ------------------------------------------------------------


def save_at(*parts):
    path = os.path.join(*(part if isinstance(part, bytes) else os.fsencode(part) for part in parts))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        Image.effect_noise((16, 16), 90).convert("RGB").save(file, "PNG")


def test_names_in_no_encoding_are_shown_with_escapes(tmp_path, capsys):
    root = tmp_path / os.fsdecode(b"fo\xe9")
    for name in (b"caf\xe9/0.png", b"caf\xe9/1\n2.png", b"tea/0.png", b"tea/1\x1b[2J.png"):
        save_at(root, name)
    logs = tmp_path / "logs"
    given = ("--variant", "sngan", "--dataset", f"folder:{root}", "--log-dir", logs, "--run-name", "r", *TINY)
    small = (f"--model.{name}-channels=4" for name in ("generator", "discriminator", "max"))
    assert train(*given, *small) == 0
    assert command("inspect-data", "--dataset", f"folder:{root}") == 0
    assert command("report", "--run", "r", "--log-dir", logs) == 0
    shown = capsys.readouterr()
    assert r"caf\xe9 (2)" in shown.out
    facts = json.loads((logs / "r" / "data.json").read_text(encoding="utf-8"))
    assert facts["classes"] == [r"caf\xe9", "tea"]
    assert facts["name"].endswith(r"fo\xe9")
    for text in (shown.out, shown.err, (logs / "r" / "report.html").read_text(encoding="utf-8"), str(facts)):
        text.encode("utf-8")  # raises if a byte of a name has got through
        assert "\x1b[2J" not in text
    # The configuration still leads to the folder.
    assert train("--resume", "r", "--log-dir", logs, "--steps", 2) == 0


def test_where_a_run_goes_must_have_a_name_that_tensorflow_takes(tmp_path, capsys):
    fill(tmp_path, "p/0.png", "p/1.png")
    odd = tmp_path / os.fsdecode(b"caf\xe9")
    for option in ("--log-dir", "--export-dir"):
        assert train("--variant", "gan", "--dataset", f"folder:{tmp_path}/p", option, odd) == 2
        assert r"caf\xe9 is not UTF-8" in capsys.readouterr().err
    assert not odd.exists()


def test_unreadable_files_are_named_with_escapes(tmp_path, capsys):
    save_at(tmp_path, "a.png")
    with open(os.path.join(os.fsencode(tmp_path), b"bad\xe9\n.png"), "wb") as file:
        file.write(b"no image")
    assert command("inspect-data", "--dataset", f"folder:{tmp_path}") == 0
    assert r"bad\xe9\n.png: not an image" in capsys.readouterr().out
    with pytest.raises(UserError, match=r"bad\\xe9\\n\.png: not an image"):
        load(f"folder:{tmp_path}")
