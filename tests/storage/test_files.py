"""Files are whole, the new or the old; JSON of another form than it should have is refused in a few words."""

import errno
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from keras_gan.storage import files
from keras_gan.storage.schema import Unreadable, check, count, number, only, optional, positive
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\0\xff", b"\0\xff"),
        ("é\n", "é\n".encode()),
        ("half \ud800", b"half ?"),
        (lambda file: file.write(b"whole"), b"whole"),
    ],
)
def test_what_is_written_is_there_and_alone(content, expected, tmp_path):
    path = tmp_path / "new" / "file"
    files.write(path, content)
    files.write(path, content, durable=False)
    assert path.read_bytes() == expected
    assert list(path.parent.iterdir()) == [path]


def half(file):
    file.write(b"half")
    raise OSError("Pillow says so")


@pytest.mark.parametrize("content", [half, 3])
def test_a_writer_that_fails_leaves_the_old_file_and_nothing_else(content, tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises((OSError, TypeError)):
        files.write(path, content)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises((OSError, TypeError)):
        files.write(tmp_path / "new", content)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(name, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "file"
    files.write_json(path, [1])
    monkeypatch.setattr(os, name, full)
    with pytest.raises(OSError, match="No space left"):
        files.write_json(path, [2])
    assert path.read_text() == "[\n  1\n]\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_too_large_for_its_limit_leaves_the_old_one(tmp_path):
    """A write that the system refuses halfway, as it does on a full disk."""
    path = tmp_path / "file"
    path.write_text("old")
    code = (
        "import resource, signal, sys; from keras_gan.storage import files\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try: files.write(sys.argv[1], bytes(100_000))\n"
        "except OSError as error: print(error.strerror)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == os.strerror(errno.EFBIG)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_of_many_writers_one_wins(tmp_path):
    path = tmp_path / "file"

    def write(number):
        files.write(path, bytes([number]) * 100_000)
        found = path.read_bytes()
        assert len(found) == 100_000
        assert len(set(found)) == 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_unfinished_is_hidden_and_has_no_name_too_long(tmp_path):
    path = tmp_path / ("é" * 120 + ".png")
    seen = []

    def write(file):
        seen.extend(child.name for child in tmp_path.iterdir())
        file.write(b"x")

    files.write(path, write)
    (name,) = seen
    assert name.startswith(".")
    assert name.endswith(".partial")
    assert path.read_bytes() == b"x"


def test_links_and_pipes_stay_what_they_are(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    files.write(tmp_path / "link", "x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "x"
    files.write("/dev/null", "x")
    assert not os.path.isfile("/dev/null")
    code = "from keras_gan.storage import files; files.write('/dev/stdout', 'through the pipe')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "through the pipe"
    with pytest.raises(IsADirectoryError):
        files.write(tmp_path, "x")


def test_lines_are_added_and_read(tmp_path):
    path = tmp_path / "lines.jsonl"
    assert files.read_json_lines(path, object) == []
    files.append_line(path, '{"a": 1}')
    files.append_line(path, '{"a": 2}')
    assert path.read_bytes() == b'{"a": 1}\n{"a": 2}\n'
    path.write_bytes(path.read_bytes() + b'{"a": 3')  # a kill
    assert files.read_json_lines(path, {"a": int}) == [{"a": 1}, {"a": 2}]
    files.append_line(path, '{"a": 4}')
    assert files.read_json_lines(path, {"a": int}) == [{"a": 1}, {"a": 2}, {"a": 4}]
    path.write_bytes(b'\xff\n{"a": "1"}\n[]\n\n{"a": 5}\n')
    assert files.read_json_lines(path, {"a": int}) == [{"a": 5}]
    with pytest.raises(files.Missing, match="Is a directory"):
        files.read_json_lines(tmp_path, object)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is not JSON: Expecting value"),
        (b"\xff\xfe", "it is not JSON: 'utf-8' codec"),
        (b"[" * 100_000, "it is not JSON: maximum recursion depth"),
        (b"9" * 10_000, "it is not JSON: Exceeds the limit"),
        (b"[]", "it is not an object"),
    ],
)
def test_what_is_no_such_json_is_refused(content, message, tmp_path):
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=f"^{message}"):
        files.read_json(path, dict)


@pytest.mark.parametrize(
    ("name", "reason"), [("absent", "^No such file or directory$"), (".", "^Is a directory$"), ("\0", "null byte")]
)
def test_what_cannot_be_opened_is_missing(name, reason, tmp_path):
    with pytest.raises(files.Missing, match=reason):
        files.read_json(tmp_path / name, object)


FITS = [
    (object, None),
    (None, None),
    (dict, {"a": 1}),
    (int, -3),
    (count, 0),
    (positive, 1),
    (number, 1),
    (number, 1.5),
    (number, float("nan")),
    ((str, None), None),
    ([int], []),
    ([int, str], [1, "a"]),
    ({"a": int, "b": optional(int)}, {"a": 1, "c": 2}),
    ({str: [int]}, {"x": [1], "y": []}),
    (only({"a": int}), {"a": 1}),
]


@pytest.mark.parametrize(("schema", "value"), FITS)
def test_what_fits_a_schema(schema, value):
    check(value, schema)
    assert json.dumps(files.parse_json(json.dumps(value), schema)) == json.dumps(value)


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        (int, True, "it is not a whole number"),
        (int, 1.0, "it is not a whole number"),
        (number, True, "it is not a number"),
        (number, 10**400, "it is not a number"),
        (count, -1, "it is not a whole number from 0 on"),
        (positive, 0, "it is not a whole number from 1 on"),
        ((str, None), 1, "it is not a text"),
        (None, 0, "it is not null"),
        ([int], {"a": 1}, "it is not a list"),
        ([int, int], [1], "it has 1 values, not 2"),
        ({"a": {"b": [int]}}, {"a": {"b": [1, None]}}, r"a\.b\[1\] is not a whole number"),
        ({"a": int}, {}, "a is missing"),
        ({"a": optional(int)}, {"a": None}, "a is not a whole number"),
        ({str: int}, {"x": []}, "x is not a whole number"),
        ({"a": only({"b": int})}, {"a": {"b": 1, "c" * 99: 2}}, r"a\.c{40} is not known"),
        (only({}), [], "it is not an object"),
    ],
)
def test_what_does_not_fit_is_named(schema, value, message):
    with pytest.raises(Unreadable, match=f"^{message}$"):
        check(value, schema)


def test_sha256(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    assert files.sha256(tmp_path / "abc").startswith("ba7816bf8f01cfea")
