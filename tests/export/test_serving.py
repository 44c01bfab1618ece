"""What TensorFlow Serving is given, and the client, against servers of the documented REST and gRPC grammar.

The servers here are not TensorFlow Serving: they read requests as its documentation says (RESTful API, "Predict API",
columnar form; prediction_service.proto) and let TensorFlow run the exported signatures.
"""

import base64
import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from benchmarks.resilience.attacks_by import servers
from keras_gan import exporters
from tests.conftest import ROOT, tiny

CLIENT = ROOT / "export" / "serving" / "client.py"


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Exported models by name: `plain`, and `classes` with three of them."""

    folder = tmp_path_factory.mktemp("models")
    for name, variant in (("plain", "dcgan"), ("classes", "cgan")):
        model = tiny(variant)
        model.compile()
        exporters.export(model, folder / name / "1", formats=("saved_model",))
    return folder


@pytest.fixture(scope="module")
def loaded(models):
    return {path.name: tf.saved_model.load(str(path / "1")) for path in models.iterdir()}


def run(model, signature, inputs):
    """The outputs of a signature, or a sentence why there are none, as a server would say it."""
    if signature not in model.signatures:
        return f'Serving signature name: "{signature}" not found in signature def'
    wanted = model.signatures[signature].structured_input_signature[1]
    if set(inputs) != set(wanted):
        return f"input size does not match signature: {sorted(inputs)} vs {sorted(wanted)}"
    tensors = {name: tf.constant(value, wanted[name].dtype) for name, value in inputs.items()}
    return {name: value.numpy() for name, value in model.signatures[signature](**tensors).items()}


@pytest.fixture
def rest(loaded):
    """A server of the REST grammar; `server.answers` are codes or bodies to give before it begins to work."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.server.answers:
                answer = self.server.answers.pop(0)
                coded = isinstance(answer, int)
                return self.reply(answer if coded else 200, {"error": "not\n ready"} if coded else answer)
            name, _, verb = self.path.removeprefix("/v1/models/").partition(":")
            name, _, version = name.partition("/versions/")
            if verb != "predict" or name not in loaded or version not in ("", "1"):
                return self.reply(404, {"error": f"Servable not found for request: Specific({name}, {version})"})
            outputs = run(loaded[name], request.get("signature_name", "serving_default"), request["inputs"])
            if isinstance(outputs, str):
                return self.reply(400, {"error": outputs})
            columns = {name: encoded(values) for name, values in outputs.items()}
            # One output stands alone, several by their names.
            return self.reply(200, {"outputs": next(iter(columns.values())) if len(columns) == 1 else columns})

        def reply(self, code, body):
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments):
            pass

    def encoded(values):
        if values.dtype == object:
            return [{"b64": base64.b64encode(value).decode()} for value in values]
        return values.tolist()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.answers = []
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def client(*arguments):
    command = [sys.executable, str(CLIENT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def grid(images):
    """The pixels of a row of pictures, in 8 bits."""
    return np.rint(255 * np.concatenate(images, axis=1)).astype(np.uint8)


SEEDS = (-3, 2**63 - 1)  # both survive JSON, which has no whole numbers of its own


def test_pictures_by_rest(rest, loaded, tmp_path):
    out = tmp_path / "grid.png"
    result = client("--url", rest.url, "--model", "plain", "--seeds", *SEEDS, "--out", out)
    assert result.returncode == 0, result.stderr
    expected = run(loaded["plain"], "from_seeds", {"seeds": SEEDS})["images"]
    np.testing.assert_array_equal(np.asarray(Image.open(out)), grid(expected))
    result = client("--url", rest.url, "--model", "plain", "--seeds", *SEEDS, "--truncation", 0.5, "--out", out)
    assert result.returncode == 0, result.stderr
    expected = run(loaded["plain"], "from_seeds_truncated", {"seeds": SEEDS, "truncation": [0.5, 0.5]})["images"]
    np.testing.assert_array_equal(np.asarray(Image.open(out)), grid(expected))


@pytest.mark.parametrize(
    ("options", "signature", "inputs"),
    [
        ((), "from_seeds", {}),
        (("--label", 2), "from_seeds_and_labels", {"labels": [2, 2]}),
        (("--label", -1, "--truncation", 0.25), "from_seeds_truncated", {"labels": [0, 1], "truncation": [0.25, 0.25]}),
        (("--version", 1), "from_seeds", {}),
    ],
)
def test_classes_by_rest(options, signature, inputs, rest, loaded, tmp_path):
    seeds = [3, -2]  # of the classes 0 and 1
    result = client("--url", rest.url, "--model", "classes", "--seeds", *seeds, *options, "--out", tmp_path / "g.png")
    assert result.returncode == 0, result.stderr
    expected = run(loaded["classes"], signature, {"seeds": seeds, **inputs})["images"]
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "g.png")), grid(expected))


