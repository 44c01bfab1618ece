"""Image-to-image models as SavedModel, TFLite and ONNX: any size, whole files, holes, two networks."""

import io
import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from PIL import Image

from keras_gan import exporters
from keras_gan.errors import UserError
from keras_gan.exporters import formats, onnx, outgoing, peak_memory, saved_model, tflite, verify, warmup
from keras_gan.exporters.deliverables import Deliverables
from keras_gan.layers.reflection_pad import ReflectionPadding2D
from keras_gan.modalities.image import Image as ImageField
from keras_gan.modalities.image import decoding, decoding_in_graph
from keras_gan.modalities.scalar import Scalar
from tests.exporters import translators


@pytest.fixture(scope="module")
def signatures():
    """The signatures of the SavedModel of a kind of model."""
    loaded = {}

    def of(kind):
        loaded[kind] = tf.saved_model.load(str(translators.exported(kind)))  # must stay alive
        return loaded[kind].signatures

    return of


def pixels(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def unit(pixels):
    return pixels.astype(np.float32) / 255


def of_keras(network, images, multiple, scale=1):
    """What the network itself makes of images in [0, 1], continued by their edge."""
    height, width = images.shape[1:3]
    missing = ((0, 0), (0, -height % multiple), (0, -width % multiple), (0, 0))
    outputs = network(np.pad(2 * images - 1, missing, mode="edge"))
    return (np.clip(outputs, -1, 1)[:, : scale * height, : scale * width] + 1) / 2


def png(pixels, **options):
    return file(Image.fromarray(pixels), "PNG", **options)


def file(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def opened(content):
    return np.asarray(Image.open(io.BytesIO(content))).astype(int)


# --- Any size -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (16, 16), (17, 30), (53, 5)])
@pytest.mark.parametrize(("kind", "multiple", "scale"), [("plain", 4, 1), ("large", 1, 4)])
def test_images_of_any_size(signatures, kind, multiple, scale, size):
    given = unit(pixels(2, *size, 3))
    outputs = signatures(kind)["serving_default"](images=tf.constant(given))["images"]
    assert outputs.shape == (2, scale * size[0], scale * size[1], 3)
    expected = of_keras(translators.model(kind).exported()["generator"], given, multiple, scale)
    np.testing.assert_allclose(outputs, expected, atol=1e-5)
    assert np.ptp(expected) > 0.2


def test_what_networks_cannot_reflect_is_continued_further(tmp_path):
    source = keras.Input((None, None, 3), name="source")
    x = layers.Conv2D(2, 7, strides=2)(ReflectionPadding2D(3)(source))
    network = keras.Model(source, layers.Conv2DTranspose(3, 4, strides=2, padding="same")(x))
    model = translators.model("plain")
    model.exported, model.size_multiple = lambda: {"generator": network}, 2
    (found,) = translators.networks("plain", model)
    assert found.smallest == 4  # of two pixels three cannot be reflected
    given = unit(pixels(1, 1, 2, 3))
    wide = np.pad(given, ((0, 0), (0, 3), (0, 2), (0, 0)), mode="edge")
    expected = np.clip((network(2 * wide - 1)[:, :1, :2] + 1) / 2, 0, 1)
    np.testing.assert_allclose(found.of_any_size(images=tf.constant(given))["images"], expected, atol=1e-6)


def test_rows_of_a_batch_do_not_depend_on_each_other(signatures):
    run = signatures("plain")["serving_default"]
    given = tf.constant(unit(pixels(3, 9, 14, 3)))
    together = run(images=given)["images"]
    np.testing.assert_allclose(run(images=given[1:2])["images"], together[1:2], atol=1e-6)


# --- Image files ----------------------------------------------------------------------------------------------------


def test_files_of_different_sizes_in_one_batch(signatures):
    found = signatures("plain")
    colours = [pixels(9, 14, 3), pixels(4, 4, 3, seed=1), pixels(1, 23, 3, seed=2)]
    answers = found["image_bytes"](image_bytes=tf.constant([png(each) for each in colours]))["image_bytes"].numpy()
    for each, answer in zip(colours, answers, strict=True):
        expected = found["serving_default"](images=tf.constant(unit(each)[None]))["images"][0].numpy()
        assert answer.startswith(b"\x89PNG")
        assert opened(answer).shape == each.shape
        assert np.abs(opened(answer) / 255 - expected).max() <= 0.5 / 255 + 1e-6


def kinds_of_files():
    colour, grey, alpha = pixels(8, 12, 3), pixels(8, 12, seed=1), pixels(8, 12, 4, seed=2)
    smooth = np.clip(np.add.outer(np.arange(8) * 9, np.arange(12) * 11)[:, :, None] + [0, 40, 90], 0, 255)
    palette = Image.fromarray(colour).quantize(16)
    transparent = palette.copy()
    transparent.info["transparency"] = 3
    return {
        "colour": (png(colour), 0),
        "grey": (png(grey), 0),
        "grey and opacity": (png(np.stack([grey, grey.T.reshape(8, 12)], axis=2)), 1),
        "colour and opacity": (png(alpha), 1),
        "palette": (file(palette, "PNG"), 0),
        "palette with a transparent colour": (file(transparent, "PNG"), 1),
        "bmp": (file(Image.fromarray(colour), "BMP"), 0),
        "gif": (file(Image.fromarray(grey), "GIF"), 0),
        "jpeg": (file(Image.fromarray(smooth.astype(np.uint8)), "JPEG", quality=95), 1),
        "grey jpeg": (file(Image.fromarray(smooth[:, :, 1].astype(np.uint8)), "JPEG"), 1),
    }


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", kinds_of_files())
def test_files_are_read_as_in_training(kind, channels):
    content, tolerance = kinds_of_files()[kind]
    expected = decoding.to_array(decoding.flatten(Image.open(io.BytesIO(content)), channels)).astype(int)
    found = decoding_in_graph.decoded(tf.constant(content), channels).numpy()
    assert found.shape == (8, 12, channels)
    if channels == 1:  # Pillow rounds what lies in the middle in another way
        tolerance += 1
    assert np.abs(255 * found - expected).max() <= tolerance + 1e-3


def test_greys_are_made_of_colours(signatures):
    content = png(pixels(6, 7, 3))
    answer = signatures("local")["image_bytes"](image_bytes=tf.constant([content]))["image_bytes"].numpy()[0]
    grey = unit(np.asarray(Image.open(io.BytesIO(content)).convert("L")))[None, :, :, None]
    expected = of_keras(translators.model("local").exported()["generator"], grey, 1)[0, :, :, 0]
    assert np.abs(opened(answer) - 255 * expected).max() <= 3


# --- Holes ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def hole():
    masks = np.zeros((2, 11, 18, 1), np.float32)
    masks[0, 2:7, 4:9], masks[1, 5:, 11:] = 1.0, 0.7
    return masks


def test_what_is_known_comes_back_to_the_bit(signatures, hole):
    given = unit(pixels(2, 11, 18, 3))
    outputs = signatures("masked")["serving_default"](images=given, masks=hole)["images"].numpy()
    known = np.broadcast_to(hole <= 0.5, given.shape)
    np.testing.assert_array_equal(outputs[known], given[known])
    source = np.where(hole > 0.5, -1, 2 * given - 1)
    missing = ((0, 0), (0, 1), (0, 2), (0, 0))
    batch = {"source": source, "mask": (hole > 0.5).astype(np.float32)}
    batch = [np.pad(values, missing, mode="edge") for values in batch.values()]
    expected = translators.model("masked").exported()["generator"](batch)[:, :11, :18]
    np.testing.assert_allclose(outputs, (expected + 1) / 2, atol=1e-5)


def test_what_the_hole_shows_is_not_looked_at(signatures, hole):
    run = signatures("masked")["serving_default"]
    given = unit(pixels(2, 11, 18, 3))
    other = np.where(hole > 0.5, 1 - given, given)
    np.testing.assert_array_equal(run(images=given, masks=hole)["images"], run(images=other, masks=hole)["images"])
    less = np.where(hole > 0.6, hole, 0.4)  # still outside
    np.testing.assert_array_equal(run(images=given, masks=hole)["images"], run(images=given, masks=less)["images"])


def test_files_with_masks(signatures, hole):
    found = signatures("masked")
    colours = pixels(2, 11, 18, 3)
    masks = [png((each[:, :, 0] > 0.5).astype(np.uint8) * 200) for each in hole]
    files = {"image_bytes": tf.constant([png(each) for each in colours]), "mask_bytes": tf.constant(masks)}
    answers = found["image_bytes"](**files)["image_bytes"].numpy()
    expected = found["serving_default"](images=unit(colours), masks=hole)["images"].numpy()
    for each, answer, whole, mask in zip(colours, answers, expected, hole, strict=True):
        assert np.abs(opened(answer) / 255 - whole).max() <= 0.5 / 255 + 1e-6
        known = mask[:, :, 0] <= 0.5
        np.testing.assert_array_equal(opened(answer)[known], each[known])


# --- Two networks ---------------------------------------------------------------------------------------------------


def test_two_networks_have_signatures_of_their_own(signatures):
    found = signatures("two")
    assert set(found) == {"serving_default", "AtoB", "AtoB_image_bytes", "BtoA", "BtoA_image_bytes"}
    networks = translators.model("two").exported()
    colour, grey = unit(pixels(1, 5, 8, 3)), unit(pixels(1, 5, 8, 1, seed=1))
    for name, given in (("AtoB", colour), ("serving_default", colour), ("BtoA", grey)):
        expected = of_keras(networks["BtoA" if name == "BtoA" else "AtoB"], given, 2)
        np.testing.assert_allclose(found[name](images=tf.constant(given))["images"], expected, atol=1e-5)
    answer = found["BtoA_image_bytes"](image_bytes=tf.constant([png(pixels(5, 8))]))["image_bytes"].numpy()[0]
    assert opened(answer).shape == (5, 8, 3)


# --- For servers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["large", "masked", "two"])
def test_warm_up_requests_call_every_signature(signatures, kind):
    found = signatures(kind)
    log = warmup.prediction_log()
    asked = {}
    path = translators.exported(kind) / "assets.extra" / "tf_serving_warmup_requests"
    for record in tf.data.TFRecordDataset(str(path)):
        request = log.FromString(record.numpy()).predict_log.request
        inputs = {name: tf.constant(tf.make_ndarray(value)) for name, value in request.inputs.items()}
        asked[request.model_spec.signature_name] = found[request.model_spec.signature_name](**inputs)
    assert set(asked) == set(found)
    images = asked["serving_default"]["images"]
    assert images.shape[1:3] == (64, 64) if kind == "large" else (16, 16)


# --- Phones ---------------------------------------------------------------------------------------------------------


def runner(path):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path))
    operations = {operation["op_name"] for operation in interpreter._get_ops_details()}
    assert not any(name.startswith("Flex") or name == "CUSTOM" for name in operations)
    return interpreter.get_signature_runner("serving_default")


