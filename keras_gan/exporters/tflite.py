"""TFLite (LiteRT): files for phones and browsers, in float32 and smaller."""

import tempfile
import warnings
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from keras_gan.exporters import saved_model, signatures
from keras_gan.exporters.outgoing import fitted, fixed_sizes
from keras_gan.exporters.targets import BOUND, Target, bound_of, whose
from keras_gan.layers import small_files
from keras_gan.storage import files

RUNTIME = "ai_edge_litert.interpreter"
TAKES_ANY_SIZE = False
THREADS = (1, 2)
CALIBRATION_SEEDS = np.arange(-200, -72, dtype=np.int64)  # not those that files are verified with
CALIBRATION_EXAMPLES = 128


@dataclass(frozen=True)
class Precision:
    """One kind of file.

    Attributes:
        suffix: what the file's name ends in, after that of the network.
        bound, measure: see `Target`.
        others: the share of samples of whole numbers, such as words, that may be others than Keras's.
    """

    suffix: str
    bound: float
    measure: str = "worst_sample"
    others: float = 0.0

    def held_to(self, outgoing):
        """`(bound, measure)` for what a network gives."""
        if self.others and outgoing.output.is_whole:
            return self.others, "mean_difference"
        return max(self.bound, bound_of(outgoing)), self.measure


PRECISIONS = {
    "float32": Precision(".tflite", BOUND, "max_difference"),
    "float16": Precision("-float16.tflite", 1e-3, others=0.1),
    "dynamic": Precision("-dynamic.tflite", 2e-2, others=0.3),
    "int8": Precision("-int8.tflite", 6e-2, others=0.5),
    "int8_io": Precision("-int8-io.tflite", 6e-2, others=0.5),
}


def file_of(network, precision="float32"):
    """The name of the file of a network in a precision."""
    return f"{network}{PRECISIONS[precision].suffix}"


def write(networks, directory, deliverables):
    """Writes a file of each network in each precision, from and to values at the outer edge.

    Batch and sizes are static, because GPU delegates and browsers want it so; every operation is a TFLite builtin. Of a
    network with controls the file has their defaults inside, and `NAME-controlled` beside it takes them, [batch].

    Args:
        networks: list of `Outgoing` in float32.
        directory: folder of the files.
        deliverables: a `Deliverables`. Of its precisions, float16 stores weights in 16 bits; dynamic stores them in 8
            and computes with 8 where it can; int8 has 8 bits throughout, with inputs and outputs of float32; int8_io
            has those of 8 bits, too, whose scales and zero points are in the file.
    """
    sizes = fixed_sizes(networks, deliverables.tflite_size)
    for outgoing in networks:
        for name, signature in signatures.files_of(outgoing.fused(odd_kernels=True), any_size=False).items():
            paths = {each: directory / file_of(name, each) for each in deliverables.precisions}
            _convert(signature, paths, deliverables.tflite_batch, sizes)


def targets(networks, deliverables):
    """A `Target` for each file."""
    found = []
    for outgoing in networks:
        for name, signature in signatures.files_of(outgoing, any_size=False).items():
            for precision in deliverables.precisions:
                kind, controlled = PRECISIONS[precision], name.removeprefix(outgoing.name).replace("-", " ")
                label = f"tflite {precision}{whose(outgoing, networks)}{controlled}"
                file = file_of(name, precision)
                found.append(Target(file, signature, label, "serving_default", *kind.held_to(outgoing)))
    return found


def _convert(signature, paths, batch, sizes):
    """Writes `{precision: path}`."""
    with tempfile.TemporaryDirectory() as scratch, files.plain(scratch) as static:
        # By way of a SavedModel: conversion from a concrete function loses the weights in silence.
        network = signature.network.network
        with small_files.wanted():
            saved_model.save([network], static, {"serving_default": signature.traceable(batch, sizes)})
        for name, path in paths.items():
            converter = tf.lite.TFLiteConverter.from_saved_model(str(static))
            # Builtins alone: what would need the Flex delegate is an error here and not on somebody's phone.
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
            _ask_for(converter, name, lambda: _calibration(signature, batch, sizes))
            with warnings.catch_warnings():
                # TensorFlow's converter warns of TensorFlow's interpreter, by which it finds the ranges of int8.
                warnings.filterwarnings("ignore", r"\s*Warning: tf\.lite\.Interpreter is deprecated", UserWarning)
                content = converter.convert()
            files.write(path, content)


def _ask_for(converter, name, calibration):
    if name == "float32":
        return
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if name == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if name.startswith("int8"):
        converter.representative_dataset = calibration
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    if name == "int8_io":
        converter.inference_input_type = converter.inference_output_type = tf.int8


def _calibration(signature, batch, sizes):
    """Inputs of seeds or examples, batch after batch: what the ranges of 8-bit numbers are chosen by."""
    values = {name: _usual(signature.network, name, field, sizes) for name, field in signature.inputs.items()}
    count = len(next(iter(values.values())))
    rows = np.arange(max(count, batch)) % count
    for start in range(0, len(rows) // batch * batch, batch):
        chosen = rows[start : start + batch]
        yield "serving_default", {name: tf.constant(each[chosen]) for name, each in values.items()}


def _usual(outgoing, name, field, sizes):
    """Usual values of an input, a NumPy array `[N, …]` at the outer edge."""
    if field.is_control:
        return field.probes(CALIBRATION_SEEDS)
    if field.has_seeds:
        return field.of_seeds(CALIBRATION_SEEDS).numpy()
    examples = fitted(field, outgoing.examples[name][:CALIBRATION_EXAMPLES], sizes)
    (values,) = field.from_model(tf.constant(examples)).values()
    return values.numpy()


def load(directory):
    """Opens files by LiteRT; verification runs this function's source alone, see `reload`."""
    from importlib.metadata import version

    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    def quantized(values, detail):
        if detail["dtype"] != np.int8:
            return values
        scale, zero = detail["quantization"]
        return np.clip(np.rint(values / scale) + zero, -128, 127).astype(np.int8)

    def dequantized(values, detail):
        if values.dtype != np.int8:
            return values
        scale, zero = detail["quantization"]
        return np.float32(scale) * (values.astype(np.float32) - zero)

    def open_target(name, threads):
        runner = Interpreter(f"{directory}/{name}", num_threads=threads).get_signature_runner("serving_default")
        inputs, outputs = runner.get_input_details(), runner.get_output_details()

        def call(given):
            made = runner(**{name: quantized(given[name], detail) for name, detail in inputs.items()})
            return {name: dequantized(values, outputs[name]) for name, values in made.items()}

        return list(inputs), int(next(iter(inputs.values()))["shape"][0]), call

    return f"ai-edge-litert {version('ai-edge-litert')}", None, open_target