def test_busy_servers_are_asked_again(rest, tmp_path):
    rest.answers = [503, 429]
    assert client("--url", rest.url, "--model", "plain", "--out", tmp_path / "g.png").returncode == 0
    rest.answers = [503] * 3
    result = client("--url", rest.url, "--model", "plain", "--retries", 1, "--out", tmp_path / "absent.png")
    assert result.returncode == 4
    assert result.stderr == f"error: {rest.url} answered 503: not ready.\n"
    assert not (tmp_path / "absent.png").exists()


@pytest.mark.parametrize(
    ("options", "code", "problem"),
    [
        (("--model", "nobody"), 4, "answered 404: Servable not found"),
        (("--model", "plain", "--version", 7), 4, "answered 404"),
        (("--model", "plain", "--label", 1), 4, "answered 400: Serving signature name"),
        (("--model", "classes", "--truncation", 0.5), 4, "answered 400: input size does not match"),
        (("--model", "classes", "--label", 3), 4, "there is no such class"),
        (("--model", "plain", "--truncation", "nan"), 2, "--truncation must be"),
        (("--model", "plain", "--seeds", 2**63), 2, "--seeds must fit"),
        (("--model", "plain", "--seeds", *range(5000)), 2, "at most 4096"),
        (("--model", "plain", "--label", -2), 2, "--label must be"),
        (("--model", "plain", "--out", "/nowhere/g.png"), 2, "cannot write"),
        (("--model", "plain", "--url", "ftp://x"), 2, "--url must begin"),
        (("--model", "plain", "--url", "http://[x"), 4, "no address of a server"),
        (("--model", "plain", "--url", "http://a b:80"), 4, "no address of a server"),
        (("--model", "plain", "--url", "http://x:port"), 4, "no address of a server"),
        (("--model", "a b/c?d#\udcff"), 4, "answered 404: Servable not found"),
        (("--model", "plain", "--out", "g.jpg"), 2, "g.jpg must be a file that ends in .png"),
        (("--model", "plain", "--timeout", "inf"), 2, "--timeout must be"),
        (("--model", "plain", "--retries", 1000), 2, "--retries must be"),
        (("--model", "plain", "--version", -1), 2, "--version must be"),
        (("--model", "plain", "--seeds", "one"), 2, "--seeds"),
    ],
)
def test_one_clear_line(options, code, problem, rest, tmp_path):
    result = client("--url", rest.url, "--out", tmp_path / "g.png", *options)
    assert result.returncode == code
    (line,) = result.stderr.splitlines()
    assert problem in line


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"<html>", "did not answer in JSON"),
        (b"[" * 100_000, "did not answer in JSON"),
        (b"\xff", "did not answer in JSON"),
        (b"5", "answered without outputs"),
        (b'{"outputs": 5}', "are not pictures"),
        (b'{"outputs": {}}', "which is not 1 pictures"),
        (b'{"outputs": [[1], [1, 2]]}', "are not pictures"),
        (b'{"outputs": [{"b64": "####"}]}', "are not pictures"),
        (b'{"outputs": [[[[NaN]]]]}', "not numbers"),
        (b'{"outputs": [[[[]]]]}', "which is not 1 pictures"),
        (b'{"outputs": [[[[0, 0, 0, 0, 0]]]]}', "which is not 1 pictures"),
    ],
)
def test_odd_answers_are_one_line(answer, problem, rest, tmp_path):
    rest.answers = [answer]
    result = client("--url", rest.url, "--model", "plain", "--retries", 0, "--out", tmp_path / "g.png")
    assert result.returncode == 4, result.stderr
    (line,) = result.stderr.splitlines()
    assert problem in line
    assert not (tmp_path / "g.png").exists()


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"])
def test_servers_that_say_something_else_or_never_end(said, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(1 << 16)
                connection.sendall(said)
                for _ in range(100 if said.startswith(b"HTTP") else 0):
                    connection.sendall(b" ")
                    time.sleep(0.1)

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        options = ("--model", "x", "--retries", 0, "--timeout", 1, "--out", tmp_path / "g.png")
        result = client("--url", url, *options)
        thread.join()
    assert result.returncode == 4, result.stderr
    (line,) = result.stderr.splitlines()
    assert url in line


@pytest.mark.parametrize("name", servers.behaviours())
def test_hostile_servers_are_one_line_within_the_deadline(name, tmp_path):
    ((_, how, answer),) = servers.attacks(tmp_path, {name: servers.behaviours()[name]}, timeout=0.3)
    assert (how, answer.code, answer.fault) == (name, 4, "")
    (line,) = answer.err.splitlines()
    assert len(line) < 500
    assert not list(tmp_path.iterdir())


def test_a_proxy_of_the_environment_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    result = client("--url", "http://example.invalid", "--model", "x", "--retries", 0, "--out", tmp_path / "g.png")
    assert (result.returncode, len(result.stderr.splitlines())) == (4, 1)
    assert "through the proxy that http_proxy names" in result.stderr


def test_nobody_there(tmp_path):
    result = client("--url", "http://127.0.0.1:9", "--model", "x", "--retries", 0, "--out", tmp_path / "g.png")
    assert result.returncode == 4
    assert "cannot be reached" in result.stderr


def test_pictures_by_grpc(loaded, tmp_path):
    grpc = pytest.importorskip("grpc")
    apis = pytest.importorskip("tensorflow_serving.apis", reason="tensorflow-serving-api is not installed")
    from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

    assert apis

    class Service(prediction_service_pb2_grpc.PredictionServiceServicer):
        def Predict(self, request, context):
            if request.model_spec.name not in loaded:
                context.abort(grpc.StatusCode.NOT_FOUND, "Servable not found")
            inputs = {name: tf.make_ndarray(tensor) for name, tensor in request.inputs.items()}
            answer = predict_pb2.PredictResponse()
            for name, values in run(loaded[request.model_spec.name], request.model_spec.signature_name, inputs).items():
                answer.outputs[name].CopyFrom(tf.make_tensor_proto(values))
            return answer

    server = grpc.server(ThreadPoolExecutor(2))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(Service(), server)
    url = f"grpc://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        options = ("--url", url, "--seeds", *SEEDS, "--label", 2, "--out", tmp_path / "g.png")
        result = client("--model", "classes", *options)
        assert result.returncode == 0, result.stderr
        wrong = client("--model", "nobody", *options)
    finally:
        server.stop(None)
    expected = run(loaded["classes"], "from_seeds_and_labels", {"seeds": SEEDS, "labels": [2, 2]})["images"]
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "g.png")), grid(expected))
    assert wrong.returncode == 4
    assert "NOT_FOUND: Servable not found" in wrong.stderr