@pytest.mark.parametrize(
    ("kind", "name", "inputs", "output"),
    [
        ("plain", "generator.tflite", {"images": [1, 16, 16, 3]}, [1, 16, 16, 3]),
        ("plain", "generator-int8.tflite", {"images": [1, 16, 16, 3]}, [1, 16, 16, 3]),
        ("local", "generator.tflite", {"images": [1, 64, 64, 1]}, [1, 64, 64, 1]),
        ("large", "generator.tflite", {"images": [1, 16, 16, 3]}, [1, 64, 64, 3]),
        ("masked", "generator.tflite", {"images": [2, 16, 16, 3], "masks": [2, 16, 16, 1]}, [2, 16, 16, 3]),
        ("masked", "generator-int8-io.tflite", {"images": [2, 16, 16, 3], "masks": [2, 16, 16, 1]}, [2, 16, 16, 3]),
        ("two", "AtoB.tflite", {"images": [1, 16, 16, 3]}, [1, 16, 16, 1]),
        ("two", "BtoA.tflite", {"images": [1, 16, 16, 1]}, [1, 16, 16, 3]),
    ],
)
def test_files_for_phones_have_one_size(kind, name, inputs, output):
    run = runner(translators.exported(kind) / name)
    details = run.get_input_details()
    assert {key: detail["shape"].tolist() for key, detail in details.items()} == inputs
    (made,) = run.get_output_details().items()
    assert made[0] == "images"
    assert made[1]["shape"].tolist() == output
    assert {detail["dtype"] for detail in details.values()} == {np.int8 if "int8-io" in name else np.float32}


