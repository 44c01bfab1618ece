"""Exports: versions, refusals, and a verification that can fail."""

import json

import numpy as np
import pytest

from keras_gan import exporters
from keras_gan.errors import UserError
from keras_gan.exporters import formats, inference, model_card, onnx, saved_model, signatures, tflite, verify
from keras_gan.exporters.deliverables import Deliverables
from keras_gan.modalities.label import Label
from keras_gan.sampling import Sampler
from tests.conftest import networks_of

TFLITE, SAVED_MODEL = Deliverables(("tflite",)), Deliverables(("saved_model",))


@pytest.fixture
def networks(make_model):
    return networks_of(make_model())


@pytest.fixture
def labelled(make_model):
    return networks_of(make_model("cgan"))


def test_everything_is_there_and_hashed(make_model, tmp_path):
    manifest = exporters.export(make_model(), tmp_path / "1", facts={"data": data_facts("<b>|evil")})
    assert manifest == json.loads((tmp_path / "1" / "manifest.json").read_text())
    assert {"saved_model.pb", "generator.tflite", "samples.png"} <= set(manifest["files"])
    for name, entry in manifest["files"].items():
        assert (tmp_path / "1" / name).stat().st_size == entry["bytes"]
    card = (tmp_path / "1" / "MODEL_CARD.md").read_text()
    assert "&lt;b&gt;\\|evil" in card
    assert "`serving_default`" in card
    assert [path.name for path in tmp_path.iterdir()] == ["1"]  # nothing half-written is left


def data_facts(name):
    return {"name": name, "source": "s", "images": 3, "treatment": "t"}


def test_an_existing_version_is_never_overwritten(make_model, tmp_path):
    (tmp_path / "1").mkdir()
    with pytest.raises(UserError, match="never overwritten"):
        exporters.export(make_model(), tmp_path / "1")


def test_two_exports_at_once_take_two_numbers(make_model, tmp_path, monkeypatch):
    model, real = make_model(), exporters._describe

    def slowly(*arguments):
        (tmp_path / "1" / "other").mkdir(parents=True)  # another process is done first
        return real(*arguments)

    monkeypatch.setattr(exporters, "_describe", slowly)
    folder, manifest = exporters.export_version(model, tmp_path / "1", ("tflite",))
    assert folder == tmp_path / "2"
    assert json.loads((folder / "manifest.json").read_text())["generator"] == manifest["generator"]


def test_versions_count_up(tmp_path):
    assert exporters.next_version(tmp_path / "absent").name == "1"
    for name in ("1", "9", "10", ".11-x", "notes"):
        (tmp_path / name).mkdir()
    assert exporters.next_version(tmp_path).name == "11"


def test_a_wrong_file_fails_verification(networks, tmp_path):
    tflite.write(networks, tmp_path, TFLITE)
    verify.verify(networks, tmp_path, TFLITE)
    network = networks[0].network
    weights = network.get_weights()
    network.set_weights([weights[0] + 0.01, *weights[1:]])
    with pytest.raises(verify.VerificationError, match="max difference from Keras is"):
        verify.verify(networks, tmp_path, TFLITE)


@pytest.mark.parametrize(
    ("name", "file"),
    [("tflite", "generator.tflite"), ("saved_model", "saved_model.pb"), ("onnx", "generator.onnx")],
)
def test_a_damaged_file_fails_verification(networks, tmp_path, name, file):
    formats.module(name).write(networks, tmp_path, Deliverables((name,)))
    damaged = tmp_path / file
    damaged.write_bytes(damaged.read_bytes()[:500])
    with pytest.raises(verify.VerificationError, match="cannot be used"):
        verify.verify(networks, tmp_path, Deliverables((name,)))


def test_nan_fails_verification(networks, tmp_path):
    network = networks[0].network
    network.set_weights([np.full_like(weight, np.nan) for weight in network.get_weights()])
    tflite.write(networks, tmp_path, TFLITE)
    with pytest.raises(verify.VerificationError, match="from Keras is nan"):
        verify.verify(networks, tmp_path, TFLITE)


def test_tflite_needs_nothing_but_builtins(networks, tmp_path):
    from ai_edge_litert.interpreter import Interpreter

    tflite.write(networks, tmp_path, TFLITE)
    interpreter = Interpreter(model_path=str(tmp_path / "generator.tflite"))
    operations = {operation["op_name"] for operation in interpreter._get_ops_details()}
    assert not any(name.startswith("Flex") or name == "CUSTOM" for name in operations)
    details = interpreter.get_signature_runner("serving_default")
    assert details.get_input_details()["latents"]["shape"].tolist() == [1, 6]
    assert details.get_output_details()["images"]["shape"].tolist() == [1, 16, 16, 3]


def test_onnx_takes_any_number_of_pictures(labelled, tmp_path):
    import onnxruntime

    onnx.write(labelled, tmp_path, Deliverables(("onnx",)))
    session = onnxruntime.InferenceSession(tmp_path / "generator.onnx", providers=["CPUExecutionProvider"])
    inputs = {"latents": np.linspace(-1, 1, 30, dtype=np.float32).reshape(5, 6), "labels": np.arange(5, dtype=np.int32)}
    inputs["labels"] %= 3
    assert {each.name: each.shape for each in session.get_inputs()} == {"latents": ["N", 6], "labels": ["N"]}
    (together,) = session.run(["images"], inputs)
    np.testing.assert_allclose(together, labelled[0].of_exact_size(**inputs)["images"], atol=1e-5)
    (one,) = session.run(["images"], {name: values[3:4] for name, values in inputs.items()})
    np.testing.assert_allclose(one, together[3:4], atol=1e-6)


