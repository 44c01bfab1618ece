"""Servers that answer `export/serving/client.py` as no server should."""

import base64
import contextlib
import json
import socket
import threading
import time
import zlib

from benchmarks.common.workers import ROOT
from benchmarks.resilience.attacks_by import answers
from tests import hostile

CLIENT = ROOT / "export" / "serving" / "client.py"
_PIXELS = [[[[0.5] * 3] * 4] * 4]
_OK = b"HTTP/1.1 200 OK\r\n"


def _body(content, head=_OK):
    return head + b"Content-Length: %d\r\n\r\n" % len(content) + content


def _outputs(value):
    return _body(json.dumps({"outputs": value}).encode())


def _files(content):
    return _outputs([{"b64": base64.b64encode(content).decode()}])


# What is said at once, and then no more.
SAID = {
    "nothing": b"",
    "nonsense": b"\x16\x03\x01\0\xff\x1b[2J\r\n\r\n",
    "no status": b"HTTP/1.1\r\n\r\n",
    "a status of words": b"HTTP/1.1 okay OK\r\n\r\n",
    "a status out of range": b"HTTP/1.1 99999 x\r\n\r\n",
    "an old protocol": b"HTTP/0.9 200 OK\r\n\r\n{}",
    "too short a body": _OK + b'Content-Length: 900\r\n\r\n{"outputs": 1}',
    "too long a body": _OK + b"Content-Length: 2\r\n\r\n{}" + b"x" * 1000,
    "a length of words": _OK + b"Content-Length: many\r\n\r\n{}",
    "a length below 0": _OK + b"Content-Length: -5\r\n\r\n{}",
    "a length beyond all": _OK + b"Content-Length: 999999999999999999999\r\n\r\n{}",
    "a wrong chunk": _OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "half a chunk": _OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{}",
    "a chunk below 0": _OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",
    "a gzip that is none": _body(b"\x1f\x8b nothing", _OK + b"Content-Encoding: gzip\r\n"),
    "a line too long": _OK + b"X: " + b"x" * 70_000 + b"\r\n\r\n{}",
    "too many headers": _OK + b"X: x\r\n" * 300 + b"\r\n{}",
    "headers of no text": _OK + b"\xff\xfe: \0\r\n\r\n{}",
    "sent on to itself": _body(b"", b"HTTP/1.1 302 Found\r\nLocation: /\r\n"),
    "sent on to a file": _body(b"", b"HTTP/1.1 301 Moved\r\nLocation: file:///etc/passwd\r\n"),
    "sent on by 307": _body(b"", b"HTTP/1.1 307 Temporary\r\nLocation: ftp://127.0.0.1/x\r\n"),
    "sent on to nowhere": _body(b"", b"HTTP/1.1 303 See\r\nLocation: http://[x\r\n"),
    "no such password": _body(b"", b"HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic realm=x\r\n"),
    "an error of escapes": _body(b'{"error": "\\u001b[2J\\nerror: forged\\r"}', b"HTTP/1.1 400 No\r\n"),
    "an error of depth": _body(b"[" * 65_000, b"HTTP/1.1 400 No\r\n"),
    "an error that is a list": _body(b'{"error": [1, {"a": null}]}', b"HTTP/1.1 500 No\r\n"),
    "an error of no text": _body(b"\xff\xfe\0", b"HTTP/1.1 404 No\r\n"),
    "no content": b"HTTP/1.1 204 None\r\n\r\n",
    "part of it": _body(b"{}", b"HTTP/1.1 206 Part\r\n"),
    "nothing new": b"HTTP/1.1 304 Same\r\n\r\n",
    "a switch": b"HTTP/1.1 101 Switch\r\n\r\n",
    "depth": _body(b"[" * 200_000),
    "a number of many digits": _body(b'{"outputs": ' + b"9" * 5000 + b"}"),
    "numbers beyond floats": _outputs([[[[10**400, 0.0, 0.0]]]]),
    "numbers that are none": _body(b'{"outputs": [[[[NaN, Infinity, 1e999]]]]}'),
    "two byte orders": _body('{"outputs": 1}'.encode("utf-16")),
    "twice the same key": _body(b'{"outputs": 1, "outputs": [[1], [1, 2]]}'),
    "too many pictures": _outputs(_PIXELS * 5),
    "depth of 70 axes": _body(b'{"outputs": ' + b"[" * 70 + b"1" + b"]" * 70 + b"}"),
    "a picture too large": _files(hostile.bomb(60_000, 60_000)),
    "a picture of lines": _files(hostile.bomb(1, 2**31 - 1)),
    "a picture of little": _files(b"\x89PNG\r\n\x1a\n"),
    "a picture of zeros": _files(zlib.compress(bytes(1 << 20))),
}


def _drip(connection, before, what=b" "):
    connection.sendall(before)
    for _ in range(600):
        time.sleep(0.05)
        connection.sendall(what)


def _flood(connection, before, what):
    connection.sendall(before)
    for _ in range(4000):
        connection.sendall(what)


# What goes on for longer, or for more, than anybody wants.
GOES_ON = {
    "a body that drips": lambda connection: _drip(connection, _OK + b"Content-Length: 999999\r\n\r\n"),
    "headers that drip": lambda connection: _drip(connection, _OK + b"X: ", b"x"),
    "a status that drips": lambda connection: _drip(connection, b"HTTP/1.1 2", b"0"),
    "more and more headers": lambda connection: _drip(connection, _OK, b"X: x\r\n"),
    "go on, go on": lambda connection: _drip(connection, b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "an error that drips": lambda connection: _drip(connection, b"HTTP/1.1 400 No\r\nContent-Length: 99999\r\n\r\n"),
    "chunks that drip": lambda connection: _drip(
        connection, _OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n[\r\n"
    ),
    "silence": lambda connection: time.sleep(3),
    "a body without end": lambda connection: _flood(connection, _OK + b"\r\n[", b"0," * (1 << 16)),
    "chunks without end": lambda connection: _flood(
        connection, _OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * (1 << 16) + b"\r\n"
    ),
    "an error without end": lambda connection: _flood(connection, b"HTTP/1.1 500 No\r\n\r\n", b"x" * (1 << 16)),
}


@contextlib.contextmanager
def serving(behave):
    """The URL of a server that does this with every connection."""

    def serve(server):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection, contextlib.suppress(OSError):
                    connection.recv(1 << 16)
                    behave(connection)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def behaviours():
    """All of them, `{name: function of a connection}`."""
    said = {name: (lambda connection, content=content: connection.sendall(content)) for name, content in SAID.items()}
    return said | GOES_ON


def attacks(folder, behaviours, timeout=1.0):
    """Servers that are asked for a picture.

    Args:
        folder: for the picture.
        behaviours: `{name: function of a connection}`.
        timeout: seconds that the client waits.

    Yields:
        `(what was attacked, how, Answer)`.
    """
    client, out = answers.script(CLIENT), folder / "served.png"
    for name, behave in behaviours.items():
        with serving(behave) as url:
            words = ("--url", url, "--model", "x", "--retries", 0, "--timeout", timeout, "--out", out)
            started = time.monotonic()
            answer = answers.shipped(client, *words)
            late = time.monotonic() - started > timeout + 2.0
        yield "client, server", f"{name}{' LATE' if late else ''}", answer
