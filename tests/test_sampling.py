"""What a model is given to show something, input by input, by hand."""

from dataclasses import dataclass
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from keras_gan import sampling
from keras_gan.errors import UserError
from keras_gan.modalities.base import Field
from keras_gan.modalities.image import Image
from keras_gan.modalities.label import Label
from keras_gan.modalities.latents import Latents
from keras_gan.modalities.scalar import Scalar
from keras_gan.randomness import portable_latents
from keras_gan.sampling import Sampler
from tests.conftest import noise_images, sampler_of


@dataclass(frozen=True)
class Told(Field):
    """A field whose preview is what it was told to show."""

    def preview(self, values, columns=None):
        return values, columns


class Sum:
    """A network that adds up its inputs, each weighted by its place, as a model has one."""

    name = "sum"

    def __init__(self, *shown, num_classes=0, **fields):
        self.fields, self.num_classes, self._shown, self._given = {"real": Told()}, num_classes, shown, fields
        self.rows = []

    def exported(self):
        def made(values, training):
            values = values if isinstance(values, list) else [values]
            self.rows.append(len(values[0]))
            return sum(10**place * np.reshape(value, (len(value), -1)) for place, value in enumerate(values))

        made.inputs = [SimpleNamespace(name=name) for name in self._given]
        return {"sum": made}

    def input_fields(self, _):
        return self._given

    def shown(self, sampler, count):
        return [np.full((count, 1), float(value)) for value in self._shown] or [sampler.samples(count)]


def test_each_input_has_a_value_for_each_seed_of_its_own():
    model = Sum(latents=Latents(3), labels=Label(4), strength=Scalar("strength", 0.25, 0.0, 1.0))
    sampler, seeds = Sampler(model), np.array([6, -1, 4], np.int64)
    inputs = sampler.inputs(seeds)
    assert list(inputs) == ["latents", "labels", "strength"]
    np.testing.assert_array_equal(inputs["latents"], portable_latents(seeds, 3))
    assert inputs["labels"].tolist() == [2, 3, 0]
    assert inputs["strength"].tolist() == [0.25] * 3
    assert (inputs["labels"].dtype, inputs["strength"].dtype) == (np.int32, np.float32)
    assert (sampler.examples, sampler.example_count) == (None, None)
    given = sampler.inputs(seeds, labels=np.array([1, 1, 3]))
    assert given["labels"].tolist() == [1, 1, 3]
    np.testing.assert_array_equal(given["latents"], inputs["latents"])


def test_samples_are_of_consecutive_seeds_in_parts(monkeypatch):
    monkeypatch.setattr(sampling, "BATCH_SIZE", 2)
    model = Sum(labels=Label(4), strength=Scalar("strength", 0.25, 0.0, 1.0))
    sampler = Sampler(model)
    assert sampler.samples(5, seed=2)[:, 0].tolist() == [4.5, 5.5, 2.5, 3.5, 4.5]
    assert model.rows == [2, 2, 1]
    assert sampler.samples(3, labels=3)[:, 0].tolist() == [5.5] * 3
    assert sampler.samples(3, labels=[3, 0, 1])[:, 0].tolist() == [5.5, 2.5, 3.5]
    assert sampler.labels(3, seed=-1).tolist() == [3, 0, 1]


def test_labels_are_refused_where_there_are_none():
    sampler = Sampler(Sum(strength=Scalar("strength", 0.25, 0.0, 1.0)))
    with pytest.raises(UserError, match="sum was built without labels"):
        sampler.samples(2, labels=1)
    assert sampler.labels(2) is None
    assert sampler.targets(2) is None


def column(*values):
    return np.array(values, np.float32)[:, None]


def test_examples_go_round_each_column_by_its_own_length():
    model = Sum(source=Image(None, None, 1))
    sampler = Sampler(model, {"real": column(7, 8, 9), "source": column(1, 2)}, aligned=False)
    seeds = np.array([0, 2, 3, -1, 5], np.int64)
    rows = sampler.of_examples(seeds)
    assert rows["real"][:, 0].tolist() == [7, 9, 7, 9, 9]
    assert rows["source"][:, 0].tolist() == [1, 1, 2, 2, 2]
    assert sampler.inputs(seeds)["source"][:, 0].tolist() == [1, 1, 2, 2, 2]
    assert sampler.samples(3, seed=1)[:, 0].tolist() == [2, 1, 2]
    assert sampler.targets(2) is None  # they are unrelated
    assert sampler.example_count == 3


