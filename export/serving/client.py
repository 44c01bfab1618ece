"""Asks TensorFlow Serving for pictures; needs only numpy and pillow, and grpcio with tensorflow-serving-api for gRPC.

    python export/serving/client.py --url http://127.0.0.1:8501 --model dcgan-avatars --seeds 1 2 3 --out grid.png
    python export/serving/client.py --url grpc://127.0.0.1:8500 --model dcgan-avatars --seeds 1 2 3 --out grid.png

Copy this one file wherever it is needed.

Exit codes: 0 the grid is written, 1 a fault of this program, 2 bad input, 4 the server could not be reached or refused,
or this machine failed, 130 interrupted.
"""

import argparse
import base64
import contextlib
import errno
import functools
import http.client
import importlib.util
import io
import json
import math
import os
import queue
import sys
import tempfile
import threading
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
import warnings
from pathlib import Path

NEEDED = {"numpy": "numpy", "PIL": "pillow"}
if __name__ == "__main__":
    for module, package in NEEDED.items():
        if importlib.util.find_spec(module) is None:
            print(f"error: {package} is not installed: pip install {package}", file=sys.stderr)
            sys.exit(2)

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

BATCH = 32  # pictures per request
MOST = 4096
MOST_BYTES = 1 << 25  # of an answer, for each picture
MOST_PIXELS = 1 << 26  # of all pictures of an answer, if they are files
MOST_SECONDS = 3600
MOST_RETRIES = 10
RETRIED = (429, 502, 503, 504)  # answers of servers that are busy or not ready yet
OF_THE_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EFBIG)  # in writing a file


class Problem(Exception):
    """What cannot be done, in one line."""


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
        timeout: seconds for each request, from its beginning to the end of the answer.
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
        if parts[-1].shape[1:] != parts[0].shape[1:]:
            raise Refused("the server gave pictures of several sizes")
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
    if images.ndim != 4 or len(images) != count or min(images.shape) < 1 or images.shape[-1] > 4:
        raise Refused(f"the server gave an array of shape {images.shape}, which is not {count} pictures")
    if not np.isfinite(images).all():
        reason = "there is no such class, or the model is damaged" if "labels" in rows else "the model is damaged"
        raise Refused(f"the server gave pictures that are not numbers: {reason}")


# --- REST ------------------------------------------------------------------------------------------------------------


def _ask_by_rest(url, model, version, signature, rows, timeout):
    place = f"/v1/models/{urllib.parse.quote(model, safe='', errors='surrogateescape')}"
    place += ("" if version is None else f"/versions/{version}") + ":predict"
    # Whole numbers of 64 bits survive JSON here: Python writes all of their digits, and the server reads them.
    body = json.dumps({"signature_name": signature, "inputs": {name: v.tolist() for name, v in rows.items()}})
    try:
        request = urllib.request.Request(
            url.rstrip("/") + place, body.encode(), headers={"Content-Type": "application/json"}
        )
        most = MOST_BYTES * len(rows["seeds"])
        content = _within(timeout, lambda: _content(request, url, timeout, most))
    except (http.client.InvalidURL, ValueError) as error:
        raise Refused(f"{url} is no address of a server: {error}") from None
    except (OSError, http.client.HTTPException) as error:  # also what lies between: proxies, certificates
        reason = getattr(error, "reason", None) or str(error) or type(error).__name__
        raise _Busy(f"{url} cannot be reached{_proxy(url)}: {str(reason)[:300]}") from None
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refused(f"{url} did not answer in JSON: {_first_line(error)}") from None
    outputs = answer.get("outputs") if isinstance(answer, dict) else None
    if outputs is None:
        raise Refused(f"{url} answered without outputs")
    return _images(outputs)


def _content(request, url, timeout, most):
    """The body of an answer, of at most so many bytes."""
    parts, size = [], 0
    try:
        with urllib.request.build_opener(_Direct).open(request, timeout=timeout) as response:
            while part := response.read1(1 << 20):
                parts.append(part)
                size += len(part)
                if size > most:
                    raise Refused(f"{url} answered with more than {most >> 20} MB")
    except urllib.error.HTTPError as error:
        said = b""
        with error, contextlib.suppress(OSError, http.client.HTTPException):
            said = error.read(1 << 16)
        kind = _Busy if error.code in RETRIED else Refused
        raise kind(f"{url} answered {error.code}: {_said(said)}") from None
    return b"".join(parts)


