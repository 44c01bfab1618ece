"""Fields: kinds of values from one form to the other, and to JSON and back."""

import json
import pkgutil
import sys
import types
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
import tensorflow as tf

from keras_gan import modalities
from keras_gan.errors import UserError
from keras_gan.modalities.base import Field
from keras_gan.modalities.chance import Chance
from keras_gan.modalities.features import Features
from keras_gan.modalities.image import Image, Mask
from keras_gan.modalities.label import Label, class_count
from keras_gan.modalities.latents import Latents
from keras_gan.modalities.motion import Motion
from keras_gan.modalities.motion.start import Start
from keras_gan.modalities.noise_map import NoiseMap
from keras_gan.modalities.numbers import Numbers
from keras_gan.modalities.scalar import Scalar
from keras_gan.modalities.sound import Waveform
from keras_gan.modalities.sound.spectrogram import Spectrogram
from keras_gan.modalities.styles import Styles
from keras_gan.modalities.text import Tokens
from keras_gan.modalities.text.prefix import Prefix
from keras_gan.modalities.video import Video
from keras_gan.randomness import portable_latents


@dataclass(frozen=True, eq=False)
class Table(Field):
    """A kind of values that learns something of the data."""

    width: int
    names: tuple[str, ...]
    mean: np.ndarray

    kind: ClassVar[str] = "table"
    array_names: ClassVar[tuple] = ("mean",)


# One of each kind, with no default left as it is.
EXAMPLES = {
    "image": Image(32, 48, 3),
    "image.mask": Mask(None, 5, 1),
    "label": Label(3, ("cat", "ö", "")),
    "latents": Latents(7),
    "noise_map": NoiseMap(4, 8),
    "styles": Styles(5, 4),
    "text": Tokens(5, ("", "<unk>", "a", "b"), "char", True, ("ab",)),
    "text.prefix": Prefix(5, ("", "<unk>", "a", "b"), "char", True, ()),
    "motion": Motion(16, 25.0, ("hips", "head"), (-1, 0), 0.01),
    "motion.start": Start(2, 25.0, ("hips", "head"), (-1, 0), 0.01),
    "numbers": Numbers("positions", (16, 2, 3), "places", True),
    "sound": Waveform(4096, 16000),
    "sound.spectrogram": Spectrogram(4096, 16000, 32),
    "video": Video(4, 8, 6, 3, 12.0),
    "features": Features("moments", 5, positive=True),
    "chance": Chance(6),
    "scalar": Scalar("truncation", 0.7, 0.1, 1.5, "how far from the mean"),
}


def kinds():
    """The kinds of values that the package has: modules that say `FIELD`."""
    names = [module.name for module in pkgutil.iter_modules(modalities.__path__[:1])]
    return {name for name in names if name != "base"}


def test_there_is_an_example_of_each_kind():
    assert kinds() == {kind for kind in EXAMPLES if "." not in kind}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_described_and_restored(kind):
    field = EXAMPLES[kind]
    assert modalities.field_class(kind) is type(field)
    assert field.kind == kind
    description = json.loads(json.dumps(modalities.describe(field)))
    assert description["kind"] == kind
    assert modalities.arrays_of(field) == {}
    assert modalities.describe(modalities.restore(description)) == modalities.describe(field)


def test_described_and_restored_with_arrays(monkeypatch):
    module = types.ModuleType("keras_gan.modalities.table")
    module.FIELD = Table
    monkeypatch.setitem(sys.modules, module.__name__, module)
    field = Table(3, ("a", "b"), np.array([1.5, -2.0]))
    description = json.loads(json.dumps(modalities.describe(field)))
    assert description == {"kind": "table", "width": 3, "names": ["a", "b"]}
    found = modalities.restore(description, modalities.arrays_of(field))
    assert (found.width, found.names) == (3, ("a", "b"))
    np.testing.assert_array_equal(found.mean, field.mean)
    with pytest.raises(UserError, match="of the kind 'table' cannot be made"):
        modalities.restore(description)


