"""TFLite (LiteRT): files for phones and browsers, in float32 and smaller."""

import tempfile
import warnings
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from keras_gan.exporters import deployed, saved_model, translator
from keras_gan.randomness import portable_labels, portable_latents
from keras_gan.storage.files import write as write_file

CALIBRATION_SEEDS = np.arange(-200, -72, dtype=np.int64)  # not those that files are verified with


@dataclass(frozen=True)
class Precision:
    """One kind of file.

    Attributes:
        file: its name.
        bound: how far a picture in [0, 1] may be from Keras's, by `measure`.
        measure: `max_difference` of any pixel, or `worst_picture`, the largest mean difference of a picture, where
            rounding moves the edges of shapes and single pixels say little.
    """

    file: str
    bound: float
    measure: str = "worst_picture"


PRECISIONS = {
    "float32": Precision("generator.tflite", 1e-5, "max_difference"),
    "float16": Precision("generator-float16.tflite", 1e-3),
    "dynamic": Precision("generator-dynamic.tflite", 2e-2),
    "int8": Precision("generator-int8.tflite", 6e-2),
    "int8_io": Precision("generator-int8-io.tflite", 6e-2),
}


def write(network, directory, num_classes=0, precisions=("float32",), batch=1):
    """Writes a file of each precision, from latents float32 [batch, latent_dim] to images [batch, H, W, C] in [0, 1].

    With `num_classes`, there is a second input, labels int32 [batch] in [0, num_classes). The batch is static, because
    GPU delegates and browsers want it so; every operation is a TFLite builtin.

    Args:
        network: the generator, in float32.
        directory: folder of the files.
        num_classes: number of classes.
        precisions: any of `PRECISIONS`. float16 stores weights in 16 bits; dynamic stores them in 8 and computes with
            8 where it can; int8 has 8 bits throughout, with inputs and outputs of float32; int8_io has those of 8 bits,
            too, whose scales and zero points are in the file.
        batch: pictures per call.
    """

    def serving_default(latents, labels=None):
        return saved_model.images(network, latents, labels)

    length = saved_model.latent_dim(network)
    signature = saved_model.specs(network, num_classes, batch)
    network = deployed.deployed(network, odd_kernels=True)
    files = {name: directory / PRECISIONS[name].file for name in precisions}
    _convert(network, (serving_default, signature), files, lambda: _calibration(length, num_classes, batch))


def write_translator(given, directory, precisions, batch, size, examples):
    """Writes a file of each precision, from images float32 [batch, *size, c] to images, all in [0, 1].

    A network that takes masks has a second input, masks float32 [batch, *size, 1], above 0.5 in the hole. Files have
    the names of `PRECISIONS` with the network's in place of `generator`.

    Args:
        given: a `Translator` in float32.
        directory: folder of the files.
        precisions, batch: as for `write`.
        size: `(height, width)`, multiples of what the network wants.
        examples: list of arrays [M, *size, …], images and masks: what the ranges of 8-bit numbers are chosen by.
    """
    specs = given.specs(batch, size)
    given = translator.deploy(given, odd_kernels=True)
    files = {name: directory / file_of(name, given.name) for name in precisions}

    def calibration():
        rows = np.arange(max(len(examples[0]), batch)) % len(examples[0])
        for start in range(0, len(rows) // batch * batch, batch):
            chosen = rows[start : start + batch]
            parts = zip(specs, examples, strict=True)
            yield "serving_default", {spec.name: tf.constant(values[chosen]) for spec, values in parts}

    _convert(given.network, (given.of_exact_size, specs), files, calibration)


def file_of(precision, network):
    """The name of the file of a network in a precision."""
    return network + PRECISIONS[precision].file.removeprefix("generator")


def _convert(network, signature, files, calibration):
    """Writes `{precision: path}` of a function that calls `network`."""
    with tempfile.TemporaryDirectory() as static:
        # By way of a SavedModel: conversion from a concrete function loses the weights in silence.
        saved_model.save(network, static, {"serving_default": signature})
        for name, path in files.items():
            converter = tf.lite.TFLiteConverter.from_saved_model(static)
            # Builtins alone: what would need the Flex delegate is an error here and not on somebody's phone.
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
            _ask_for(converter, name, calibration)
            with warnings.catch_warnings():
                # TensorFlow's converter warns of TensorFlow's interpreter, by which it finds the ranges of int8.
                warnings.filterwarnings("ignore", r"\s*Warning: tf\.lite\.Interpreter is deprecated", UserWarning)
                content = converter.convert()
            write_file(path, content)


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


def _calibration(length, num_classes, batch):
    """Latents, and labels, of seeds: what the ranges of 8-bit numbers are chosen by."""
    for start in range(0, len(CALIBRATION_SEEDS) // batch * batch, batch):
        seeds = CALIBRATION_SEEDS[start : start + batch]
        inputs = {"latents": portable_latents(seeds, length)}
        if num_classes:
            inputs["labels"] = portable_labels(seeds, num_classes)
        yield "serving_default", inputs
