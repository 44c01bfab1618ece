"""What `--help` shows of every option, of every command and variant: whole sentences, and each default once."""

import itertools
import re

import pytest

from keras_gan import cli, registry
from tests.conftest import command

HELPS = [*((name,) for name in cli.COMMANDS), *(("train", "--variant", name) for name in registry.list_variants())]


def _one_column(lines):
    """The lines of a help, in which many options stand in two columns, one below the other."""
    between = [re.match(r" -+(?=  -+)", line) for line in lines]
    at = next((found.end() for found in between if found), None)
    return lines if at is None else [line[:at] for line in lines] + [line[at:] for line in lines]


@pytest.mark.parametrize("words", HELPS, ids=" ".join)
def test_help_is_running_text(words, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "1000")
    assert command(*words, "--help") == 0
    lines = [line.strip("│| ") for line in _one_column(capsys.readouterr().out.splitlines()[4:])]
    lines = [line for line in lines if not re.fullmatch(r"\W*model options\W*", line)]
    assert any(line.startswith("-h, --help ") for line in lines)
    for line, following in itertools.pairwise(lines):
        assert not re.search(r"default:.*\(default", line), line
        assert "None" not in line, line
        # Flags that leave no room beside them have their text on the next line, and that is one line alone.
        assert not following.startswith("(default"), following
        assert not re.match(r"\w", following) or re.fullmatch(r"-.*[^.)]|[ ─-]*|Options of .*", line), following


def test_a_default_that_is_no_doc_is_shown(capsys):
    assert command("train", "--help") == 0
    shown = " ".join(capsys.readouterr().out.replace("│", " ").replace("|", " ").split())
    assert "(default: tensorboard_logs)" in shown
    assert "default: 32, or the variant's own. --" in shown
    assert "--steps INT " in shown
    assert "--metrics [STR ...] " in shown


@pytest.mark.parametrize("words", [["--version"], ["list", "--version"], ["train", "--variant", "gan", "--version"]])
def test_version(words, capsys):
    assert command(*words) == 0
    assert re.fullmatch(r"keras_gan \d\S*, keras \d\S*, tensorflow \d\S*, Python 3\.\S+\n", capsys.readouterr().out)
