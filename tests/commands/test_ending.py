"""However a command ends, it ends with a documented exit code and a line, never with a traceback."""

import errno
import os
import signal
import subprocess
import sys
import time

import pytest

from keras_gan.commands.ending import answered
from keras_gan.errors import MachineFailed, UserError, cannot_write
from tests.conftest import ROOT, command

PROGRAM = f"{sys.executable} -m keras_gan"
LATIN = {"PYTHONIOENCODING": "latin-1"}
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def shell(line, cwd=ROOT, **environment):
    """Runs a line in a shell; returns what it ended with, where a pipe fails if any of its commands does."""
    everything = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    line = f"set -o pipefail; {line}"
    return subprocess.run(["bash", "-c", line], cwd=cwd, env=everything, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("{} list | head -1", 0, ""),
        ("{} --help | head -1", 0, ""),
        ("{} train --help | true", 0, ""),
        ("{} report --run x 2>&1 | true", 2, ""),
        ("{} list > /dev/full", 4, "error: what this printed could not be written: No space left on device."),
        ("{} smaple 2> /dev/full", 2, ""),
        ("{} list >&-", 0, ""),
        ("{} smaple 2>&-", 2, ""),
        ("{} inspect-data --dataset folder:nobody <&- >&- 2>&-", 2, ""),
    ],
)
def test_streams_that_are_no_good(line, code, message):
    result = shell(line.format(PROGRAM))
    assert (result.returncode, result.stderr.strip()) == (code, message)


def test_what_is_printed_to_nobody_is_done_all_the_same(tmp_path):
    work = "[print('x' * 10_000, flush=True) for _ in range(100)], pathlib.Path('done').touch()"
    code = f"import pathlib; from keras_gan.commands.ending import answered; answered(lambda: print({work}))"
    result = shell(f'{sys.executable} -c "{code}" | true', cwd=tmp_path)
    assert (result.returncode, result.stderr, (tmp_path / "done").is_file()) == (0, "", True)


@pytest.mark.parametrize("environment", [LATIN, ASCII, {"PYTHONIOENCODING": "ascii:strict"}])
def test_locales_without_our_characters(environment):
    helped, wrong = (shell(f"{PROGRAM} {words}", **environment) for words in ("train --help", "report --run $'\\xe9…'"))
    assert (helped.returncode, helped.stderr) == (0, "")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("error: no run '\\")


def test_a_working_directory_that_is_gone(tmp_path):
    result = shell(f"mkdir gone; cd gone; rmdir ../gone; {PROGRAM} report --run x", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith("error: the working directory cannot be used")


def test_a_package_that_is_missing(tmp_path):
    (tmp_path / "tyro.py").write_text("raise ModuleNotFoundError(\"No module named 'tyro'\", name='tyro')")
    for program in ("-m keras_gan", ROOT / "train.py"):
        result = shell(f"{sys.executable} {program} --list", PYTHONPATH=f"{tmp_path}:{ROOT}")
        assert result.returncode == 2
        assert "pip install" in result.stderr
        assert result.stderr.count("\n") == 1


LAST_BEFORE_TENSORFLOW = "keras_gan.distribution.startup"


@pytest.mark.parametrize("seconds", [0, 0.4, 0.8])
@pytest.mark.parametrize("module", ["tyro", "keras_gan.config", LAST_BEFORE_TENSORFLOW, "numpy"])
def test_interrupted_at_any_moment(module, seconds, tmp_path):
    """From the import of a package on, and so much later: TensorFlow is imported with the error stream shut."""
    (tmp_path / "saved_model.pb").write_bytes(b"nonsense")
    line = [sys.executable, "-X", "importtime", "-m", "keras_gan", "sample", "--model", "."]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "2"}
    with subprocess.Popen(
        line, env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:  # fmt: skip
        imported = next(text for text in process.stderr if text.rpartition("|")[2].strip().startswith(module))
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        errors = process.stderr.read()
    assert process.returncode == 130, imported + errors
    assert "Traceback" not in errors
    assert "interrupted." in errors


def test_interrupted_in_code_that_was_made_of_text(tmp_path):
    """As that of data classes is: CPython would end by the signal."""
    text = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nfor _ in range(10**6): pass"
    (tmp_path / "made.py").write_text(
        f"from keras_gan.commands.ending import answered\nanswered(lambda: exec({text!r}))\n"
    )
    result = subprocess.run(
        [sys.executable, "-m", "made"],
        **{"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(ROOT)}, "capture_output": True, "text": True},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a background job ignores it
        check=False,
    )
    assert (result.returncode, result.stderr) == (130, "interrupted.\n")


def raising(error):
    def command():
        raise error

    return command


class Unspeakable(Exception):
    """Cannot even be printed."""

    def __str__(self):
        raise ValueError


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (UserError("this is wrong."), 2, "error: this is wrong."),
        (MachineFailed("the disk is full."), 4, "error: the disk is full."),
        (MemoryError("Unable to allocate 4 TiB"), 4, "error: out of memory: Unable to allocate 4 TiB."),
        (FileNotFoundError(errno.ENOENT, "No such file", "a"), 2, "error: a: No such file."),
        (PermissionError(errno.EACCES, "Permission denied", b"a\xff"), 2, "error: a\\xff: Permission denied."),
        (OSError(errno.ENOSPC, "No space left on device"), 4, "error: No space left on device."),
        (OSError("cannot identify image"), 4, "error: cannot identify image."),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), 4, "error: Connection reset by peer."),
        (KeyboardInterrupt(), 130, "interrupted."),
        (SystemExit(), 0, ""),
        (SystemExit(3), 3, ""),
    ],
)
def test_exceptions_in_one_line(error, code, message, capsys):
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SystemExit) as ended:
            answered(raising(error))
    finally:
        signal.signal(signal.SIGINT, before)
    assert (ended.value.code, capsys.readouterr().err.strip()) == (code, message)


