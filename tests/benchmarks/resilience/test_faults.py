"""The benchmark of kills: once through, with a run that comes to its end."""

import pytest

from benchmarks.common import report
from benchmarks.common.command import run
from benchmarks.resilience import faults

ROW = {"kill": 1, "after": 2.5, "from": 0, "reached": 60, "saved": 50, "lost": 10, "saving": True, "ended": False}


def test_table():
    text = faults.markdown(faults.Options(), [ROW], equal=False)
    assert "| 1 | 2.5 | 0 | 60 | 50 | 10 | yes |" in text
    assert "Most steps lost by one kill: 10. Kills while a checkpoint was being written: 1;" in text
    assert "**DIFFER from**" in text


@pytest.mark.slow
def test_a_killed_run_has_the_same_bits(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    arguments = ["--kills", "1", "--variant", "dcgan", "--steps", "6", "--checkpoint-every", "2"]
    assert run(faults.Options, faults.benchmark, arguments) == 0
    assert "**equal** those of an undisturbed run" in (tmp_path / "faults.md").read_text(encoding="utf-8")