def test_files_for_phones_have_holes_too(hole):
    given = unit(pixels(2, 16, 16, 3))
    masks = np.zeros((2, 16, 16, 1), np.float32)
    masks[:, 3:9, 2:13] = 1
    outputs = runner(translators.exported("masked") / "generator.tflite")(images=given, masks=masks)["images"]
    known = np.broadcast_to(masks == 0, given.shape)
    np.testing.assert_array_equal(outputs[known], given[known])
    assert np.abs(outputs - given)[~known].mean() > 0.1


@pytest.mark.parametrize(
    ("size", "message"), [(18, "multiples of 4 px: try 16"), (3, "try 4"), (0, "try 4"), (-8, "try 4")]
)
def test_sizes_that_cannot_be(size, message):
    with pytest.raises(UserError, match=message):
        outgoing.fixed_sizes(translators.networks("plain"), size)


def test_sizes_belong_to_models_that_are_given_images(make_model, tmp_path):
    with pytest.raises(UserError, match="dcgan draws them of noise"):
        exporters.export(make_model(), tmp_path / "1", tflite_size=16)
    assert not list(tmp_path.iterdir())


def test_without_examples_nothing_is_exported(tmp_path):
    with pytest.raises(UserError, match="give export a sampler that has some"):
        exporters.export(translators.model("plain"), tmp_path / "1")
    assert not list(tmp_path.iterdir())


