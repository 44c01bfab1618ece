"""Asks TensorFlow Serving for pictures; needs only numpy and pillow, and grpcio with tensorflow-serving-api for gRPC.

    python export/serving/client.py --url http://127.0.0.1:8501 --model dcgan-avatars --seeds 1 2 3 --out grid.png
    python export/serving/client.py --url grpc://127.0.0.1:8500 --model dcgan-avatars --seeds 1 2 3 --out grid.png

Copy this one file wherever it is needed. Exit codes: 0 the grid is written, 2 bad input, 4 the server could not be
reached or refused.
"""

import argparse
import base64
import functools
import io
import json
import math
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
from PIL import Image

BATCH = 32  # pictures per request
MOST = 4096
RETRIED = (429, 502, 503, 504)  # answers of servers that are busy or not ready yet


class Refused(Exception):
    """The server could not be reached, or did not give pictures; the message says why."""


def request_of(seeds, labels=None, truncation=None):
    """The signature that answers, and its inputs by name as arrays of one row per picture.

    Args:
        seeds: integers [N] of 64 bits.
        labels: one class for all, an integer, -1 for each seed's own; None: likewise, or no classes.
        truncation: number in (0, 1] that latents are multiplied by, or None.
    """
    inputs = {"seeds": np.asarray(seeds, np.int64)}
    if truncation is not None:
        inputs["truncation"] = np.full(len(seeds), truncation, np.float32)
    if labels is not None:
        inputs["labels"] = np.full(len(seeds), labels, np.int32)
    if truncation is not None:
        return "from_seeds_truncated", inputs
    return ("from_seeds" if labels is None else "from_seeds_and_labels"), inputs


def draw(url, model, signature, inputs, version=None, timeout=30.0, retries=3):
    """Pictures float32 [N, height, width, channels] in [0, 1] from a server, in requests of `BATCH` rows.

    Args:
        url: `http://HOST:PORT`, `https://HOST:PORT` or `grpc://HOST:PORT`.
        model: name of the model on the server.
        signature, inputs: see `request_of`.
        version: number of the version; None: the newest.
        timeout: seconds for each request.
        retries: how often a request is repeated that a busy server has not answered.

    Raises:
        Refused: if there are no pictures.
    """
    ask = _ask_by_grpc if url.startswith("grpc://") else _ask_by_rest
    count = len(inputs["seeds"])
    parts = []
    for start in range(0, count, BATCH):
        rows = {name: values[start : start + BATCH] for name, values in inputs.items()}
        parts.append(_patiently(functools.partial(ask, url, model, version, signature, rows, timeout), retries))
        _check(parts[-1], rows)
    return np.concatenate(parts)


class _Busy(Refused):
    """Worth another try."""


def _patiently(ask, retries):
    for attempt in range(retries):
        try:
            return ask()
        except _Busy:
            time.sleep(0.5 * 2**attempt)
    return ask()


def _check(images, rows):
    count = len(rows["seeds"])
    if images.ndim != 4 or len(images) != count or images.shape[-1] not in (1, 3):
        raise Refused(f"the server gave an array of shape {images.shape}, which is not {count} pictures")
    if not np.isfinite(images).all():
        reason = "there is no such class, or the model is damaged" if "labels" in rows else "the model is damaged"
        raise Refused(f"the server gave pictures that are not numbers: {reason}")


# --- REST ------------------------------------------------------------------------------------------------------------


