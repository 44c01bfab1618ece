"""One runtime that draws pictures; run by `sampling.py` as `python -m benchmarks.speed.sampling_worker OPTIONS`."""

import functools
import time
from pathlib import Path

import numpy as np

from benchmarks.common.workers import seconds_per_step, serve

FOLDERS = {1: "one", 64: "many"}  # of the exported files, by the batch of their .tflite


def export(channel, variant, image_shape, directory):
    """Writes the files, and answers with the shape of the networks and how many bytes the `.tflite` files have."""
    from benchmarks.common.program import quiet_tensorflow
    from benchmarks.speed.step_worker import facts

    quiet_tensorflow()
    from keras_gan import exporters
    from keras_gan.training import building

    model = building.create(variant, image_shape)
    model.compile()
    for batch, folder in FOLDERS.items():
        formats = ("saved_model", "tflite", "onnx") if batch == 1 else ("tflite",)
        precisions = ("float32", "float16", "int8") if batch == 1 else ("float32",)
        exporters.export(model, Path(directory) / folder, formats, precisions=precisions, tflite_batch=batch)
    sizes = {file.name: file.stat().st_size for file in sorted((Path(directory) / FOLDERS[1]).glob("*.tflite"))}
    channel.answer(**facts(model), sizes=sizes)


def serve_runtime(load, channel, directory, latent_dim, threads):
    """Answers `step` with the seconds of a call; first with those to import the runtime, and from there to a picture.

    Args:
        load: function `(directory, threads)` that returns `(version, {batch: draw})`, each `draw` a function of float32
            latents `[batch, latent_dim]`; it calls its last argument when its imports are done.
    """
    marks = [time.perf_counter()]
    version, draws = load(Path(directory), threads, lambda: marks.append(time.perf_counter()))
    draws[1](np.zeros((1, latent_dim), np.float32))
    marks.append(time.perf_counter())
    latents = {batch: np.random.default_rng(0).normal(size=(batch, latent_dim)).astype(np.float32) for batch in draws}
    channel.answer(version=version, import_seconds=marks[1] - marks[0], load_seconds=marks[2] - marks[1])
    channel.serve(
        {"step": lambda count, batch: {"seconds": seconds_per_step(lambda: draws[batch](latents[batch]), count)}}
    )


def saved_model(directory, threads, imported):
    """TensorFlow without Keras, with oneDNN; the server runs the same graph."""
    from benchmarks.common.program import ask_for_onednn

    ask_for_onednn()
    import tensorflow as tf

    imported()
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    model = tf.saved_model.load(str(directory / FOLDERS[1]))
    run = model.signatures["serving_default"]

    def draw(latents, model=model):  # keeps the model, whose variables the signature needs
        return run(latents=tf.constant(latents))["images"].numpy()

    return f"TensorFlow {tf.__version__}", dict.fromkeys(FOLDERS, draw)


def tflite(directory, threads, imported):
    """LiteRT for Python, with a file for each batch."""
    from importlib.metadata import version

    from ai_edge_litert.interpreter import Interpreter

    imported()

    def load(folder):
        file = str(directory / folder / "generator.tflite")
        run = Interpreter(file, num_threads=threads).get_signature_runner("serving_default")
        return lambda latents: run(latents=latents)["images"]

    return f"LiteRT {version('ai-edge-litert')}", {batch: load(folder) for batch, folder in FOLDERS.items()}


def openvino(directory, threads, imported):
    """OpenVINO, from the SavedModel, in float32, with a static batch."""
    import openvino

    imported()
    core = openvino.Core()

    def load(batch):
        network = core.read_model(directory / FOLDERS[1])
        network.reshape([batch, network.inputs[0].partial_shape[1].get_length()])
        hints = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
        compiled = core.compile_model(network, "CPU", hints)
        return lambda latents: compiled(latents)[0]

    return f"OpenVINO {openvino.__version__.split('-')[0]}", {batch: load(batch) for batch in FOLDERS}


def onnx(directory, threads, imported):
    """ONNX Runtime."""
    import onnxruntime

    imported()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    file = directory / FOLDERS[1] / "generator.onnx"
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    draw = lambda latents: session.run(["images"], {"latents": latents})[0]  # noqa: E731
    return f"ONNX Runtime {onnxruntime.__version__}", dict.fromkeys(FOLDERS, draw)


if __name__ == "__main__":
    runtimes = (saved_model, tflite, openvino, onnx)
    serve({"export": export} | {load.__name__: functools.partial(serve_runtime, load) for load in runtimes})