def test_examples_are_brought_to_a_size():
    values = np.arange(6).reshape(1, 2, 3, 1)
    fitted = outgoing.fitted(ImageField(None, None, 1), values, (5, 2))
    np.testing.assert_array_equal(fitted[0, :, :, 0], [[0, 1], [3, 4], [3, 4], [0, 1], [0, 1]])


# --- ONNX -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name"), [("plain", "generator.onnx"), ("masked", "generator.onnx"), ("two", "BtoA.onnx")]
)
def test_onnx_takes_any_number_and_size(signatures, kind, name):
    import onnxruntime

    session = onnxruntime.InferenceSession(translators.exported(kind) / name, providers=["CPUExecutionProvider"])
    given = {"images": unit(pixels(2, 7, 22, 1 if kind == "two" else 3))}
    if kind == "masked":
        given["masks"] = np.zeros((2, 7, 22, 1), np.float32)
        given["masks"][:, 2:5, 3:9] = 1
    (outputs,) = session.run(["translated"], given)
    expected = signatures(kind)["BtoA" if kind == "two" else "serving_default"](**given)["images"]
    np.testing.assert_allclose(outputs, expected, atol=1e-5)


def test_a_single_channel_is_the_last_one_for_certain():
    """By no reshape, of which tf2onnx loses the second half in some conversions, and not in others."""
    import onnx

    nodes = onnx.load(translators.exported("local") / "generator.onnx").graph.node
    assert [node.op_type for node in nodes][-2:] == ["Squeeze", "Unsqueeze"]


def test_a_network_of_images_can_have_controls(tmp_path):
    source, strength = keras.Input((None, None, 3), name="source"), keras.Input((), name="strength")
    x = layers.Conv2D(3, 3, padding="same", activation="tanh")(source)
    network = keras.Model([source, strength], source + x * keras.ops.reshape(strength, (-1, 1, 1, 1)))
    fields = {"images": ImageField(None, None, 3), "strength": Scalar("strength", 0.5, 0.0, 1.0)}
    given = outgoing.Outgoing(
        *("generator", network, fields, {"images": fields["images"]}),
        examples={"images": translators.examples()["source"]},
    )
    deliverables = Deliverables(("saved_model", "tflite", "onnx"))
    for module in (saved_model, tflite, onnx):
        module.write([given], tmp_path, deliverables)
    checks = verify.verify([given], tmp_path, deliverables)
    assert {(check.format, check.signature) for check in checks} >= {
        ("saved_model", "serving_default"),
        ("saved_model", "image_bytes_controlled, 53x37 px"),
        ("tflite float32 controlled", "serving_default"),
        ("onnx controlled", "serving_default, 53x37 px"),
    }
    with pytest.raises(UserError, match="there is no export format 'outgoing'"):
        formats.module("outgoing")


@keras.saving.register_keras_serializable("tests")
class LogGamma(layers.Layer):
    """What ONNX has no operation for."""

    def call(self, inputs):
        return tf.math.lgamma(inputs + 2.0)

    def compute_output_shape(self, input_shape):
        return input_shape


def test_what_cannot_be_onnx_is_said(tmp_path):
    source = keras.Input((None, None, 3), name="source")
    fields = {"images": ImageField(None, None, 3)}
    given = outgoing.Outgoing("generator", keras.Model(source, LogGamma()(source)), fields, fields, model="strange")
    with pytest.raises(UserError, match=r"strange is not exported to ONNX: .*Lgamma"):
        onnx.write([given], tmp_path, Deliverables(("onnx",)))


# --- Verification, manifest and card --------------------------------------------------------------------------------


def test_every_signature_and_file_is_checked_and_an_odd_size():
    manifest = json.loads((translators.exported("two") / "manifest.json").read_text())
    whole = {"serving_default", "AtoB", "AtoB_image_bytes", "BtoA", "BtoA_image_bytes"}
    files = {
        ("onnx AtoB", "serving_default"),
        ("onnx BtoA", "serving_default"),
        ("tflite float32 AtoB", "serving_default"),
        ("tflite float32 BtoA", "serving_default"),
    }
    odd = {("saved_model", f"{name}, 53x37 px") for name in whole}
    odd |= {(f"onnx {name}", "serving_default, 53x37 px") for name in ("AtoB", "BtoA")}
    found = [(check["format"], check["signature"]) for check in manifest["verification"]]
    assert len(found) == len(set(found))
    assert set(found) == {("saved_model", name) for name in whole} | files | odd
    assert {check["samples"] for check in manifest["verification"]} == {6, 1}
    bounds = {check["signature"]: check["bound"] for check in manifest["verification"]}
    assert bounds["AtoB"] == 1e-4
    assert bounds["AtoB_image_bytes"] == pytest.approx(0.5 / 255 + 1e-4)


