"""What `fit` is given from Python: whatever it cannot learn from is one sentence, before it is learned from."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.errors import UserError
from tests.conftest import NUM_CLASSES, noise_images, small_data, tiny

COUNT, BATCH = 12, 6


def of(name):
    """A batch dict of arrays that a tiny model of a variant can be trained on: bytes."""
    return noise_images(name, COUNT).columns


def dataset(data):
    return tf.data.Dataset.from_tensor_slices(data).batch(BATCH)


class Sequence(keras.utils.PyDataset):
    """Two batches by their number."""

    def __init__(self, data):
        super().__init__()
        self.data = data

    def __len__(self):
        return COUNT // BATCH

    def __getitem__(self, index):
        return {name: values[index * BATCH :][:BATCH] for name, values in self.data.items()}


def generator(data):
    return (Sequence(data)[index] for index in range(COUNT // BATCH))


FORMS = {"dataset": dataset, "sequence": Sequence, "generator": generator, "arrays": dict}


def real(change):
    return lambda data: {**data, "real": change(data["real"].astype(np.float32) / 127.5 - 1)}


def label(change):
    return lambda data: {**data, "label": change(data["label"])}


def put(value):
    def change(values):
        values = values.copy()
        values[0] = value
        return values

    return change


BAD = {
    "bytes as floats": (real(lambda x: (x + 1) * 127.5), r"'real' must be .*floats in \[-1, 1\].* not float32 from"),
    "a little too large": (real(put(1.01)), r"float32 from -1 to 1.01"),
    "NaN": (real(put(np.nan)), "with NaN or infinity"),
    "infinite": (real(put(-np.inf)), "with NaN or infinity"),
    "sixteen bits": (lambda data: {**data, "real": data["real"].astype(np.uint16) * 257}, "uint16 from .* to 65535"),
    "negative integers": (lambda data: {**data, "real": data["real"].astype(np.int32) - 128}, "int32 from -128"),
    "no numbers": (lambda data: {**data, "real": data["real"] > 9}, "not of the type bool"),
    "channels": (lambda data: {**data, "real": data["real"][..., :1]}, r"must be \[B, 16, 16, 3\].*, 16, 16, 1\]"),
    "channels first": (lambda data: {**data, "real": data["real"].transpose(0, 3, 1, 2)}, r", 3, 16, 16\]"),
    "flat": (lambda data: {**data, "real": data["real"].reshape(COUNT, -1)}, r"not of the shape \[.*, 768\]"),
    "no images": (lambda data: {"x": data["real"], "label": data["label"]}, "no 'real', but label, x"),
    "no labels": (lambda data: {"real": data["real"]}, f"no 'label', but real: give .* from 0 to {NUM_CLASSES - 1}"),
    "labels from one": (label(lambda y: put(NUM_CLASSES)(y)), f"'label' must be .* not int32 from . to {NUM_CLASSES}"),
    "labels below": (label(put(-1)), "int32 from -1"),
    "labels of floats": (label(lambda y: y.astype(np.float32)), "'label' must be .* not of the type float32"),
    "labels one-hot": (label(lambda y: np.eye(NUM_CLASSES, dtype=np.int32)[y]), "'label' .* not of the shape"),
    "labels in a column": (label(lambda y: y[:, None]), "'label' .* not of the shape"),
}


@pytest.fixture(scope="module")
def cgan():
    model = tiny("cgan")
    model.compile()
    return model


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_learned_from_is_one_sentence(what, form, cgan):
    spoil, message = BAD[what]
    before = cgan.generator.get_weights() + cgan.discriminator.get_weights()
    with pytest.raises(UserError, match=message) as raised:
        cgan.fit(FORMS[form](spoil(of("cgan"))), verbose=0)
    assert "\n" not in str(raised.value)
    for was, now in zip(before, cgan.generator.get_weights() + cgan.discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(now, was)


@pytest.mark.parametrize("form", FORMS)
def test_good_data_in_any_form_is_learned_from(form, make_model):
    model = make_model("cgan")
    options = {"arrays": {"batch_size": BATCH}, "generator": {"steps_per_epoch": COUNT // BATCH}}.get(form, {})
    history = model.fit(FORMS[form](of("cgan")), verbose=0, **options).history
    assert np.isfinite(history["d_loss"]).all()
    assert int(model.step) == COUNT // BATCH


@pytest.mark.parametrize("variant", ["acgan", "sngan", "r3gan", "wgan"])
def test_labels_are_looked_at_whatever_the_variant(variant, make_model):
    model = make_model(variant)
    images, labels = of(variant)["real"], of(variant)["label"]
    if not model.num_classes:
        pytest.skip("it takes no labels")
    with pytest.raises(UserError, match="'label' must be"):
        model.fit(dataset((images, labels + 1)), verbose=0)
    with pytest.raises(UserError, match="'label' must be"):
        model.train_on_batch(images, labels - 1)


@pytest.mark.parametrize("form", ["dataset", "generator"])
def test_later_batches_are_looked_at_too(form, make_model):
    model, data = make_model("cgan"), of("cgan")
    data = label(lambda y: np.where(np.arange(COUNT) == COUNT - 1, NUM_CLASSES, y).astype(np.int32))(data)
    with pytest.raises(UserError, match=f"from . to {NUM_CLASSES}"):
        model.fit(FORMS[form](data), verbose=0)


def test_images_from_0_to_1_are_warned_of_once(make_model):
    pale = of("dcgan")["real"].astype(np.float32) / 255
    for data in (dataset(pale), pale):
        with pytest.warns(UserWarning, match="has no value below 0") as told:
            make_model("dcgan").fit(data, verbose=0, batch_size=None if data is not pale else BATCH)
        assert len(told) == 1
    half = 2 * pale - 1
    half[BATCH:] = abs(half[BATCH:])  # the first batch says that it is meant
    make_model("dcgan").fit(dataset(half), verbose=0)


def test_unbatched_examples_are_asked_for_in_batches(make_model):
    with pytest.raises(UserError, match="give batches of them"):
        make_model("dcgan").fit(tf.data.Dataset.from_tensor_slices(of("dcgan")["real"]), verbose=0)


def test_batches_with_fewer_examples_than_a_step_needs(make_model):
    model, images = make_model("wgan"), of("wgan")["real"]
    draws = len(model.stage.draws)
    assert draws > 1
    short = images[: BATCH + draws - 1]
    for data, size in ((dataset(short), None), (short, BATCH)):
        with pytest.raises(UserError, match=f"at least {draws} example.* a batch has {draws - 1}"):
            model.fit(data, batch_size=size, verbose=0)


@pytest.mark.parametrize("data", [({"real": 1}, 2), (1, 2, 3)])
def test_weights_and_mixed_forms_are_refused(data, make_model):
    images = of("dcgan")["real"]
    given = tuple({"real": images} if isinstance(part, dict) else images for part in data)
    with pytest.raises(UserError, match="batches must be a dict, examples alone, or"):
        make_model("dcgan").fit(dataset(given), verbose=0)


@pytest.mark.parametrize("variant", ["pix2pix", "srgan", pytest.param("cyclegan", marks=pytest.mark.slow)])
def test_sources_are_looked_at(variant, make_model):
    model, images = make_model(variant), of("dcgan")["real"]
    height, width, channels = model.fields["source"].shape
    good = np.resize(images, (COUNT, height, width, channels))
    with pytest.raises(UserError, match="no 'source'"):
        model.fit(dataset({"real": images}), verbose=0)
    with pytest.raises(UserError, match=r"'source' must be .* float32 from"):
        model.fit(dataset({"real": images, "source": good.astype(np.float32)}), verbose=0)
    with pytest.raises(UserError, match=r"'source' must be .* not of the shape"):
        model.fit(dataset({"real": images, "source": good[:, :-1]}), verbose=0)


def test_other_modalities_say_what_they_take(make_model):
    model = make_model("curve_gan")
    data = {"height": np.zeros(COUNT, np.float32), **small_data("curve_gan", COUNT).columns}
    with pytest.raises(UserError, match=r"'real' must be .* finite numbers, not float32 with NaN"):
        model.fit(dataset({**data, "real": put(np.nan)(data["real"])}), verbose=0)


def test_what_a_gan_has_no_use_for(make_model):
    model, data = make_model("dcgan"), of("dcgan")["real"]
    for options in ({"validation_data": dataset(data)}, {"validation_split": 0.5}, {"class_weight": {0: 1.0}}):
        with pytest.raises(UserError, match=f"dcgan takes no {next(iter(options))}: .*model.sample"):
            model.fit(data, verbose=0, **options)
    for ask in (model.evaluate, model.test_on_batch):
        with pytest.raises(UserError, match="no loss that says how good it is"):
            ask(data)


def test_the_command_line_trusts_its_own_pipeline(make_model):
    model = make_model("dcgan")
    model.fit(dataset(of("dcgan")["real"].astype(np.float32)), verbose=0, check=False)
    assert int(model.step) == COUNT // BATCH


@pytest.mark.parametrize("labels", [9, -1, 1.0, [0, 1, 2], np.array([0, NUM_CLASSES]), "a", [[0, 1]]])
def test_labels_that_are_asked_for(labels, make_model):
    model = make_model("cgan")
    with pytest.raises(UserError, match=r"^labels must be "):
        model.sample(2, labels=labels)
    np.testing.assert_array_equal(model.sample(2, labels=[1, 1]), model.sample(2, labels=np.uint8(1)))