@pytest.mark.parametrize(
    "description",
    [
        {},
        {"kind": "sound"},
        {"kind": "base"},
        {"kind": ""},
        {"kind": None},
        {"kind": "image.pictures", "height": 1},
        {"kind": "image", "height": 8, "width": 8},
        {"kind": "image", "height": 8, "width": 8, "channels": 3, "depth": 2},
        {"kind": "label", "classes": 3},
    ],
)
def test_descriptions_of_nothing(description):
    with pytest.raises(UserError, match=r"a value of the kind .* cannot be made of"):
        modalities.restore(description)


# --- Images -----------------------------------------------------------------------------------------------------------

ALL_BYTES = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
IMAGE = Image(16, 16, 1)


def test_all_bytes_there_and_back():
    inside = IMAGE.to_model(ALL_BYTES)
    assert inside.dtype == tf.float32
    np.testing.assert_allclose(inside, ALL_BYTES / 127.5 - 1, atol=1e-6)
    edge = IMAGE.from_model(inside)["images"].numpy()
    np.testing.assert_allclose(edge, IMAGE.to_edge(ALL_BYTES), atol=1e-6)
    np.testing.assert_array_equal(IMAGE.to_edge(ALL_BYTES), ALL_BYTES / np.float32(255))
    for values in (edge, IMAGE.to_edge(ALL_BYTES)):
        assert values.dtype == np.float32
        stored = IMAGE.to_stored(values)
        assert stored.dtype == np.uint8
        np.testing.assert_array_equal(stored, ALL_BYTES)


def test_stored_values_are_rounded_or_exact():
    values = np.array([0.0, 0.1, 0.3009, 1.0], np.float32)
    np.testing.assert_array_equal(IMAGE.to_stored(values), [0, 26, 77, 255])
    np.testing.assert_allclose(IMAGE.to_stored(values, exact=True), [0, 25.5, 76.7295, 255], rtol=1e-6)


def test_what_is_float_is_in_the_range_of_networks_already():
    values = tf.constant([[-1.0, 0.25, 3.0]])
    np.testing.assert_array_equal(IMAGE.to_model(values), values)
    np.testing.assert_allclose(IMAGE.from_model(values)["images"], [[0.0, 0.625, 1.0]])


def test_words_and_facts_of_images():
    assert Image(32, 48, 3).words == "48x32x3"  # width first, as people say it
    assert Image(None, None, 1).words == "*x*x1"
    assert Image(32, 48, 3).facts(7) == {"images": 7, "image_shape": [32, 48, 3]}
    assert Field.facts(Latents(5), 7) == {"examples": 7, "shape": [5]}


def test_files_of_images():
    values = np.array([[[[0.0, 1.0, 0.3009]]], [[[np.nan, 0.1, 1.0]]]], np.float32)
    (name, files), *others = Image(1, 1, 3).finish(tf.constant(values)).items()
    assert (name, others) == ("image_bytes", [])
    pixels = [tf.io.decode_png(file).numpy().ravel().tolist() for file in files]
    assert pixels == [[0, 255, 77], [0, 26, 255]]


def test_masks_are_of_zeros_and_ones():
    field = Mask(None, None, 1)
    given = tf.constant([[0.0, 0.5, 0.5000001, 0.9, 1.0]])
    assert field.to_model(given).numpy().tolist() == [[0, 0, 1, 1, 1]]
    assert field.to_model(given).dtype == tf.float32
    assert (field.plural, field.spec(2).name, field.spec(2).shape.as_list()) == ("masks", "masks", [2, None, None, 1])


# --- Other kinds ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [np.array([[7, 255, 0]], np.int32), np.array([[1.5, -3.0]], np.float32)])
def test_a_field_of_numbers_changes_nothing_on_the_way_in(values):
    """Integers under the name `real` were once taken for pixels."""
    stored = tf.constant(values)
    assert Field().to_model(stored) is stored
    (outside,) = Field().from_model(stored).values()
    assert outside is stored


def test_labels():
    field = Label(4, tuple("abcd"))
    assert field.to_model(np.array([3, 0], np.uint8)).dtype == tf.int32
    assert field.to_model(np.array([3, 0], np.uint8)).numpy().tolist() == [3, 0]
    assert field.of_seeds(np.array([5, -1, 8], np.int64)).numpy().tolist() == [1, 3, 0]
    assert (field.spec().name, field.spec().dtype, field.spec().shape.as_list()) == ("labels", tf.int32, [None])
    assert (class_count({"label": field}), class_count({})) == (4, 0)