def test_onnx_is_written_with_layouts_optimized(networks, tmp_path, caplog):
    onnx.write(networks, tmp_path, Deliverables(("onnx",)))
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]


def test_rows_of_a_batch_do_not_depend_on_each_other(networks, tmp_path):
    import tensorflow as tf

    saved_model.write(networks, tmp_path, SAVED_MODEL)
    sampler = tf.saved_model.load(str(tmp_path)).signatures["from_seeds"]
    together = sampler(seeds=tf.constant([4, 5, 6], tf.int64))["images"]
    shuffled = sampler(seeds=tf.constant([6, 4, 0, 5], tf.int64))["images"]
    np.testing.assert_allclose(tf.gather(shuffled, [1, 3, 0]), together, atol=1e-6)


def test_classes_are_in_the_manifest_and_the_card(make_model, tmp_path):
    facts = {"data": {**data_facts("x"), "classes": ["cat", "d|g", "<i>"]}}
    manifest = exporters.export(make_model("cgan"), tmp_path / "1", facts=facts)
    assert manifest["generator"]["num_classes"] == 3
    assert manifest["generator"]["latent_dim"] == 6
    checked = {(check["format"], check["signature"]) for check in manifest["verification"]}
    assert checked == {
        ("saved_model", "serving_default"),
        ("saved_model", "from_seeds"),
        ("saved_model", "from_seeds_and_labels"),
        ("saved_model", "from_seeds_truncated"),
        ("saved_model", "png"),
        ("tflite float32", "serving_default"),
    }
    card = (tmp_path / "1" / "MODEL_CARD.md").read_text()
    assert "`labels` int32 [1] in [0, 3)" in card
    assert "s mod 3" in card
    assert "| 1 | d\\|g |" in card
    assert "| 2 | &lt;i&gt; |" in card


def test_wrong_classes_fail_verification(labelled, tmp_path, monkeypatch):
    import tensorflow as tf

    network = labelled[0].network
    network.set_weights([np.abs(weight) + 0.1 for weight in network.get_weights()])  # so that classes differ
    with monkeypatch.context() as patched:
        patched.setattr(Label, "of_seeds", lambda _, seeds: tf.zeros_like(seeds, tf.int32))
        saved_model.write(labelled, tmp_path, SAVED_MODEL)
    with pytest.raises(verify.VerificationError, match="from_seeds: the max difference"):
        verify.verify(labelled, tmp_path, SAVED_MODEL)


def test_missing_signatures_fail_verification(networks, tmp_path, monkeypatch):
    saved_model.write(networks, tmp_path, SAVED_MODEL)
    found = signatures.of(networks)
    monkeypatch.setattr(signatures, "of", lambda _: {**found, "another": found["from_seeds"]})
    with pytest.raises(verify.VerificationError, match="has the signatures"):
        verify.verify(networks, tmp_path, SAVED_MODEL)


def test_tflite_takes_labels(labelled, tmp_path):
    from ai_edge_litert.interpreter import Interpreter

    tflite.write(labelled, tmp_path, TFLITE)
    details = Interpreter(model_path=str(tmp_path / "generator.tflite")).get_signature_runner().get_input_details()
    assert {name: (detail["shape"].tolist(), detail["dtype"]) for name, detail in details.items()} == {
        "latents": ([1, 6], np.float32),
        "labels": ([1], np.int32),
    }


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_float32_copy_of_a_graph_with_operations(precision):
    from keras import Input, Model, layers, mixed_precision, ops

    mixed_precision.set_dtype_policy(precision)
    try:
        latents, labels = Input((4,), name="latents"), Input((), dtype="int32", name="labels")
        x = layers.Concatenate()([layers.Dense(5)(latents), ops.one_hot(labels, 3), layers.Embedding(3, 2)(labels)])
        x = ops.sum(ops.reshape(ops.cast(x, precision.removeprefix("mixed_")) * 2 + 1, (-1, 2, 5)), axis=1)
        network = Model([latents, labels], layers.Activation("tanh", dtype="float32")(x))
    finally:
        mixed_precision.set_dtype_policy("float32")
    copy = inference.float32_copy(network)
    inputs = [np.linspace(-1, 1, 8, dtype=np.float32).reshape(2, 4), np.array([2, 0], np.int32)]
    np.testing.assert_allclose(copy(inputs), network(inputs), atol=0.02)
    assert {operation.output.dtype for operation in copy.operations} == {"float32", "int32"}


def test_cells_cannot_break_the_card():
    assert model_card._cell("a|b\n<script>") == "a\\|b &lt;script&gt;"
    assert model_card._plain("![a](http://b)*`_\\") == "\\!\\[a\\](http://b)\\*\\`\\_\\\\"


def test_what_would_fail_later_is_told_before_training(make_model, monkeypatch):
    model = make_model()
    with monkeypatch.context() as context:
        context.setattr(tflite, "RUNTIME", "no_such_runtime")
        with pytest.raises(UserError, match="no_such_runtime cannot be imported"):
            exporters.check(model, Sampler(model), TFLITE)
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    with pytest.raises(UserError, match="needs a folder for scratch files"):
        exporters.check(model, Sampler(model), TFLITE)
