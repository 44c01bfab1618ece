"""A small share of each kind of attack, on models that nobody has to train first, and what the table makes of them."""

import errno
import os
import shutil
from collections import Counter

import pytest

from benchmarks.common import report
from benchmarks.common.command import run
from benchmarks.resilience import attacks, faults
from benchmarks.resilience.attacks_by import answers, damage, disks, links, manifests
from tests.conftest import ROOT

MODEL = ROOT / "export" / "zoo" / "cgan-mnist"
FILE = MODEL / "generator-float16.tflite"


def test_manifests(tmp_path):
    for what, how, answer in manifests.attacks([FILE], tmp_path, 25, seed=1):
        assert not answer.fault, (what, how, answer)


def test_bytes(tmp_path):
    whole = tmp_path / "whole"
    shutil.copytree(MODEL, whole)
    seen = set()
    for what, how, answer, fault in damage.attacks(whole, damage.readers_of_export("cgan"), tmp_path / "copies", 25):
        assert not fault, (what, how, answer)
        seen.add(answer.code)
    assert seen == {0, 2}


def test_other_numbers_are_found(tmp_path):
    """A file of which nobody has a hash."""
    whole = tmp_path / "whole"
    whole.mkdir()
    (whole / "numbers").write_bytes(bytes(100))

    def call(folder, out):
        shutil.copy(folder / "numbers", out)
        return answers.Answer(0, "", "")

    found = damage.attacks(whole, [damage.Reader("copy", call, damage._files)], tmp_path / "copies", 9)
    assert {fault for *_, fault in found} >= {damage.OTHER_NUMBERS}


def test_links(tmp_path):
    for what, name, answer, is_whole in links.attacks(None, FILE, tmp_path, names=()):
        assert (answer.code, answer.fault, is_whole) == (2, "", True), (what, name, answer)


@pytest.mark.parametrize("room", disks.ROOMS)
def test_full_disks(room, tmp_path):
    words = ("--model", FILE, "--count", 30)
    try:
        with disks.small_disk(tmp_path / "disk") as disk:
            disks.leave(disk, *disks.ROOMS[room])
            for answer in (
                answers.called("sample", *words, "--out", f"{disk}/new/"),
                answers.shipped(answers.script(answers.SAMPLE), *words, "--out", disk / "grid.png"),
            ):
                assert not answer.fault
                assert answer.code in (0, 4), answer
                assert answer.code == 0 or os.strerror(errno.ENOSPC) in answer.err
            assert not list(disk.rglob(".*"))
    except PermissionError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize(
    ("code", "err", "fault"),
    [
        (0, "", ""),
        (2, "note: x\nerror: y\n", ""),
        (2, "", "0 lines of errors"),
        (4, "error: a\nerror: b\n", "2 lines of errors"),
        (1, "error: x\n", "exit code 1"),
        (2, "error: \x1b[2J\n", "control character '\\x1b'"),
        (0, "Traceback (most recent call last)", "traceback"),
        (1, "error: this program has a fault (x)\n", "fault of the program"),
    ],
)
def test_what_an_end_is_worth(code, err, fault):
    assert answers.Answer(code, "", err).fault == fault


def test_the_table_lies_above_that_of_kills(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    (tmp_path / "faults.md").write_text(f"old\n\n{faults.TITLE}\n\nkills\n")
    none = [f"--{name}=0" for name in ("kills", "bytes", "manifests", "rooms", "outputs", "links")]
    assert run(attacks.Options, attacks.benchmark, [*none, "--servers", "2"]) == 0
    text = (tmp_path / "faults.md").read_text()
    assert "| servers that answer the client as no server should | 2 | 2 | 0 | 0 | 0 |" in text
    assert text.endswith(f"{faults.TITLE}\n\nkills\n")
    assert not text.startswith("old")


def test_rows_of_the_table_are_of_the_last_call_that_tried_them():
    before = {
        "kills, x": {"variants": ["x"], "seed": 3, "counts": {"": 200}},
        "bytes": {"variants": ["y"], "seed": 3, "counts": {"": 5}},
    }
    counts = Counter({("bytes", ""): 1200, ("bytes", attacks.LOST): 1, ("links", attacks.TRACEBACK): 2})
    counts["kills, y", ""] = 30
    kept = attacks.merged(before, attacks.Options(variants=("cgan",)), counts)
    text = attacks.markdown(kept)
    assert "| 1,201 | 1,200 | 1 | 0 | 0 |" in text
    assert "| 230 | 230 | 0 | 0 | 0 |" in text
    assert "| **all** | 1,433 | 1,430 | 1 | 2 | 0 |" in text
    assert "cgan, x, y, at their smallest; seed 0, 3." in text
