"""SavedModels as programs other than Python's TensorFlow read them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.exporters import saved_model
from keras_gan.exporters.deliverables import Deliverables
from keras_gan.randomness import portable_latents
from tests.conftest import ROOT, networks_of, tiny

SEEDS = np.array([7, -1, 2**62], np.int64)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model of three classes, and its SavedModel."""
    made = tiny("cgan")
    made.compile()
    folder = tmp_path_factory.mktemp("model") / "1"
    saved_model.write(networks_of(made), folder, Deliverables())
    return made, folder


def test_the_c_api_draws_the_same(model, tmp_path):
    made, folder = model
    np.savez(tmp_path / "inputs.npz", seeds=SEEDS, labels=np.array([2, 0, -1], np.int32))
    given, image = tensors(folder, "from_seeds_and_labels")
    result = subprocess.run(
        [
            *(sys.executable, "-P", ROOT / "tests" / "export" / "c_api.py", Path(tf.__file__).parent, folder),
            *(tmp_path / "inputs.npz", tmp_path / "images.npy"),
            *(f"{name}={tensor}" for name, tensor in given.items()),
            image["images"],
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == tf.__version__
    images = np.load(tmp_path / "images.npy")
    expected = [
        made.sample(1, int(seed), int(label))[0] for seed, label in zip(SEEDS, (2, 0, SEEDS[2] % 3), strict=True)
    ]
    np.testing.assert_allclose(images, expected, atol=1e-5)


def tensors(folder, signature):
    """Names of the tensors of a signature's inputs and outputs, as the file has them."""
    from tensorflow.python.saved_model import loader_impl

    (graph,) = loader_impl.parse_saved_model(str(folder)).meta_graphs
    found = graph.signature_def[signature]
    return tuple({name: info.name for name, info in part.items()} for part in (found.inputs, found.outputs))


def test_openvino_draws_the_same(model):
    openvino = pytest.importorskip("openvino")
    made, folder = model
    core = openvino.Core()
    network = core.compile_model(core.read_model(folder), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    latents = portable_latents(np.arange(7, 10), made.latent_dim)
    (images,) = network({"latents": np.asarray(latents), "labels": np.array([2, 0, 1], np.int32)}).values()
    np.testing.assert_allclose(images, made.sample(3, 7, [2, 0, 1]), atol=1e-5)


def test_saved_model_cli_knows_every_signature(model):
    _, folder = model
    cli = Path(sys.executable).with_name("saved_model_cli")
    show = subprocess.run([cli, "show", "--dir", folder, "--all"], capture_output=True, text=True, check=False)
    assert show.returncode == 0, show.stderr
    for name in ("serving_default", "from_seeds", "from_seeds_and_labels", "from_seeds_truncated", "png"):
        assert f"signature_def['{name}']" in show.stdout
