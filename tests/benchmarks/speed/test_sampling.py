"""The sampling benchmark's arithmetic, on figures made by hand."""

import pytest

from benchmarks.speed import sampling

RESULT = {
    "machine": {"cpu": "a processor", "threads": 2, "system": "x", "python": "3", "load_before": 0.1},
    "rounds": 3,
    "sizes": {"generator-float16.tflite": 4_600_000, "generator-int8.tflite": 5_000_000},
    "versions": dict.fromkeys(("SavedModel", "TFLite, 1 thread", "TFLite, 2 threads", "ONNX Runtime", "PyTorch"), "1"),
    "cold_seconds": {"SavedModel": [3.0, 0.5]},
    "seconds": {
        "SavedModel": {"1": [4.0, 4.0, 4.0], "64": [12.0, 24.0, 12.0]},
        "TFLite, 1 thread": {"1": [2.0, 2.0, 2.0], "64": [50.0, 50.0, 50.0]},
        "TFLite, 2 threads": {"1": [1.0, 3.0, 1.0], "64": [40.0, 40.0, 40.0]},
        "ONNX Runtime": {"1": [2.0, 4.0, 1.0], "64": [20.0, 20.0, 20.0]},
        "PyTorch": {"1": [9.0, 9.0, 9.0], "64": [10.0, 20.0, 10.0]},
    },
}


def test_targets_take_the_fastest_of_each_side_round_by_round():
    found = sampling.targets(RESULT)
    assert found["TFLite, 2 threads, batch 1, over ONNX Runtime"] == {"ratio": 0.75, "at_most": 1.1, "met": True}
    assert found["SavedModel, batch 64, over PyTorch"]["ratio"] == pytest.approx(1.2)
    assert not found["SavedModel, batch 64, over PyTorch"]["met"]
    assert found["generator-float16.tflite, MB"]["met"]
    assert not found["generator-int8.tflite, MB"]["met"]
    assert found["first picture of a SavedModel, seconds after TensorFlow's import"]["ratio"] == 0.5


def test_table():
    text = sampling.markdown({**RESULT, "targets": sampling.targets(RESULT)})
    assert "| SavedModel (1) | 0 | 2.00 | 5 | 1.20 | 3.00 s, 0.50 s |" in text
    assert "missed" in text
    assert "busy" not in text


def test_without_peers():
    own = {name: rows for name, rows in RESULT["seconds"].items() if not sampling.is_peer(name)}
    found = sampling.targets({**RESULT, "seconds": own})
    assert not any("over" in name for name in found)
