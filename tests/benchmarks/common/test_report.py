"""What the reports of all benchmarks share, against figures made by hand."""

import json

from benchmarks.common import report
from benchmarks.common.workers import command_line


def test_everyone_is_first_in_turn():
    assert [report.rotated("abc", number) for number in range(4)] == [[*"abc"], [*"bca"], [*"cab"], [*"abc"]]
    assert report.rotated({}, 3) == []


def test_ratios_are_taken_round_by_round():
    assert report.ratios([1.0, 4.0, 9.0], [1.0, 2.0, 3.0]) == {"low": 1.5, "median": 2.0, "high": 2.5}


def test_means():
    assert report.mean([], ".1f") == ""
    assert report.mean([2.0], ".1f") == "2.0"
    assert report.mean([1.0, 3.0], ".2f") == "2.00 ± 1.41"
    assert report.mean([1.0, 3.0], ".0f", with_deviation=False) == "2"


def test_a_report_says_how_it_was_made_and_goes_where_it_is_wanted(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    text = report.document("speed/some.py", "# Title", "", report.table(["a", "b"], [["1", "2"]]))
    assert text.startswith(
        "# Title\n\n| a | b |\n| --- | ---: |\n| 1 | 2 |\n\nMade by `python benchmarks/speed/some.py`"
    )
    report.publish("some", text, {"a": 1}, keep=False)
    assert list(tmp_path.iterdir()) == []
    report.publish("some", text, {"a": 1})
    report.publish("some", text, directory=tmp_path / "other", keep=False)
    assert json.loads((tmp_path / "results" / "some.json").read_text(encoding="utf-8")) == {"a": 1}
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["some.md"]
    assert capsys.readouterr().out == f"{text}\n" * 3


def test_a_busy_machine_is_said_to_be_one():
    assert report.busy_note({"load_before": 0.4}) == ""
    assert "busy (load 2.5)" in report.busy_note({"load_before": 2.5})


def test_a_command_line():
    assert command_line(batch_size=8, run_name="a b") == ["--batch-size", "8", "--run-name", "a b"]
