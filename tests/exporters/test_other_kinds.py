"""Exports of what is no image, with a control: the toy modality, which lives outside of the package."""

import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from keras_gan import cli, exported, exporters, modalities, registry, variants
from keras_gan.modalities.label import Label
from keras_gan.training import building
from tests.conftest import ROOT

TOY = ROOT / "tests" / "toy"


@pytest.fixture(scope="module")
def toy():
    """The modality and its variant are found."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("KERAS_GAN_PLUGINS", str(TOY))
        patched.setattr(modalities, "__path__", [*modalities.__path__, str(TOY / "modalities")])
        patched.setattr(variants, "__path__", [*variants.__path__, str(TOY / "variants")])
        yield


@pytest.fixture(scope="module")
def curves(toy, tmp_path_factory):
    """A model of curves, its export, and the manifest."""
    column = np.random.default_rng(0).normal(5, 2, (40, 16)).astype(np.float32)
    field = modalities.field_class("curve")(16).fitted(column)
    fields = {"real": field, "label": Label(2, ("wave", "saw"))}
    model = building.build("curve_gan", registry.module("curve_gan").TINY, fields, seed=3)
    rng = np.random.default_rng(1)
    model.ema_generator.set_weights([rng.normal(0, 0.3, w.shape) for w in model.ema_generator.get_weights()])
    folder = tmp_path_factory.mktemp("curves") / "1"
    formats = ("saved_model", "tflite", "onnx")
    return model, folder, exporters.export(model, folder, formats, precisions=("float32", "float16"))


def test_every_signature_has_a_controlled_one(curves):
    _, folder, manifest = curves
    plain = ("serving_default", "from_seeds", "from_seeds_and_labels", "from_seeds_truncated")
    signatures = tf.saved_model.load(str(folder)).signatures
    assert set(signatures) == {*plain, *(f"{name}_controlled" for name in plain)}
    for name in plain:
        inputs = signatures[f"{name}_controlled"].structured_input_signature[1]
        assert inputs["height"].shape.as_list() == [None]
        assert inputs.keys() - {"height"} == signatures[name].structured_input_signature[1].keys()
    checked = {(check["format"], check["signature"]) for check in manifest["verification"]}
    assert {("saved_model", name) for name in signatures} <= checked
    files = {f"tflite {precision}{ending}" for precision in ("float32", "float16") for ending in ("", " controlled")}
    assert {(name, "serving_default") for name in (*files, "onnx", "onnx controlled")} == {
        pair for pair in checked if pair[0] != "saved_model"
    }


def test_files_for_phones_have_defaults_inside_or_take_the_controls(curves):
    model, folder, _ = curves
    latents = np.random.default_rng(2).normal(size=(1, 6)).astype(np.float32)
    given = {"latents": latents, "labels": np.array([1], np.int32)}
    plain, controlled = (
        Interpreter(str(folder / f"generator{ending}.tflite")).get_signature_runner("serving_default")
        for ending in ("", "-controlled")
    )
    assert set(plain.get_input_details()) == {"latents", "labels"}
    (usual,) = plain(**given).values()
    for height in (0.5, 1.0, 2.0):
        (made,) = controlled(**given, height=np.array([height], np.float32)).values()
        mean = model.fields["real"].mean
        np.testing.assert_allclose(made - mean, height * (usual - mean), rtol=1e-4, atol=1e-4)


def test_a_reader_needs_nothing_but_the_folder(curves):
    model, folder, manifest = curves
    assert manifest["fields"]["generator"]["outputs"] == {"curves": {"kind": "curve", "points": 16}}
    assert "image_shape" not in manifest["generator"]
    generator = exported.load(folder)
    np.testing.assert_array_equal(generator.output.mean, model.fields["real"].mean)
    np.testing.assert_allclose(generator.draw_seeds(np.arange(3)), model.sample(3), atol=1e-5)


def test_the_card_speaks_of_curves(curves):
    _, folder, _ = curves
    card = (folder / "MODEL_CARD.md").read_text()
    assert "[samples of consecutive seeds from 0 on](samples.svg)" in card
    assert "`height` float32 [N] in [0.5, 2]" in card
    assert "`curves` float32 [N, 16]" in card
    assert "image" not in card.partition("## Versions")[0].replace("![", "").replace("images, ", "")


def test_curves_are_sampled_to_files(curves, tmp_path, capsys):
    model, folder, _ = curves

    def sample(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(["sample", "--model", str(folder), "--count", "3", *arguments])
        shown = capsys.readouterr()
        return ended.value.code, shown.out + shown.err

    assert sample("--seed", "7", "--out", f"{tmp_path}/one/")[0] == 0
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == [f"seed-{seed}.csv" for seed in (7, 8, 9)]
    np.testing.assert_allclose(np.loadtxt(tmp_path / "one" / "seed-8.csv"), model.sample(1, 8)[0], rtol=1e-4)
    assert sample("--out", f"{tmp_path}/all.svg")[0] == 0
    assert (tmp_path / "all.svg").read_text().count("polyline") == 3
    code, shown = sample("--out", f"{tmp_path}/all.png")
    assert code == 2
    assert "must end in .svg" in shown


def test_what_cannot_show_them_refuses(curves, tmp_path):
    _, folder, _ = curves
    commands = {
        "export/web/assemble.py": (folder, "--out", tmp_path / "page"),
        "export/mobile/sample.py": ("--model", folder / "generator.tflite", "--out", tmp_path / "x.png"),
        "export/mobile/translate.py": ("--model", folder / "generator.tflite", "--input", "x.png"),
    }
    for script, arguments in commands.items():
        command = [sys.executable, "-I", str(ROOT / script), *map(str, arguments)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 2
        (line,) = result.stderr.splitlines()
        assert "of the kind curve" in line


def test_a_manifest_of_an_earlier_time_says_nothing_of_fields(make_model, tmp_path):
    model = make_model("cgan")
    exporters.export(model, tmp_path / "1", formats=("saved_model",))
    manifest = json.loads((tmp_path / "1" / "manifest.json").read_text())
    del manifest["fields"]
    (tmp_path / "1" / "manifest.json").write_text(json.dumps(manifest))
    generator = exported.load(tmp_path / "1")
    assert (generator.output.kind, generator.output.shape, generator.num_classes) == ("image", (16, 16, 3), 3)
    np.testing.assert_allclose(generator.draw_seeds(np.arange(2), 1), model.sample(2, labels=1), atol=1e-5)
