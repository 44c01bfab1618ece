"""What runs the files of an export: TensorFlow a SavedModel, LiteRT a `.tflite` file, both with signatures by names."""

import os
from pathlib import Path

import numpy as np

from keras_gan.errors import UserError, errors_alone
from keras_gan.exported import contents
from keras_gan.storage.files import plain


def opened(path):
    """The `SavedModel` or `_LiteRTFile` at a path; `UserError` if there is none that is whole and can be loaded."""
    path = Path(path)
    if path.suffix == ".tflite" and not path.is_file():
        raise UserError(f"there is no file {path}.")
    manifest = contents.whole_manifest(path)
    return (_LiteRTFile if path.suffix == ".tflite" else SavedModel)(path, manifest)


class SavedModel:
    """A SavedModel, which takes any number of rows, and any size where its networks do.

    Attributes:
        manifest: what stands beside it.
        signatures: their names.
        has_one_size: False.
    """

    has_one_size = False

    def __init__(self, directory, manifest):
        import tensorflow as tf  # what runs `.tflite` files alone goes without it

        self.manifest, self._tf = manifest, tf
        try:
            # The signatures refer to variables that the loaded object owns, so it must stay alive.
            # It warns of each gradient of a layer's own that is not in the file: that of its operations is the same.
            with plain(directory) as place, errors_alone("absl"):
                self._model = tf.saved_model.load(str(place))
        except Exception as error:  # a damaged file can raise anything
            raise _cannot_be_loaded(directory, error) from None
        self.signatures = tuple(self._model.signatures)
        if "serving_default" not in self.signatures:
            raise not_ours(directory, "serving_default")

    def inputs(self, signature):
        """The shape of each input without the batch, None for an axis of any size: `{name: tuple}`."""
        specs = self._model.signatures[signature].structured_input_signature[1]
        return {name: tuple(spec.shape[1:]) for name, spec in specs.items()}

    def outputs(self, signature):
        """The shape of each output without the batch, `{name: tuple}`."""
        specs = self._model.signatures[signature].structured_outputs
        return {name: tuple(spec.shape[1:]) for name, spec in specs.items()}

    def constant(self, name):
        """What the export holds beside networks, an array; None if it holds nothing of this name."""
        value = getattr(self._model, name, None)
        return None if value is None else value.numpy()

    def function(self, signature):
        """A signature as a function of tensors, by names, that can be differentiated: `{name: tensor}`."""
        return self._model.signatures[signature]

    def run(self, signature, **values):
        """What comes of arrays `[N, …]`, `{name: array}`; `MemoryError` if they do not fit."""
        function = self._model.signatures[signature]
        specs = function.structured_input_signature[1]
        try:
            tensors = {name: self._tf.constant(each, specs[name].dtype) for name, each in values.items()}
            return {name: each.numpy() for name, each in function(**tensors).items()}
        except self._tf.errors.ResourceExhaustedError as error:
            raise MemoryError(error.message) from None


class _LiteRTFile:
    """A `.tflite` file, whose batch and sizes are fixed.

    Attributes:
        manifest: what stands beside it.
        signatures: the name of the only one.
        has_one_size: True.
    """

    signatures, has_one_size = ("serving_default",), True

    def __init__(self, path, manifest):
        from ai_edge_litert.interpreter import Interpreter

        self.manifest = manifest
        try:
            # By its content, since LiteRT does not take every name that a file can have.
            interpreter = Interpreter(model_content=path.read_bytes(), num_threads=os.cpu_count())
            interpreter.allocate_tensors()  # here, where those who open a file expect that it talks
            self._runner = interpreter.get_signature_runner(self.signatures[0])
        except (OSError, ValueError, RuntimeError) as error:
            raise _cannot_be_loaded(path, error) from None
        self._given, self._made = self._runner.get_input_details(), self._runner.get_output_details()

    def inputs(self, signature):
        """The shape of each input without the batch, `{name: tuple}`."""
        return {name: tuple(map(int, detail["shape"][1:])) for name, detail in self._given.items()}

    def outputs(self, signature):
        """The shape of each output without the batch, `{name: tuple}`."""
        return {name: tuple(map(int, detail["shape"][1:])) for name, detail in self._made.items()}

    def run(self, signature, **values):
        """What comes of arrays `[N, …]`, `{name: array}`; N may be any number."""
        batch = int(next(iter(self._given.values()))["shape"][0])
        count = len(next(iter(values.values())))
        parts = []
        for start in range(0, count, batch):
            rows = np.arange(start, start + batch) % count  # the last batch begins anew
            given = {name: _quantized(np.asarray(values[name])[rows], detail) for name, detail in self._given.items()}
            parts.append(self._runner(**given))
        return {
            name: _dequantized(np.concatenate([part[name] for part in parts])[:count], detail)
            for name, detail in self._made.items()
        }


def not_ours(path, signature):
    """The `UserError` for a signature that is missing."""
    return UserError(f"{path} has no signature {signature}: it was not exported by this program.")


def _cannot_be_loaded(path, error):
    """The `UserError` for a file that is damaged, or is something else."""
    return UserError(f"{path} cannot be loaded: {(str(error).splitlines() or [''])[0]}")


def _quantized(values, detail):
    """Numbers as a `.tflite` file wants them."""
    if detail["dtype"] != np.int8:
        return values.astype(detail["dtype"])
    scale, zero = detail["quantization"]
    return np.clip(np.rint(values / scale) + zero, -128, 127).astype(np.int8)


def _dequantized(values, detail):
    """Numbers as a `.tflite` file means them."""
    if detail["dtype"] != np.int8:
        return values
    scale, zero = detail["quantization"]
    return np.float32(scale) * (values.astype(np.float32) - zero)
