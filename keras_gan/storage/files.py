"""The files of the program: each is written as a whole or not at all, and JSON is read only if it has its form."""

import hashlib
import json
import os
import secrets
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from keras_gan.errors import why
from keras_gan.storage.schema import Unreadable, check


class Missing(Unreadable):
    """A file that is not there, or cannot be opened; says the system's reason alone."""

    def __str__(self):
        return self.problem


# --- Writing ----------------------------------------------------------------------------------------------------------


def write(path, content, durable=True):
    """Makes a file, and the folder it lies in; however it ends, the file is the new one or the one before.

    Args:
        path: of the file. A link stays one; what is no regular file, such as /dev/stdout, is written to as it is.
        content: bytes, text, or a function that is given an open binary file.
        durable: whether the new file outlives a failure of power; else only one of the program.

    Raises:
        OSError: if it cannot be written.
    """
    with replacing(path, durable) as temporary, open(temporary, "wb") as file:
        if callable(content):
            content(file)
        else:  # half of a surrogate pair, as JSON can hold, is in no encoding
            file.write(content.encode("utf-8", "replace") if isinstance(content, str) else content)


def write_json(path, value):
    """Writes a value as JSON for people, too; raises as `write`."""
    write(path, json.dumps(value, indent=2) + "\n")


def append_line(path, text):
    """Adds a line to a file, on a line of its own even after one that was cut short; raises as `write`."""
    with open(path, "a+b") as file:
        whole = file.seek(0, os.SEEK_END) == 0 or (file.seek(-1, os.SEEK_END), file.read(1))[1] == b"\n"
        file.write(("" if whole else "\n").encode() + f"{text}\n".encode())
        file.flush()
        os.fsync(file.fileno())


PARTIAL = r"\..+\.[0-9a-f]{8}\.partial"  # names of files that are not whole, as a regular expression


@contextmanager
def replacing(path, durable=True):
    """Gives a path beside `path`, hidden, for what writes by itself; the file there takes its place at the end."""
    if os.path.exists(path) and not os.path.isfile(path):
        yield Path(path)
        return
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    # Of another name for each writer, and not too long a one.
    temporary = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}.partial")
    try:
        yield temporary
        if durable:
            sync(temporary)
        os.replace(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def sync(path):
    """Returns when a file, or the names in a folder, are on the disk."""
    is_folder = os.path.isdir(path)
    if is_folder and os.name == "nt":  # has no such call
        return
    descriptor = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_PATTERNS = "*?[" if os.name == "nt" else "*?[\\"


@contextmanager
def plain(folder):
    """Gives a path that leads to a folder and that TensorFlow takes as it is.

    It takes some characters for patterns wherever they stand, in the working directory, too, and encodes names as UTF-8
    alone.
    """
    whole, place = os.path.abspath(folder), Path(folder)
    with ExitStack() as stack:
        if not _is_plain(whole):
            # Where the folder of scratch files has such a name itself, the usual one will do.
            scratch = next((each for each in (tempfile.gettempdir(), "/tmp") if _is_plain(each)), None)
            link = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=scratch))) / "place"
            with suppress(OSError):  # a system without links
                link.symlink_to(whole, target_is_directory=True)
                place = link
        yield place


def _is_plain(path):
    return not any(character in _PATTERNS or 0xD800 <= ord(character) < 0xE000 for character in path)


# --- Reading ----------------------------------------------------------------------------------------------------------


def read_json(path, schema):
    """The JSON value in a file.

    Raises:
        Missing: if it cannot be opened.
        Unreadable: if it is not JSON, or of another form than `schema`.
    """
    return parse_json(_content(path), schema)


def read_json_lines(path, schema):
    """The JSON values in a file that has one in each line; what a kill or damage left of a line is passed over.

    Returns:
        A list, empty if there is no such file.

    Raises:
        Missing: if there is a file that cannot be opened.
    """
    values = []
    for line in _content(path).split(b"\n") if os.path.exists(path) else ():
        with suppress(Unreadable):
            values.append(parse_json(line, schema))
    return values


def parse_json(text, schema):
    """The JSON value in a text, or in bytes; raises `Unreadable` as `read_json`."""
    try:
        value = json.loads(str(text, "utf-8") if isinstance(text, bytes) else text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is not JSON: {error}") from None
    check(value, schema)
    return value


def sha256(path):
    """Hash of a file as hexadecimal digits; raises `OSError` if it cannot be read."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _content(path):
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: no name that a file can have
        raise Missing(why(error)) from None
