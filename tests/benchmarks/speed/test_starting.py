"""The benchmark of first and second starts."""

import json

from benchmarks.common.command import run
from benchmarks.speed import starting


def test_a_second_start_is_compared_with_one_on_avatars(tmp_path, monkeypatch, capsys):
    asked = []

    def start(folder, dataset, options):
        assert len(list((folder / "photos").iterdir())) == 3
        asked.append(dataset.partition(":")[0])
        return {"clock": 10.0 + 5.0 * (dataset != "avatars"), "processors": 3.0 + (dataset != "avatars")}

    monkeypatch.setattr(starting, "start", start)
    monkeypatch.setattr(starting.data, "load", lambda options: None)  # draws 20,000 avatars
    assert run(starting.Options, starting.benchmark, ["--count", "3", "--rounds", "2", "--out-dir", str(tmp_path)]) == 0
    assert asked == ["folder", "folder", "avatars", "avatars", "folder"]
    targets = json.loads((tmp_path / "starting.json").read_text())["targets"]
    assert targets["clock"] == {"ratio": 5.0, "at_most": 2.0, "met": False}
    assert targets["processors"]["met"]
    assert "| avatars, drawn before | 10.0 s [10.0, 10.0] | 3.0 s [3.0, 3.0] |" in capsys.readouterr().out