def test_png_is_the_picture(loaded):
    for name, inputs in (("plain", {"seeds": SEEDS}), ("classes", {"seeds": SEEDS, "labels": [2, -1]})):
        files = run(loaded[name], "png", inputs)["image_bytes"]
        signature = "from_seeds" if name == "plain" else "from_seeds_and_labels"
        images = run(loaded[name], signature, inputs)["images"]
        decoded = [tf.io.decode_png(file).numpy() for file in files]
        np.testing.assert_array_equal(decoded, np.rint(255 * images).astype(np.uint8))


def test_label_of_minus_one_is_the_seeds_own(loaded):
    own = run(loaded["classes"], "from_seeds", {"seeds": [4, 5]})["images"]
    same = run(loaded["classes"], "from_seeds_and_labels", {"seeds": [4, 5], "labels": [-1, 2]})["images"]
    np.testing.assert_array_equal(own, same)


def test_a_label_that_is_none_spoils_its_own_row_alone(loaded):
    run = loaded["classes"].signatures
    seeds, labels = tf.constant([7, 7, 7, 7], tf.int64), tf.constant([2, 3, -2, -1], tf.int32)
    images = run["from_seeds_and_labels"](seeds=seeds, labels=labels)["images"].numpy()
    assert np.isnan(images).all(axis=(1, 2, 3)).tolist() == [False, True, True, False]
    good = run["from_seeds_and_labels"](seeds=seeds[::3], labels=labels[::3])["images"]
    np.testing.assert_allclose(images[::3], good, atol=1e-6)
    latents = tf.zeros([2, run["serving_default"].structured_input_signature[1]["latents"].shape[1]])
    images = run["serving_default"](latents=latents, labels=tf.constant([-1, 1]))["images"].numpy()
    assert np.isnan(images).all(axis=(1, 2, 3)).tolist() == [True, False]
    black = run["png"](seeds=seeds, labels=labels)["image_bytes"][1]
    assert tf.reduce_max(tf.io.decode_png(black)) == 0


