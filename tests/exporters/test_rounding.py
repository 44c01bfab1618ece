"""Smaller files are held to what tells them from a generator that has collapsed."""

import numpy as np
import pytest

from keras_gan import exporters
from keras_gan.exporters import tflite, verify
from keras_gan.exporters.deliverables import Deliverables
from keras_gan.exporters.trials import Trial
from tests.conftest import networks_of, tiny

INT8 = Deliverables(("tflite",), ("int8",))
BOUND_OF_ALL = 6e-2  # of the mean difference of any picture, whatever a generator draws


def faint():
    """A generator whose pictures differ a little, as those of dark or smooth data do, and one that draws one alone."""
    models = [tiny("gan"), tiny("gan")]
    for model in models:
        for weight in model.ema_generator.weights:
            if weight.path.endswith("kernel"):
                weight.assign(0.7 * weight)
    first = next(weight for weight in models[1].ema_generator.weights if weight.path.endswith("kernel"))
    first.assign(np.zeros(first.shape))
    return models


def test_a_collapsed_file_is_no_rounded_one(tmp_path):
    model, collapsed = faint()
    manifest = exporters.export(model, tmp_path / "1", ("tflite",), precisions=("int8",))
    (check,) = manifest["verification"]
    assert check["worst_picture"] <= check["bound"] == BOUND_OF_ALL
    assert check["mean_difference"] < check["spread"] / 4
    (tmp_path / "2").mkdir()
    tflite.write(networks_of(collapsed), tmp_path / "2", INT8)
    with pytest.raises(
        verify.VerificationError, match=r"that of one picture for all\. Leave this file out of --tflite"
    ):
        verify.verify(networks_of(model), tmp_path / "2", INT8)
    difference = np.abs(model.sample(64, seed=-32) - collapsed.sample(64, seed=-32)).mean(axis=(1, 2, 3))
    assert difference.max() < BOUND_OF_ALL  # which alone would have let it pass


def test_one_picture_for_each_class_is_a_collapse_too():
    rng = np.random.default_rng(0)
    labels = np.arange(64) % 3
    pictures = 0.3 * labels[:, None, None, None] + rng.uniform(0, 0.1, (64, 4, 4, 1))
    by_class = verify._spread(Trial({"labels": labels}, {"images": pictures}))
    assert by_class == pytest.approx(0.025, rel=0.1)
    assert verify._spread(Trial({}, {"images": pictures})) > 0.15
    # Of classes with a picture or two nothing can be said, and of three pictures neither.
    assert verify._spread(Trial({"labels": np.arange(64) % 40}, {"images": pictures})) > 0.15
    assert verify._spread(Trial({}, {"images": pictures[:3]})) is None


def test_of_whole_numbers_samples_count_that_are_others():
    lines = np.array([[3, 1, 0], [2, 2, 2], [5, 4, 0]], np.int32)
    drawn = np.array([[3, 1, 0], [2, 9, 8], [5, 4, 0]], np.int32)
    np.testing.assert_array_equal(verify._differences(drawn, lines, whole=True), [[0.0], [1.0], [0.0]])
    np.testing.assert_array_equal(verify._differences(drawn, lines, whole=False)[1], [0.0, 7.0, 6.0])


def test_files_of_lines_in_fewer_bits_write_the_same_lines(tmp_path):
    manifest = exporters.export(tiny("textgan"), tmp_path / "1", ("tflite",), precisions=("float16", "dynamic"))
    checks = {check["format"]: check for check in manifest["verification"]}
    assert checks["tflite float16"]["measure"] == "mean_difference"
    assert checks["tflite float16"]["bound"] == 0.1
    assert checks["tflite float16"]["mean_difference"] <= 1 / 64
    assert checks["tflite dynamic"]["bound"] == 0.3