def test_values_of_seeds():
    seeds = np.array([3, -9], np.int64)
    np.testing.assert_array_equal(Latents(5).of_seeds(seeds), portable_latents(seeds, 5))
    assert Scalar("knob", 0.25, 0.0, 1.0).of_seeds(seeds).numpy().tolist() == [0.25, 0.25]
    assert IMAGE.of_seeds(seeds) is None
    assert Latents(5).spec(3) == tf.TensorSpec([3, 5], tf.float32, name="latents")
    assert Scalar("knob", 0.25, 0.0, 1.0).spec() == tf.TensorSpec([None], tf.float32, name="knob")


def test_values_as_files_are_arrays_unless_a_kind_says_otherwise(tmp_path):
    value = np.array([0.5, -1.5], np.float32)
    with open(tmp_path / "one.npy", "wb") as file:
        Latents(2).write(file, value)
    np.testing.assert_array_equal(np.load(tmp_path / "one.npy"), value)


# --- Sounds -----------------------------------------------------------------------------------------------------------

SOUND, SEEN = Waveform(2048, 8000), Spectrogram(2048, 8000, 32)
STORED = np.rint(20000 * np.sin(np.arange(2 * 2048).reshape(2, 2048) * [[0.3], [0.7]])).astype(np.int16)


def test_waveforms_there_and_back():
    inside = SOUND.to_model(STORED)
    np.testing.assert_allclose(inside, STORED / 32767, atol=1e-6)
    np.testing.assert_array_equal(SOUND.to_model(inside), inside)  # what is float already is in that range
    edge = SOUND.from_model(inside)["waveform"].numpy()
    np.testing.assert_array_equal(SOUND.to_stored(edge), STORED)
    assert SOUND.to_stored(np.array([-2.0, 2.0, np.nan])).tolist() == [-32767, 32767, 0]
    assert (SOUND.shape, SOUND.model_shape, SOUND.edge_shape) == ((2048,),) * 3
    assert SOUND.words == "0.256 s at 8000 Hz"


def test_spectrograms_are_of_the_same_stored_sounds():
    inside = SEEN.to_model(STORED)
    assert (SEEN.shape, SEEN.model_shape, SEEN.edge_shape) == ((2048,), (32, 16, 1), (32, 16))
    assert inside.shape == (2, *SEEN.model_shape)
    assert inside.numpy().min() >= -1
    np.testing.assert_array_equal(SEEN.to_model(inside), inside)
    edge = SEEN.from_model(inside)["spectrogram"].numpy()
    np.testing.assert_allclose(edge, SEEN.to_edge(STORED), atol=1e-5)
    heard = SEEN.to_stored(edge)
    assert (heard.dtype, heard.shape) == (np.int16, STORED.shape)
    assert np.abs(SEEN.to_edge(heard) - edge).mean() < 0.08  # what is not quite silent comes back louder
    assert SEEN.edge_words() == "float32 [N, 32, 16] in [0, 1], low bands first"


@pytest.mark.parametrize("field", [SOUND, SEEN], ids=lambda field: field.kind)
def test_files_and_completions_of_sounds(field, tmp_path):
    edge = field.to_edge(STORED)
    completed = field.completed(tf.constant(edge))
    assert completed.keys() == {*field.completions, "wav_bytes"}
    waveforms = np.asarray(field.waveforms(edge))
    for content, waveform in zip(completed["wav_bytes"].numpy(), waveforms, strict=True):
        samples, rate = tf.audio.decode_wav(content)
        assert int(rate) == 8000
        np.testing.assert_allclose(samples[:, 0], waveform, atol=2e-3)
    preview = field.preview(edge)
    assert (preview.suffix, [each.suffix for each in preview.beside]) == (".wav", [".png"])
    with open(tmp_path / "one.wav", "wb") as file:
        field.write(file, edge[0])
    assert (tmp_path / "one.wav").stat().st_size == 44 + 2 * 2048