class _Direct(urllib.request.HTTPRedirectHandler):
    """Follows no server that sends on elsewhere: nobody has said that what is asked may go there."""

    def redirect_request(self, *arguments):
        """None: the answer is taken for an error."""


def _within(seconds, function):
    """What a function returns or raises, if that takes no longer; `TimeoutError` otherwise.

    A server that sends a byte now and then keeps each wait of a socket short, and so all of them endless.
    """
    ends = queue.SimpleQueue()

    def work():
        try:
            ends.put((function(), None))
        except BaseException as error:  # for the one who waits
            ends.put((None, error))

    threading.Thread(target=work, daemon=True).start()
    try:
        value, error = ends.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError("timed out") from None
    if error is not None:
        raise error
    return value


def _proxy(url):
    """What the environment puts between, in words."""
    parts = urllib.parse.urlsplit(url)
    proxy = urllib.request.getproxies().get(parts.scheme)
    used = proxy and not urllib.request.proxy_bypass(parts.hostname or "")
    return f" (through the proxy that {parts.scheme}_proxy names)" if used else ""


def _images(outputs):
    """Outputs in the column form of REST: an array, or a dict of arrays; pictures may be PNG files in base64."""
    if isinstance(outputs, dict):
        outputs = outputs.get("images", outputs.get("image_bytes"))
    try:
        if outputs and isinstance(outputs[0], dict):
            return np.stack([_decoded(base64.b64decode(item["b64"]), len(outputs)) for item in outputs])
        return np.asarray(outputs, np.float32)
    except MemoryError:
        raise
    except Exception:  # files that are none can raise anything
        raise Refused("the server's outputs are not pictures") from None


def _decoded(content, count):
    """The pixels of one picture of so many, which are not too many together."""
    image = Image.open(io.BytesIO(content))
    if image.width * image.height * count > MOST_PIXELS:
        raise ValueError
    pixels = np.asarray(image, np.float32) / 255
    return pixels[:, :, None] if pixels.ndim == 2 else pixels


def _said(content):
    """What the server gives as the reason, shortened to a line."""
    try:
        content = json.loads(content)["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
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
    if version is not None:
        request.model_spec.version.value = version
    for name, values in rows.items():
        tensor = request.inputs[name]
        tensor.dtype = _DTYPES[values.dtype.name]
        tensor.tensor_shape.dim.add(size=len(values))
        tensor.tensor_content = values.tobytes()
    try:
        with grpc.insecure_channel(
            url.removeprefix("grpc://"), options=[("grpc.max_receive_message_length", MOST_BYTES * len(rows["seeds"]))]
        ) as channel:
            answer = prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(request, timeout=timeout)
    except grpc.RpcError as error:
        busy = error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED)
        said = " ".join((error.details() or "no reason given").split())[:300]
        raise (_Busy if busy else Refused)(f"{url} answered {error.code().name}: {said}") from None
    if "images" not in answer.outputs:
        raise Refused(f"{url} answered without images")
    images = answer.outputs["images"]
    shape = [dimension.size for dimension in images.tensor_shape.dim]
    try:
        values = np.frombuffer(images.tensor_content, np.float32) if images.tensor_content else images.float_val
        return np.asarray(values, np.float32).reshape(shape)
    except ValueError:
        raise Refused("the server's outputs are not pictures") from None


# --- Command line ----------------------------------------------------------------------------------------------------


def save_grid(path, images):
    """Writes pictures in [0, 1] as one nearly square PNG grid, as a whole or not at all."""
    count, height, width, channels = images.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    tiles = np.zeros((rows * columns, height, width, channels), np.uint8)
    tiles[:count] = np.rint(np.clip(images, 0.0, 1.0) * 255.0)
    pixels = tiles.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    pixels = pixels.reshape(rows * height, columns * width, channels)
    save(path, Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels))


