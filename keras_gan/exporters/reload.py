"""Run as a script in a fresh process: loads exported files with their own runtimes alone and saves what they compute.

    python -I reload.py saved_model|tflite|onnx

Each line of standard input is a job, `{"directory": …, "files": […], "threads": […], "inputs": NPZ, "outputs": NPZ}`;
each is answered with a line, `{"error": null}` or why the files cannot be used. The inputs are arrays by the names that
signatures have for them, one row per picture; what only one signature or file is to be given has its name before,
`serving_default/images`. Imports nothing of keras_gan, as the programs that will use these files do not either.
"""

import functools
import importlib
import json
import sys
import time

import numpy as np


def saved_model(directory, inputs, files, threads):
    """All signatures of a SavedModel, by TensorFlow without Keras; PNG files as pictures in [0, 1]."""
    import tensorflow as tf

    model = tf.saved_model.load(directory)
    outputs = {"runtime": f"tensorflow {tf.__version__}"}
    for signature, run in model.signatures.items():
        given = _of(inputs, signature, run.structured_input_signature[1])
        answer = run(**{name: tf.constant(values) for name, values in given.items()})
        if "image_bytes" in answer:
            answer["images"] = tf.stack([tf.io.decode_png(file) for file in answer["image_bytes"]]) / 255
            answer["images"] = tf.cast(answer["images"], tf.float32)
        outputs[signature] = answer["images"].numpy()
    return outputs


def tflite(directory, inputs, files, threads):
    """The signature of each `.tflite` file, by LiteRT, and the milliseconds of a call on so many threads."""
    from importlib.metadata import version

    from ai_edge_litert.interpreter import Interpreter

    outputs = {"runtime": f"ai-edge-litert {version('ai-edge-litert')}"}
    for file in files:
        for number in threads:
            runner = Interpreter(f"{directory}/{file}", num_threads=number).get_signature_runner("serving_default")
            given = _of(inputs, file, runner.get_input_details())
            outputs[file], outputs[f"{file} {number}"] = _draw(functools.partial(_call, runner), given, _batch(runner))
    return outputs


def onnx(directory, inputs, files, threads):
    """Each `.onnx` file, by ONNX Runtime, picture by picture, and the milliseconds of one on so many threads."""
    import onnxruntime

    outputs = {"runtime": f"onnxruntime {onnxruntime.__version__}"}
    for file in files:
        for number in threads:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = number
            session = onnxruntime.InferenceSession(f"{directory}/{file}", options, providers=["CPUExecutionProvider"])
            given = _of(inputs, file, [each.name for each in session.get_inputs()])
            outputs[file], outputs[f"{file} {number}"] = _draw(functools.partial(_call_session, session), given, 1)
    return outputs


def _of(inputs, target, names):
    """The inputs that a signature or file takes."""
    return {name: inputs[own if (own := f"{target}/{name}") in inputs else name] for name in names}


def _draw(call, inputs, batch):
    """All pictures, batch after batch, and the median of the milliseconds of a call."""
    count = len(next(iter(inputs.values())))
    images, seconds = [], []
    for start in range(0, count, batch):
        rows = np.arange(start, start + batch) % count  # the last batch begins anew
        given = {name: values[rows] for name, values in inputs.items()}
        started = time.perf_counter()
        images.append(call(given))
        seconds.append(time.perf_counter() - started)
    return np.concatenate(images)[:count], 1000 * float(np.median(seconds))


def _call_session(session, given):
    return session.run(None, given)[0]


def _call(runner, given):
    inputs = {name: _quantized(given[name], detail) for name, detail in runner.get_input_details().items()}
    return _dequantized(runner(**inputs)["images"], runner.get_output_details()["images"])


def _batch(runner):
    return int(next(iter(runner.get_input_details().values()))["shape"][0])


def _quantized(values, detail):
    scale, zero = detail["quantization"]
    if detail["dtype"] != np.int8:
        return values
    return np.clip(np.rint(values / scale) + zero, -128, 127).astype(np.int8)


def _dequantized(values, detail):
    scale, zero = detail["quantization"]
    return values if values.dtype != np.int8 else np.float32(scale) * (values.astype(np.float32) - zero)


RUNTIMES = {
    "saved_model": (saved_model, "tensorflow"),
    "tflite": (tflite, "ai_edge_litert.interpreter"),
    "onnx": (onnx, "onnxruntime"),
}


def main(load):
    """Does jobs until standard input ends."""
    for line in sys.stdin:
        job = json.loads(line)
        try:
            with np.load(job["inputs"]) as inputs:
                outputs = load(job["directory"], dict(inputs), job["files"], job["threads"])
            np.savez(job["outputs"], **outputs)
            error = "keras_gan was imported" if "keras_gan" in sys.modules else None
        except Exception as problem:  # whatever it is, it is the answer
            error = f"{type(problem).__name__}: {(str(problem).splitlines() or [''])[0]}"
        print(json.dumps({"error": error}), flush=True)


if __name__ == "__main__":
    load, runtime = RUNTIMES[sys.argv[1]]
    importlib.import_module(runtime)  # at once, while other runtimes start up, too
    main(load)