def test_rows_do_not_depend_on_the_rows_beside_them(loaded):
    rng = np.random.default_rng(0)
    seeds = rng.integers(-(2**63), 2**63, 12)
    inputs = {"seeds": seeds, "labels": rng.integers(0, 3, 12), "truncation": rng.uniform(0.1, 1, 12)}
    together = run(loaded["classes"], "from_seeds_truncated", inputs)["images"]
    order = rng.permutation(12)
    shuffled = run(loaded["classes"], "from_seeds_truncated", {k: v[order] for k, v in inputs.items()})["images"]
    np.testing.assert_allclose(shuffled, together[order], atol=1e-6)
    # A server pads a batch by repeating its first row.
    padded = {name: np.concatenate([values[:3], np.repeat(values[:1], 13)]) for name, values in inputs.items()}
    rows = run(loaded["classes"], "from_seeds_truncated", padded)["images"][:3]
    np.testing.assert_allclose(rows, together[:3], atol=1e-6)


def test_warm_up_asks_every_signature(models, loaded):
    path = models / "classes" / "1" / "assets.extra" / "tf_serving_warmup_requests"
    from keras_gan.exporters import warmup

    asked = {}
    for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
        request = warmup.prediction_log().FromString(record).predict_log.request
        inputs = {name: tf.make_ndarray(tensor) for name, tensor in request.inputs.items()}
        outputs = run(loaded["classes"], request.model_spec.signature_name, inputs)
        assert not isinstance(outputs, str), outputs
        asked.setdefault(request.model_spec.signature_name, []).append(len(next(iter(inputs.values()))))
    assert asked == {name: [1, 8] for name in loaded["classes"].signatures}


def test_warm_up_is_read_by_the_real_schema(models):
    pytest.importorskip("tensorflow_serving.apis", reason="tensorflow-serving-api is not installed")
    from tensorflow_serving.apis import prediction_log_pb2

    path = models / "plain" / "1" / "assets.extra" / "tf_serving_warmup_requests"
    records = list(tf.data.TFRecordDataset(str(path)).as_numpy_iterator())
    requests = [prediction_log_pb2.PredictionLog.FromString(record).predict_log.request for record in records]
    assert {request.model_spec.signature_name for request in requests} == {
        *("serving_default", "from_seeds", "from_seeds_truncated", "png")
    }
    assert all("seeds" in request.inputs or "latents" in request.inputs for request in requests)