def save(path, image):
    """Writes a PNG file, as a whole or not at all."""
    content = io.BytesIO()
    image.save(content, format="PNG")
    path = Path(os.path.realpath(path))
    temporary = path.with_name(f".{path.name[:40]}.{os.getpid()}.partial")
    try:
        temporary.write_bytes(content.getvalue())
        temporary.replace(path)
    except OSError as error:
        if error.errno in OF_THE_MACHINE:
            raise
        raise Problem(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        if temporary.exists():
            temporary.unlink()


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; `--help` says the rest."""

    def error(self, message):
        """Ends the program with exit code 2."""
        self.exit(2, f"error: {line(message)}\n")


def parse(arguments=None):
    """The options; ends the program if they are wrong."""
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
    options = parser.parse_args(arguments)
    check(parser, options)
    return options


def check(parser, options):
    """Ends the program if options are wrong."""
    if not options.url.startswith(("http://", "https://", "grpc://")):
        parser.error("--url must begin with http://, https:// or grpc://")
    if options.out.suffix.lower() != ".png" or options.out.is_dir():
        parser.error(f"--out {options.out} must be a file that ends in .png")
    if not options.model:
        parser.error("--model needs the name of a model")
    if options.version is not None and not 0 <= options.version < 2**63:
        parser.error("--version must be a number from 0 on")
    if len(options.seeds) > MOST:
        parser.error(f"--seeds: at most {MOST} at once")
    if not all(-(2**63) <= seed < 2**63 for seed in options.seeds):
        parser.error("--seeds must fit in 64 bits")
    if options.label is not None and not -1 <= options.label < 2**31:
        parser.error("--label must be a number from 0 on, or -1")
    if options.truncation is not None and not 0 < options.truncation <= 1:
        parser.error("--truncation must be above 0 and at most 1")
    if not 0 < options.timeout <= MOST_SECONDS:
        parser.error(f"--timeout must be above 0, and at most {MOST_SECONDS}")
    if not 0 <= options.retries <= MOST_RETRIES:
        parser.error(f"--retries must be between 0 and {MOST_RETRIES}")


def main(arguments=None):
    """The command line; returns the exit code."""
    options = parse(arguments)
    signature, inputs = request_of(options.seeds, options.label, options.truncation)
    try:
        images = draw(options.url, options.model, signature, inputs, options.version, options.timeout, options.retries)
    except Refused as error:
        print(f"error: {line(error)}.", file=sys.stderr)
        return 4
    save_grid(options.out, images)
    print(f"{len(images)} pictures in {options.out}")
    return 0


def line(text):
    """A text as one line that a terminal takes as it is: what cannot be printed becomes an escape such as `\\x1b`."""
    words = " ".join(str(text).split())
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in words)


def _first_line(error):
    """What an exception says, in one line."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def open_streams():
    """Opens to nowhere what is closed of the standard streams: the next files would take their places."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:  # by None, print means the standard output
        sys.stderr = os.fdopen(2, "w", closefd=False)


def ended(program):
    """Runs a program and returns its exit code; whatever it raises becomes one line."""
    warnings.simplefilter("ignore")  # of libraries, on lines of their own
    open_streams()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(errors="backslashreplace")
    try:
        code = program()
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever reads has read enough
        message, code = "", 0
    except KeyboardInterrupt:
        message, code = "interrupted", 130
    except Problem as error:
        message, code = str(error), 2
    except MemoryError:
        message, code = "out of memory: ask for fewer pictures", 4
    except OSError as error:
        message, code = f"{error.filename or ''}: {error.strerror or error}".removeprefix(": "), 4
    except Exception as error:
        message, code = unforeseen(error), 1
    if message:
        print(f"error: {line(message)}", file=sys.stderr)
    with contextlib.suppress(OSError, ValueError, AttributeError):  # what could not be written is not tried again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())
    return code


def unforeseen(error):
    """The line of a fault of the program itself; what led to it goes into a file that the line names."""
    what = f"this program has a fault ({type(error).__name__}: {_first_line(error)})"
    path = Path(tempfile.gettempdir()) / f"keras_gan-error-{os.getpid()}.txt"
    try:
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="backslashreplace")
    except OSError as failed:
        return f"{what}; no file could be written about it: {failed.strerror}"
    return f"{what}; what led to it is in {path}"


if __name__ == "__main__":
    sys.exit(ended(main))
