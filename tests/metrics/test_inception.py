"""The FID network against PyTorch's, and the reader of PyTorch's files."""

import os
import pickle
import zlib

import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_gan.errors import UserError
from keras_gan.metrics import features
from keras_gan.modalities.image.resizing import resize_clean, resize_legacy
from keras_gan.networks import inception, torch_weights
from tests.metrics.references import torch_fidelity

# What torch-fidelity 0.4.0's network computes with `random_state` from `random_images(2, 40, 56)`: features 0, 682
# and 2047, and unbiased logits 0, 336 and 1007, of both images.
GOLDEN = {
    "features": [[0.0463462, 0.8581511, 1.8718401], [0.0571638, 0.8826368, 1.8818705]],
    "logits_unbiased": [[0.8679435, 0.0747126, 0.3714593], [0.8905359, 0.0636334, 0.3513126]],
}


def random_state():
    """Weights of every tensor of the network by its name, such that activations keep their size through the depth."""
    import keras

    state = {}
    for layer in inception.network().layers:
        if isinstance(layer, keras.layers.Conv2D):
            height, width, inputs, outputs = layer.kernel.shape
            scale = np.sqrt(2.0 / (inputs * height * width))
            state[f"{layer.name}.weight"] = scale * _normal(layer.name, (outputs, inputs, height, width))
        elif isinstance(layer, keras.layers.BatchNormalization):
            shape = layer.gamma.shape
            state[f"{layer.name}.weight"] = 1.0 + 0.1 * _normal(layer.name + "w", shape)
            state[f"{layer.name}.bias"] = 0.1 * _normal(layer.name + "b", shape)
            state[f"{layer.name}.running_mean"] = 0.1 * _normal(layer.name + "m", shape)
            state[f"{layer.name}.running_var"] = np.exp(0.2 * _normal(layer.name + "v", shape))
            state[f"{layer.name}.num_batches_tracked"] = np.zeros((), np.int64)
    state["fc.weight"] = _normal("fc", (1008, 2048)) / 45.0
    state["fc.bias"] = _normal("bias", (1008,))
    return state


def _normal(name, shape):
    return np.random.RandomState(zlib.crc32(name.encode())).normal(size=shape).astype(np.float32)


def random_images(count, height, width):
    return np.random.RandomState(count).randint(0, 256, (count, height, width, 3), np.uint8)


@pytest.fixture(scope="module")
def extractor(tmp_path_factory):
    """Ours, by way of a file such as the published one."""
    torch = pytest.importorskip("torch", reason="development extra")
    path = tmp_path_factory.mktemp("weights") / "inception.pth"
    torch.save({name: torch.from_numpy(np.array(value)) for name, value in random_state().items()}, path)
    return features.load("inception", features.ExtractorOptions(inception_weights=str(path)))


@pytest.fixture(scope="module")
def reference(extractor):
    """torch-fidelity's network with the same weights, which it checks by name."""
    module = torch_fidelity("feature_extractor_inceptionv3")
    return module.FeatureExtractorInceptionV3(
        "reference",
        ["2048", "logits_unbiased", "logits"],
        feature_extractor_weights_path=extractor.facts["weights_file"],
    )


@pytest.mark.parametrize(("height", "width"), [(32, 32), (299, 299), (40, 56), (350, 301)])
def test_equals_torch_fidelity(extractor, reference, height, width):
    import torch

    images = random_images(2, height, width)
    expected = reference(torch.from_numpy(images.transpose(0, 3, 1, 2)))
    seen = extractor(images)
    assert np.abs(expected[0].numpy()).mean() > 0.1
    assert_allclose(seen.features, expected[0].numpy(), atol=1e-4)
    assert_allclose(seen.logits, expected[1].numpy(), atol=1e-4)


def test_golden_numbers():
    network = inception.network()
    inception.load_state(network, random_state())
    outputs = network(inception.scale(resize_legacy(random_images(2, 40, 56), 299)))
    for name, expected in GOLDEN.items():
        values = np.asarray(outputs[name])
        assert_allclose(values[:, [0, values.shape[1] // 3, -1]], expected, atol=1e-4)


# --- Sizes ------------------------------------------------------------------------------------------------------------


def test_legacy_resize_is_that_of_tensorflow_1():
    """Corner-based coordinates: pixel i of the output lies at i * in / out of the input, the last one repeated."""
    images = random_images(1, 7, 5)
    resized = np.asarray(resize_legacy(images, 11))
    rows, columns = np.arange(11) * 7 / 11, np.arange(11) * 5 / 11
    top, left = rows.astype(int), columns.astype(int)
    bottom, right = np.minimum(top + 1, 6), np.minimum(left + 1, 4)
    down, across = (rows - top)[:, None, None], (columns - left)[None, :, None]
    image = images[0].astype(np.float64)
    upper = image[top][:, left] * (1 - across) + image[top][:, right] * across
    lower = image[bottom][:, left] * (1 - across) + image[bottom][:, right] * across
    assert_allclose(resized[0], upper * (1 - down) + lower * down, atol=1e-4)


def test_legacy_resize_equals_torch_fidelity():
    module = torch_fidelity("interpolate_compat_tensorflow")
    import torch

    for height, width in ((32, 32), (40, 301), (512, 77)):
        images = random_images(1, height, width)
        expected = module.interpolate_bilinear_2d_like_tensorflow1x(
            torch.from_numpy(images.transpose(0, 3, 1, 2)).float(), size=(299, 299), align_corners=False
        )
        assert_allclose(np.asarray(resize_legacy(images, 299))[0], expected[0].permute(1, 2, 0), atol=1e-3)


def test_clean_resize_smooths_and_legacy_does_not():
    stripes = np.zeros((1, 640, 640, 1), np.uint8)
    stripes[:, ::2] = 255  # finer than 299 px can show
    assert_allclose(resize_clean(stripes, 299)[:, 1:-1], 127.5, atol=10)  # the edges see one stripe more
    assert np.ptp(np.asarray(resize_legacy(stripes, 299))) > 250


# --- PyTorch's files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("archive", [True, False], ids=["archive", "stream"])
def test_reads_both_forms_of_state_dicts(tmp_path, archive):
    torch = pytest.importorskip("torch", reason="development extra")
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    state = {"a.weight": base.permute(2, 0, 1), "a.bias": base[1, 1:], "count": torch.tensor(7), "half": base.half()}
    torch.save(state, tmp_path / "state.pth", _use_new_zipfile_serialization=archive)
    read = torch_weights.read(tmp_path / "state.pth")
    assert list(read) == list(state)
    for name, tensor in state.items():
        assert read[name].dtype == tensor.numpy().dtype
        assert (read[name] == tensor.numpy()).all()


class Evil:
    def __reduce__(self):
        return os.system, ("true",)


def test_files_of_something_else_are_refused(tmp_path):
    path = tmp_path / "evil.pth"
    for content in (pickle.dumps(Evil()), b"", b"PK not a zip", pickle.dumps({"a": 1})):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="not a PyTorch state dict"):
            torch_weights.read(path)


def test_weights_of_another_network_are_named(tmp_path):
    torch = pytest.importorskip("torch", reason="development extra")
    torch.save({"conv.weight": torch.zeros(2, 2)}, tmp_path / "other.pth")
    with pytest.raises(UserError, match=r"other\.pth does not hold .*: Conv2d_1a_3x3\.conv\.weight is missing"):
        features.load("inception", features.ExtractorOptions(inception_weights=str(tmp_path / "other.pth")))
