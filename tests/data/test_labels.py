"""`--labels`: classes from folders, tables and names."""

import json
import os

import pytest

from keras_gan import data
from keras_gan.config import DataOptions
from keras_gan.errors import UserError
from tests.conftest import save_noise, train

NAMES = ("cat_0.png", "cat_1.png", "deep/dog_2.png", "deep/dog_3.png")
WANTED = (("cat", "dog"), [0, 0, 1, 1])


@pytest.fixture
def photos(tmp_path):
    root = tmp_path / "photos"
    save_noise([root / name for name in NAMES], (8, 8, 3), seed=0)
    return root


def load(root, labels=None):
    return data.load(DataOptions(dataset=f"folder:{root}", image_size=8, labels=labels and str(labels)))


def found(loaded):
    return loaded.class_names, loaded.columns["label"].tolist()


TABLES = {
    "two columns": "cat_0.png,cat\ncat_1.png,cat\ndeep/dog_2.png,dog\ndeep/dog_3.png,dog\n",
    "heading": "file,label\ncat_0.png,cat\ncat_1.png,cat\ndeep/dog_2.png,dog\ndeep/dog_3.png,dog\n",
    "no suffixes": "id,breed\ncat_0,cat\ncat_1,cat\ndog_2,dog\ndog_3,dog\n",
    "semicolons": "label;filename\r\ncat;cat_0.png\r\ncat;.\\cat_1.png\r\ndog;deep\\dog_2.png\r\ndog;dog_3.png",
    "more columns": 'width,name,class\n8,cat_0.png,"cat"\n8,cat_1.png,cat\n8,dog_2.png,dog\n8,dog_3.png,dog\n',
    "folder's own name": "".join(f"photos/{name},{name[-9:-6]}\n" for name in NAMES),
    "a mark before": "\ufefffile,label\ncat_0.png,cat\ncat_1.png,cat\ndog_2.png,dog\ndog_3.png,dog\n\n",
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_tables(tmp_path, photos, text, encoding):
    table = tmp_path / "labels.csv"
    table.write_text(text, encoding=encoding, newline="")
    loaded = load(photos, table)
    assert found(loaded) == WANTED
    assert "labels from labels.csv" in loaded.provenance


def test_a_table_in_the_folder_and_one_with_too_much(photos):
    (photos / "labels.tsv").write_text(
        "\n".join(f"{name}\t{name[-9:-6]}" for name in (*NAMES, "gone_9.png", "x_1.png"))
    )
    loaded = load(photos, "labels.tsv")
    assert loaded.columns["label"].shape == (4,)
    assert loaded.passed_over["labels without an image"] == 2


def test_numbers_are_in_their_order(tmp_path, photos):
    lines = [f"{name},{number}" for name, number in zip(NAMES, (10, 9, 2, 9), strict=True)]
    (tmp_path / "n.csv").write_text("\n".join(lines))
    assert found(load(photos, tmp_path / "n.csv")) == (("2", "9", "10"), [2, 1, 0, 1])


def test_stylegan_is_understood_unasked(photos):
    labels = [[name.replace("\\", "/"), index // 2] for index, name in enumerate(NAMES)]
    (photos / "dataset.json").write_text(json.dumps({"labels": labels}))
    assert found(load(photos)) == (("0", "1"), [0, 0, 1, 1])
    assert "label" not in load(photos, "none").columns
    (photos / "dataset.json").write_text(json.dumps({"labels": None}))
    (photos / "cat_0.png").rename(photos / "deep" / "cat_0.png")
    (photos / "cat_1.png").rename(photos / "deep" / "cat_1.png")
    assert "label" not in load(photos).columns  # not a class called deep
    assert load(photos, "folders").class_names == ("deep",)
    (photos / "dataset.json").write_text(json.dumps({"labels": {"of": "another program"}}))
    assert load(photos).class_names == ("deep",)


@pytest.mark.parametrize("pattern", [r"(\w+)_\d+", r"([a-z]+)_\d\.png$", "(cat|dog)"])
def test_patterns(photos, pattern):
    loaded = load(photos, pattern)
    assert found(loaded) == WANTED


def test_a_pattern_of_several_folders(tmp_path):
    for name in ("one/cat_1.png", "two/dog_1.png"):
        save_noise([tmp_path / name], (8, 8, 3), seed=0)
    both = f"{tmp_path}/one+{tmp_path}/two"
    assert found(load(both, r"(\w+)_")) == (("cat", "dog"), [0, 1])
    with pytest.raises(UserError, match="is for one folder"):
        load(both, "folders")


WRONG = {
    "missing.csv": "there is no such file",
    "(": "neither a file nor a regular expression",
    "cat": "needs one group",
    "(a)(b)": "has 2",
    r"(cat)_\d": "finds no label in 2 of 4 names",
    "nothing": "no file",
    "x" * 5000: "needs one group",
    "\0(": "regular expression",
}
BROKEN = {
    "": "it is empty",
    "one\ntwo\n": "must have two columns",
    "a,b,c\n1,2,3\n": "call|say by a first line",
    "file,label\ncat_0.png\n": "has no label",
    "cat_0.png,cat\n": "has no label of 3 of 4 images",
    "cat_0.png,\n": "empty label",
    "cat_0.png,cat\ncat_0.png,dog\n": "has two labels of cat_0.png: cat and dog",
}


@pytest.mark.parametrize("given", WRONG, ids=WRONG.values())
def test_what_is_no_label_is_said(photos, given):
    with pytest.raises(UserError, match=WRONG[given]):
        data.check_available(DataOptions(dataset=f"folder:{photos}", labels=given))


@pytest.mark.parametrize("text", BROKEN, ids=BROKEN.values())
def test_what_is_no_table_is_said(tmp_path, photos, text):
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(UserError, match=BROKEN[text]):
        data.check_available(DataOptions(dataset=f"folder:{photos}", labels=f"{tmp_path}/labels.csv"))


@pytest.mark.parametrize("labels", ["[]", "{", '{"labels": [["cat_0.png", [0, 1]]]}', '{"labels": [["cat_0.png"]]}'])
def test_what_is_not_stylegans_is_said(tmp_path, photos, labels):
    (tmp_path / "dataset.json").write_text(labels)
    with pytest.raises(UserError, match=r"dataset\.json"):
        load(photos, tmp_path / "dataset.json")


def test_a_class_for_each_image_is_a_mistake(tmp_path):
    save_noise([tmp_path / f"{index}.png" for index in range(20)], (8, 8, 3), seed=0)
    with pytest.raises(UserError, match="a class of its own"):
        load(tmp_path, r"(\d+)")


def test_labels_of_other_data_are_refused(tmp_path, capsys):
    assert train("--variant", "cgan", "--dataset", "avatars", "--labels", "none", "--log-dir", tmp_path) == 2
    assert "--labels is for folders of images" in capsys.readouterr().err


def test_names_in_a_table_that_are_not_utf_8(tmp_path):
    root = tmp_path / "photos"
    save_noise([root / os.fsdecode(b"caf\xe9.png"), root / "tea.png"], (8, 8, 3), seed=0)
    (tmp_path / "l.csv").write_bytes(b"caf\xe9.png,caf\xe9\ntea.png,tea\n")
    assert found(load(root, tmp_path / "l.csv")) == ((r"caf\xe9", "tea"), [0, 1])


def test_classes_of_files_that_cannot_be_read_are_none(photos):
    (photos / "deep" / "dog_2.png").write_bytes(b"")
    (photos / "deep" / "dog_3.png").write_bytes(b"")
    options = DataOptions(dataset=f"folder:{photos}", image_size=8, labels="(cat|dog)", skip_bad_files=True)
    assert found(data.load(options)) == (("cat",), [0, 0])
