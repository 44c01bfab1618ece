"""What a run's folder says of its data: fields, and the arrays that they have learned."""

import dataclasses
import json
import re
import sys
import types
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from keras_gan import registry
from keras_gan.config import RunConfig
from keras_gan.data.dataset import Dataset
from keras_gan.errors import UserError
from keras_gan.modalities.base import Field
from keras_gan.modalities.image import Image
from keras_gan.modalities.label import Label
from keras_gan.runs import run_folder
from tests.conftest import noise_images


@dataclass(frozen=True, eq=False)
class Centred(Field):
    """Rows of numbers that know the mean and the spread of the data."""

    width: int
    mean: np.ndarray | None = None
    spread: np.ndarray | None = None

    kind: ClassVar[str] = "centred"
    array_names: ClassVar[tuple] = ("mean", "spread")

    @property
    def shape(self):
        return (self.width,)

    def fitted(self, column):
        return dataclasses.replace(self, mean=column.mean(axis=0), spread=column.std(axis=0))


@pytest.fixture
def centred(monkeypatch):
    """A data set with fields that have learned something."""
    module = types.ModuleType("keras_gan.modalities.centred")
    module.FIELD = Centred
    monkeypatch.setitem(sys.modules, module.__name__, module)
    columns = {name: np.random.default_rng(seed).normal(size=(5, 3)) for seed, name in enumerate(("real", "source"))}
    fields = {"real": Centred(3), "source": Centred(3)}
    return Dataset("some", fields, columns, (("real", "source"),), "me.", "none.").fitted()


def create(tmp_path, dataset, name="run"):
    run = RunConfig(variant="dcgan", run_name=name, log_dir=str(tmp_path))
    return run_folder.create(run, registry.module("dcgan").TINY, dataset)


def test_fields_of_images_need_no_file_of_arrays(tmp_path):
    dataset = noise_images("srgan", 4)
    folder = create(tmp_path, dataset)
    assert not folder.fields_file.exists()
    assert "fields_sha256" not in run_folder.data_facts(folder)
    assert run_folder.fields(folder) == dataset.fields == {"real": Image(16, 16, 3), "label": Label(3, ("a", "b", "c"))}
    assert run_folder.data_facts(folder) == json.loads(json.dumps(dataset.facts))


@pytest.mark.parametrize("source", [None, (8, 9, 1)])
@pytest.mark.parametrize("classes", [[], ["cat", "dog"]])
def test_data_of_before_fields_were_described_is_of_images(source, classes, tmp_path):
    folder = create(tmp_path, noise_images("dcgan", 4))
    facts = {
        "name": "folder:x",
        "images": 7,
        "image_shape": [16, 12, 3],
        "classes": classes,
        "source": "",
        "treatment": "",
    }
    if source:
        facts |= {"sources": 7, "source_shape": list(source), "aligned": True}
    folder.data_file.write_text(json.dumps(facts))
    expected = {"real": Image(16, 12, 3)}
    expected |= {"label": Label(2, ("cat", "dog"))} if classes else {}
    expected |= {"source": Image(8, 9, 1)} if source else {}
    assert run_folder.fields(folder) == expected


def test_what_fields_have_learned_is_kept(centred, tmp_path):
    folder = create(tmp_path, centred)
    assert set(np.load(folder.fields_file).files) == {
        *("real/mean", "real/spread", "source/mean", "source/spread"),
    }
    found = run_folder.fields(folder)
    assert list(found) == ["real", "source"]
    for name, field in found.items():
        assert field.width == 3
        np.testing.assert_array_equal(field.mean, centred.columns[name].mean(axis=0))
        np.testing.assert_array_equal(field.spread, centred.columns[name].std(axis=0))
    assert not np.array_equal(found["real"].mean, found["source"].mean)


@pytest.mark.parametrize("damage", ["another", "cut", "gone", "no digest"])
def test_changed_arrays_are_refused(damage, centred, tmp_path):
    folder = create(tmp_path, centred)
    if damage == "another":
        other = dataclasses.replace(
            centred, columns={name: 2 * rows for name, rows in centred.columns.items()}
        ).fitted()
        folder.fields_file.write_bytes(create(tmp_path, other, "other").fields_file.read_bytes())
    elif damage == "cut":
        folder.fields_file.write_bytes(folder.fields_file.read_bytes()[:-9])
    elif damage == "gone":
        folder.fields_file.unlink()
    if damage != "no digest":
        with pytest.raises(UserError, match=f"{re.escape(str(folder.fields_file))} cannot be used: "):
            run_folder.fields(folder)
        return
    # Without it the file is not looked at, and the fields are as they were before they learned.
    facts = json.loads(folder.data_file.read_text())
    del facts["fields_sha256"]
    folder.data_file.write_text(json.dumps(facts))
    assert run_folder.fields(folder)["real"].mean is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fields": {"real": {"kind": "sound"}}}, "a value of the kind 'sound' cannot be made of"),
        ({"fields": {"real": {"kind": "image", "height": 3}}}, "a value of the kind 'image' cannot be made of"),
        ({"fields": ["real"]}, "cannot be read"),
        ({"fields": {"real": 3}}, "cannot be read"),
        ({"fields_sha256": 3}, "cannot be read"),
        ({"fields": None, "image_shape": None}, "does not say of which shape"),
        ({"fields": None, "source_shape": [3]}, "does not say of which shape"),
    ],
)
def test_descriptions_that_are_none(changes, message, tmp_path):
    folder = create(tmp_path, noise_images("dcgan", 4))
    facts = {**json.loads(folder.data_file.read_text()), **changes}
    folder.data_file.write_text(json.dumps({name: value for name, value in facts.items() if value is not None}))
    with pytest.raises(UserError, match=message):
        run_folder.fields(folder)


# --- Births ---------------------------------------------------------------------------------------------------------


def test_a_run_that_was_killed_at_its_birth_is_not_there(tmp_path, centred, monkeypatch):
    def killed(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run_folder, "_write_data", killed)
        with pytest.raises(KeyboardInterrupt):
            create(tmp_path, centred)
    assert not list(tmp_path.iterdir())
    assert create(tmp_path, centred).path == tmp_path / "run"
    with pytest.raises(UserError, match="exists"):
        create(tmp_path, centred)


def test_runs_that_begin_at_once_take_two_names(tmp_path, centred, monkeypatch):
    first = create(tmp_path, centred, name=None)
    real, asked = run_folder._free_name, []

    def late(run):
        asked.append(run)
        return first.name if len(asked) == 1 else real(run)  # the first answer is of before the other run was there

    monkeypatch.setattr(run_folder, "_free_name", late)
    assert create(tmp_path, centred, name=None).name == f"{first.name}-2"
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("place", [".lock", "scores.jsonl", "samples/step-000000001.png", "checkpoints"])
def test_a_run_with_links_is_refused(tmp_path, centred, place):
    folder = create(tmp_path / "runs", centred)
    path, elsewhere = folder.path / place, tmp_path / "elsewhere"
    if path.is_dir():
        path.rename(elsewhere)
    else:
        elsewhere.write_text("mine")
    path.symlink_to(elsewhere)
    with pytest.raises(UserError, match=f"{path.name} is a link"):
        run_folder.find(str(tmp_path / "runs"), "run")