def _ask_by_rest(url, model, version, signature, rows, timeout):
    place = f"/v1/models/{model}" + (f"/versions/{version}" if version else "") + ":predict"
    # Whole numbers of 64 bits survive JSON here: Python writes all of their digits, and the server reads them.
    body = json.dumps({"signature_name": signature, "inputs": {name: v.tolist() for name, v in rows.items()}})
    request = urllib.request.Request(
        url.rstrip("/") + place, body.encode(), headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            said = _said(error.read())
        kind = _Busy if error.code in RETRIED else Refused
        raise kind(f"{url} answered {error.code}: {said}") from None
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise _Busy(f"{url} cannot be reached: {getattr(error, 'reason', error)}") from None
    except ValueError as error:
        raise Refused(f"{url} did not answer in JSON: {error}") from None
    outputs = answer.get("outputs") if isinstance(answer, dict) else None
    if outputs is None:
        raise Refused(f"{url} answered without outputs")
    return _images(outputs)


def _images(outputs):
    """Outputs in the column form of REST: an array, or a dict of arrays; pictures may be PNG files in base64."""
    if isinstance(outputs, dict):
        outputs = outputs.get("images", outputs.get("image_bytes"))
    try:
        if outputs and isinstance(outputs[0], dict):
            return np.stack([_decoded(base64.b64decode(item["b64"])) for item in outputs])
        return np.asarray(outputs, np.float32)
    except (ValueError, TypeError, KeyError, OSError):
        raise Refused("the server's outputs are not pictures") from None


def _decoded(content):
    pixels = np.asarray(Image.open(io.BytesIO(content)), np.float32) / 255
    return pixels[:, :, None] if pixels.ndim == 2 else pixels


def _said(content):
    """What the server gives as the reason, shortened to a line."""
    try:
        content = json.loads(content)["error"]
    except (ValueError, KeyError, TypeError):
        content = content.decode(errors="replace")
    return " ".join(str(content).split())[:300] or "no reason given"


# --- gRPC ------------------------------------------------------------------------------------------------------------


_DTYPES = {"float32": 1, "int32": 3, "int64": 9}  # of tensorflow/core/framework/types.proto


def _ask_by_grpc(url, model, version, signature, rows, timeout):
    try:
        import grpc
        from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc
    except ImportError as error:
        raise Refused(f"grpc:// needs grpcio and tensorflow-serving-api ({error}): use http://") from None
    request = predict_pb2.PredictRequest()
    request.model_spec.name, request.model_spec.signature_name = model, signature
    if version:
        request.model_spec.version.value = version
    for name, values in rows.items():
        tensor = request.inputs[name]
        tensor.dtype = _DTYPES[values.dtype.name]
        tensor.tensor_shape.dim.add(size=len(values))
        tensor.tensor_content = values.tobytes()
    try:
        with grpc.insecure_channel(
            url.removeprefix("grpc://"), options=[("grpc.max_receive_message_length", -1)]
        ) as channel:
            answer = prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(request, timeout=timeout)
    except grpc.RpcError as error:
        busy = error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED)
        said = " ".join(error.details().split())[:300]
        raise (_Busy if busy else Refused)(f"{url} answered {error.code().name}: {said}") from None
    images = answer.outputs["images"]
    shape = [dimension.size for dimension in images.tensor_shape.dim]
    values = np.frombuffer(images.tensor_content, np.float32) if images.tensor_content else images.float_val
    return np.asarray(values, np.float32).reshape(shape)


# --- Command line ----------------------------------------------------------------------------------------------------


def save_grid(path, images):
    """Writes pictures in [0, 1] as one nearly square PNG grid."""
    count, height, width, channels = images.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    tiles = np.zeros((rows * columns, height, width, channels), np.uint8)
    tiles[:count] = np.rint(np.clip(images, 0.0, 1.0) * 255.0)
    pixels = tiles.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    pixels = pixels.reshape(rows * height, columns * width, channels)
    Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels).save(path, format="PNG")


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; `--help` says the rest."""

    def error(self, message):
        """Ends the program with exit code 2."""
        self.exit(2, f"error: {message}\n")


def main():
    """The command line; returns the exit code."""
    parser = Parser(description="Asks TensorFlow Serving for pictures.")
    parser.add_argument("--url", default="http://127.0.0.1:8501", help="http://, https:// or grpc://HOST:PORT")
    parser.add_argument("--model", required=True, help="name of the model on the server")
    parser.add_argument("--version", type=int, help="number of its version (default: the newest)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="one picture each (default: 1)")
    parser.add_argument("--label", type=int, help="draw this class, a number from 0 on; -1: that of each seed")
    parser.add_argument("--truncation", type=float, help="above 0, at most 1: less variety, often better pictures")
    parser.add_argument("--timeout", type=float, default=30.0, help="seconds for each request (default: 30)")
    parser.add_argument("--retries", type=int, default=3, help="further tries while the server is busy (default: 3)")
    parser.add_argument("--out", type=Path, default=Path("grid.png"), help="PNG to write (default: grid.png)")
    options = parser.parse_args()
    if not options.url.startswith(("http://", "https://", "grpc://")):
        parser.error("--url must begin with http://, https:// or grpc://")
    if len(options.seeds) > MOST:
        parser.error(f"--seeds: at most {MOST} at once")
    if not all(-(2**63) <= seed < 2**63 for seed in options.seeds):
        parser.error("--seeds must fit in 64 bits")
    if options.label is not None and not -1 <= options.label < 2**31:
        parser.error("--label must be a number from 0 on, or -1")
    if options.truncation is not None and not 0 < options.truncation <= 1:
        parser.error("--truncation must be above 0 and at most 1")
    if not options.timeout > 0 or options.retries < 0:
        parser.error("--timeout must be above 0, and --retries at least 0")
    signature, inputs = request_of(options.seeds, options.label, options.truncation)
    try:
        images = draw(options.url, options.model, signature, inputs, options.version, options.timeout, options.retries)
    except Refused as error:
        print(f"error: {error}.", file=sys.stderr)
        return 4
    try:
        save_grid(options.out, images)
    except OSError as error:
        parser.error(f"cannot write {options.out}: {error.strerror or error}")
    print(f"{len(images)} pictures in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