@pytest.mark.parametrize("error", [KeyError("weights\nand more"), Unspeakable(), RecursionError("x" * 5000)])
def test_a_fault_of_the_program_goes_into_a_file(error, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        answered(raising(error))
    said = capsys.readouterr().err
    (path,) = tmp_path.iterdir()
    assert (ended.value.code, said.count("\n")) == (1, 1)
    assert f"has a fault ({type(error).__name__}" in said
    assert str(path) in said
    assert len(said) < 600
    account = path.read_text(encoding="utf-8")
    assert "Traceback" in account
    assert "in raising" in account or "in command" in account


def test_a_fault_is_named_where_no_file_can_be_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file" / "below"))
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit) as ended:
        answered(raising(KeyError("weights")))
    said = capsys.readouterr().err
    assert (ended.value.code, said.count("\n")) == (1, 1)
    assert "test_ending.py, line" in said
    assert "no file could be written" in said


def test_the_backend_of_another_program_is_named(monkeypatch, capsys):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert command("list") == 2
    assert "KERAS_BACKEND is 'torch': unset it" in capsys.readouterr().err


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
def test_a_machine_that_cannot_write_is_no_fault_of_the_path(number):
    assert isinstance(cannot_write("x", OSError(number, os.strerror(number))), MachineFailed)
    for other in (OSError(errno.EACCES, "denied"), OSError("cannot write mode F as PNG")):
        assert not isinstance(cannot_write("x", other), MachineFailed)


def test_a_full_disk_is_said_with_exit_code_4(tmp_path, capsys):
    (tmp_path / "grid.png").symlink_to("/dev/full")
    model = ROOT / "export" / "zoo" / "dcgan-avatars" / "generator-float16.tflite"
    assert command("sample", "--model", model, "--count", 2, "--out", tmp_path / "grid.png") == 4
    assert "grid.png: No space left on device" in capsys.readouterr().err


def test_a_full_disk_that_tensorflow_met_is_no_lack_of_memory(capsys):
    class ResourceExhaustedError(Exception):
        pass

    def save():
        raise ResourceExhaustedError("{{function_node __x}} a/b; No space left on device [Op:SaveV2]")

    with pytest.raises(SystemExit) as ended:
        answered(save)
    assert (ended.value.code, capsys.readouterr().err) == (
        4,
        "error: the disk is full: a/b; No space left on device.\n",
    )


def test_messages_cannot_move_the_cursor(capsys):
    def fail():
        raise UserError("a\x1b[2J\rb\nc")

    with pytest.raises(SystemExit):
        answered(fail)
    assert capsys.readouterr().err == "error: a\\x1b[2J\\rb\nc\n"