def test_targets_are_the_examples_of_the_same_seeds():
    sampler = Sampler(Sum(source=Image(None, None, 1)), {"real": column(7, 8, 9), "source": column(1, 2, 3)})
    assert sampler.targets(4, seed=1)[:, 0].tolist() == [8, 9, 7, 8]
    with pytest.raises(RuntimeError, match="sum makes its samples of examples"):
        Sampler(Sum(source=Image(None, None, 1))).samples(1)


def test_examples_that_a_model_does_not_need_are_left_aside():
    sampler = Sampler(Sum(strength=Scalar("strength", 0.25, 0.0, 1.0)), {"real": column(7, 8)})
    assert (sampler.examples, sampler.targets(1)) == (None, None)


def test_images_come_out_at_the_outer_edge(make_model):
    model = make_model("pix2pix", compiled=False)
    sampler = sampler_of(model, count=3)
    real = sampler.examples["real"]
    np.testing.assert_allclose(sampler.targets(4), 0.5 + 0.5 * real[[0, 1, 2, 0]], atol=1e-6)
    made = np.array(model.generator(sampler.examples["source"][1:2]))
    np.testing.assert_allclose(sampler.samples(1, seed=4), np.clip(0.5 + 0.5 * made, 0, 1), atol=1e-6)


def test_sampler_of_data_that_is_not_needed(make_model):
    model = make_model("dcgan", compiled=False)
    assert sampling.of_data(model, None, 5).examples is None
    held_out = noise_images("cyclegan", 4)
    sampler = sampling.of_data(make_model("cyclegan", compiled=False), held_out, 3)
    assert (sampler.example_count, sampler.aligned) == (3, False)


# --- Previews ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "shape"),
    [
        ((), (64, None)),
        ((0, 5), (5, None)),
        ((1,), (64, None)),
        ((2,), (16, 2)),
        ((10,), (80, 10)),
        ((16,), (128, 16)),
        ((17,), (64, None)),
        ((10, 64), (64, 10)),
        ((10, 3), (3, 3)),
    ],
)
def test_sheet(arguments, shape):
    assert sampling.sheet(*arguments) == shape


def test_preview_of_seeds_has_a_column_for_each_class():
    values, columns = Sampler(Sum(labels=Label(3), num_classes=3)).preview()
    assert (values[:, 0].tolist(), columns) == ([0, 1, 2] * 8, 3)
    values, columns = Sampler(Sum(labels=Label(3))).preview(5)
    assert (values[:, 0].tolist(), columns) == ([0, 1, 2, 0, 1], None)


@pytest.mark.parametrize(("shown", "columns"), [(2, 12), (3, 12), (5, 10), (6, 12), (7, 7), (13, 13)])
def test_preview_of_examples_has_each_in_a_row(shown, columns):
    model = Sum(*range(shown), source=Image(None, None, 1))
    sampler = Sampler(model, {"source": column(1, 2)})
    values, found = sampler.preview(4)
    assert (values[:, 0].tolist(), found) == ([*range(shown)] * 4, columns)
    assert len(sampler.preview()[0]) == 16 * shown


def test_preview_of_one_value_for_each_example():
    values, columns = Sampler(Sum(source=Image(None, None, 1)), {"source": column(1, 2)}).preview(3)
    assert (values[:, 0].tolist(), columns) == ([1, 2, 1], None)


def test_preview_of_images_is_a_picture(make_model, tmp_path):
    preview = sampler_of(make_model("cgan", compiled=False)).preview(6)
    assert preview.suffix == ".png"
    with open(tmp_path / "preview.png", "wb") as file:
        preview.write(file)
    assert keras.utils.img_to_array(keras.utils.load_img(tmp_path / "preview.png")).shape == (2 * 96, 3 * 96, 3)
