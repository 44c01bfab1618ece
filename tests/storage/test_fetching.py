"""Servers that do not answer are given up soon, in one line."""

import http.server
import socket
import threading
import time

import pytest

from keras_gan.metrics import features
from keras_gan.modalities.image import Image
from keras_gan.networks import inception
from keras_gan.storage import fetching
from tests.conftest import free_address, train

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture
def silent():
    """The address of a server that takes calls and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def answering():
    """Function from an HTTP status to the URL of a server that answers with it alone."""
    servers = []

    def make(status):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}/file"

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize("status", [200, 403, 404, 500])
def test_whoever_answers_is_there(status, answering):
    fetching.check_reachable(answering(status))


@pytest.mark.parametrize("status", [407, 503])
def test_gateways_that_have_no_answer(status, answering):
    with pytest.raises(OSError, match=f"HTTP {status}"):
        fetching.check_reachable(answering(status))


def test_nobody_there_and_no_such_place(monkeypatch):
    with pytest.raises(OSError, match="refused"):
        fetching.check_reachable(f"http://{free_address()}/file")
    with pytest.raises(OSError, match=r"."):
        fetching.check_reachable("http://no-such-server.invalid/file")
    monkeypatch.setenv("http_proxy", "no proxy at all")
    with pytest.raises(OSError, match=r"."):
        fetching.check_reachable("http://127.0.0.1:9/file")


def test_silence_is_not_waited_for(silent, monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS", 0.2)
    start = time.monotonic()
    with pytest.raises(OSError, match="timed out"):
        fetching.check_reachable(f"http://{silent}/file")
    monkeypatch.setattr(fetching.socket, "getaddrinfo", _lookup_that_lasts)
    with pytest.raises(OSError, match="no answer"):
        fetching.check_reachable("http://elsewhere/file")
    assert time.monotonic() - start < 5


def test_weights_that_do_not_come_are_one_message(silent, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS", 0.1)
    monkeypatch.setattr(inception, "WEIGHTS_URL", f"http://{silent}/weights")
    monkeypatch.setenv("KERAS_GAN_CACHE", str(tmp_path))
    with pytest.raises(features.UserError, match=r"(?s)^the Inception weights are neither in [^\n]*$"):
        features.load("inception", features.ExtractorOptions(field=Image(16, 16, 3)))
    assert socket.getdefaulttimeout() is None


@pytest.mark.parametrize("proxy", [True, False])
def test_a_data_set_that_cannot_be_fetched_is_one_line(proxy, tmp_path, monkeypatch, capsys, caplog):
    if proxy:  # all that is there is a proxy that is not
        monkeypatch.setenv("https_proxy", f"http://{free_address()}")
    else:
        monkeypatch.setattr(fetching.urllib.request, "urlopen", _no_network)
    start = time.monotonic()
    assert train("--variant", "gan", "--dataset", "mnist", "--data-dir", tmp_path / "sets", "--download") == 2
    assert time.monotonic() - start < 60
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: mnist cannot be fetched, for storage.googleapis.com does not answer (")
    assert "--data-dir" in line
    assert not caplog.records


def _lookup_that_lasts(*arguments, **options):
    time.sleep(1)
    raise socket.gaierror(-3, "Temporary failure in name resolution")


def _no_network(*arguments, **options):
    raise fetching.urllib.error.URLError(socket.gaierror(-2, "Name or service not known"))
