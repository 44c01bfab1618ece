"""The benchmark of packed data."""

import json

from benchmarks.common.command import run
from benchmarks.speed import packing


def test_packing_start_memory_and_waiting_are_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "LOOP_SECONDS", 0.1)
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path / "cache"))
    asked = [
        "--count",
        "40",
        "--size",
        "32",
        "--steps",
        "3",
        "--folder",
        str(tmp_path / "p"),
        "--out-dir",
        str(tmp_path),
    ]
    assert run(packing.Options, packing.benchmark, asked) == 0
    result = json.loads((tmp_path / "packing.json").read_text())
    assert result["packed_per_second"] > 0
    assert result["loop_per_second"] > 0
    assert 0 < result["load_seconds"] < result["start_seconds"]
    assert 0 <= result["waiting"] < 1
    assert result["bytes"] > 40 * 32 * 32