def test_a_wrong_file_fails_verification(tmp_path):
    networks, deliverables = translators.networks("plain"), Deliverables(("tflite",))
    tflite.write(networks, tmp_path, deliverables)
    verify.verify(networks, tmp_path, deliverables)
    network = networks[0].network
    weights = network.get_weights()
    network.set_weights([weights[0] + 0.01, *weights[1:]])
    with pytest.raises(verify.VerificationError, match="tflite float32 serving_default: the max difference"):
        verify.verify(networks, tmp_path, deliverables)


def test_holes_that_were_not_black_in_training_fail_verification(tmp_path):
    networks, deliverables = translators.networks("masked"), Deliverables(("saved_model",))
    examples = networks[0].examples
    saved_model.write(networks, tmp_path, deliverables)
    verify.verify(networks, tmp_path, deliverables)
    examples["images"] = np.where(examples["masks"] > 0.5, np.float32(0), examples["images"])
    with pytest.raises(verify.VerificationError, match="saved_model serving_default: the max difference"):
        verify.verify(networks, tmp_path, deliverables)


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("plain", {"networks": ["generator"], "source_channels": 3, "image_shape": [16, 16, 3], "size_multiple": 4}),
        ("local", {"source_channels": 1, "image_shape": [16, 16, 1], "tflite_size": [64, 64], "bytes_per_pixel": 128}),
        ("large", {"scale": 4, "image_shape": [64, 64, 3], "tflite_size": [16, 16], "bytes_per_pixel": 2048}),
        ("masked", {"takes_masks": True, "tflite_batch": 2}),
        ("two", {"networks": ["AtoB", "BtoA"], "source_channels": 3, "size_multiple": 2, "takes_masks": False}),
    ],
)
def test_the_manifest_says_what_a_consumer_must_know(kind, facts):
    generator = json.loads((translators.exported(kind) / "manifest.json").read_text())["generator"]
    assert generator["kind"] == "image-to-image"
    assert generator["variant"] == kind
    assert {name: generator[name] for name in facts} == facts


def test_the_memory_of_a_pixel():
    # What is most at once: 4 channels of a convolution, and the same with its bias. Of the large one, at 16 times as
    # many pixels. And four times that, to be on the safe side.
    (local,), (large,) = (translators.networks(kind) for kind in ("local", "large"))
    assert peak_memory.bytes_per_place(local) == 4 * 2 * 4 * 4
    assert peak_memory.bytes_per_place(large) == 4 * 16 * 2 * 4 * 4


def test_the_card_says_how_to_use_it():
    card = (translators.exported("plain") / "MODEL_CARD.md").read_text()
    assert "| psnr | 23.46 | images: 6 |" in card
    assert "| `image_bytes` | `image_bytes` string [N], a PNG" in card
    assert "multiples of 4 px" in card
    assert "`generator-int8.tflite`, `generator.tflite`: `images` float32 [1, 16, 16, 3] in [0, 1] to `images`" in card
    assert "python -m keras_gan translate --model" in card
    card = (translators.exported("two") / "MODEL_CARD.md").read_text()
    assert (
        "| `AtoB`, `serving_default` | `images` float32 [N, H, W, 3] in [0, 1] | `images` float32 [N, H, W, 1]" in card
    )
    assert "| `BtoA` | `images` float32 [N, H, W, 1] in [0, 1] | `images` float32 [N, H, W, 3] in [0, 1] |" in card
    assert "## Scores" not in card
    card = (translators.exported("large") / "MODEL_CARD.md").read_text()
    assert "`images` float32 [N, 4 H, 4 W, 3]" in card
    card = (translators.exported("masked") / "MODEL_CARD.md").read_text()
    assert "`masks` float32 [N, H, W, 1], above 0.5 in the hole" in card


def test_samples_are_shown_beside_what_they_are_of():
    model = translators.model("plain")
    columns = model.shown(translators.sampler("plain", model), 6)
    grid = np.asarray(Image.open(translators.exported("plain") / "samples.png")).astype(int)[::5, ::5]  # as enlarged
    for column in range(3):
        tile = grid[16:32, 16 * (3 + column) :][:, :16]  # the second row begins with example 4 of 6, and each has three
        assert np.abs(tile - 255 * columns[column][5]).max() <= 1
