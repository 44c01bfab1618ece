"""Compares the files of image-to-image networks with Keras, on examples and on an image of odd size."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from keras_gan.exporters import onnx, tflite, translator, verify
from keras_gan.training.translation import inputs_of, unit_range

MOST = 8
MOST_PIXELS = MOST * 256**2  # of all examples together
ODD = (37, 53)
# Of pixels in [0, 1]: a fortieth of a grey level. What another order of sums changes grows with depth, and these
# networks are deeper than those that draw from noise, whose bound is a tenth of it.
BOUND = 1e-4


def check(translators, directory, formats, examples, precisions, size):
    """Checks the files of `formats` in `directory` against Keras.

    Args:
        translators: list of `Translator` that compute in float32.
        directory: folder of the exported files.
        formats: any of `saved_model`, `tflite` and `onnx`.
        examples: `{name of a network: batch dict of NumPy arrays, source and perhaps mask, in [-1, 1]}`.
        precisions: those of the `.tflite` files.
        size: `(height, width)` that these take.

    Returns:
        List of `Check`.

    Raises:
        VerificationError: if a file does not load, or differs by more than its bound.
    """
    files = _Files(translators, precisions)
    few = {name: _few(batch) for name, batch in examples.items()}
    one = {name: {key: values[:1] for key, values in batch.items()} for name, batch in few.items()}

    def cases(batches, size=None):
        return {
            each.name: _case(each, batches[each.name] if size is None else fitted_all(batches[each.name], size))
            for each in translators
        }

    # On the processor on both sides: a GPU rounds convolutions more coarsely (TF32) than the bound.
    with tf.device("CPU:0"), verify.processes():
        of_any_size = [name for name in formats if name != "tflite"]
        by_format = dict.fromkeys(of_any_size, cases(few))
        if "tflite" in formats:
            by_format["tflite"] = cases(few, size)
        checks = files.check(directory, by_format)
        if of_any_size:
            checks += files.check(directory, dict.fromkeys(of_any_size, cases(one, ODD)), f", {ODD[1]}x{ODD[0]} px")
    return checks


def fitted_all(batch, size):
    """Every array of a batch dict in this `(height, width)`, see `fitted`."""
    return {name: fitted(values, size) for name, values in batch.items()}


def fitted(images, size):
    """`[N, h, w, C]` as `[N, *size, C]`: cut off, or continued by mirror images, which are images, too."""
    height, width = size
    missing = ((0, 0), (0, max(0, height - images.shape[1])), (0, max(0, width - images.shape[2])), (0, 0))
    return np.pad(images, missing, mode="symmetric")[:, :height, :width]


@dataclass(frozen=True)
class _Case:
    """What files are given, by the names that signatures have for it, and the images they are to make, in [0, 1]."""

    given: dict
    expected: np.ndarray


def _few(batch):
    """A few examples."""
    _, height, width, _ = batch["source"].shape
    count = min(max(1, MOST_PIXELS // (height * width)), MOST)
    return {name: batch[name][:count] for name in ("source", "mask") if name in batch}


def _case(given, batch):
    """What Keras makes of examples, which are rounded to 8 bits so that image files can hold them."""
    images = np.rint(255 * unit_range(batch["source"])).astype(np.float32) / np.float32(255)
    wanted = {"source": images * 2 - 1}
    if given.takes_masks:
        hole = batch["mask"] > 0.5
        # In holes the source is what it was in training; files are given something else there, and must not see it.
        wanted = {"source": np.where(hole, batch["source"], wanted["source"]), "mask": hole.astype(np.float32)}
    expected = _of_keras(given, wanted)
    if not given.takes_masks:
        return _Case({"images": images, "image_bytes": _files_of(images)}, expected)
    expected = np.where(hole, expected, images)
    images = np.where(hole, np.float32(1), images)
    arrays = {"images": images, "masks": wanted["mask"]}
    return _Case({**arrays, "image_bytes": _files_of(images), "mask_bytes": _files_of(arrays["masks"])}, expected)


def _of_keras(given, batch):
    """The network's images, in [0, 1], of sources of any size, continued by their last row and column."""
    _, height, width, _ = batch["source"].shape
    edges = [max(-(-length // given.multiple) * given.multiple, given.smallest) - length for length in (height, width)]
    missing = ((0, 0), (0, edges[0]), (0, edges[1]), (0, 0))
    inputs = inputs_of(given.network, {name: np.pad(values, missing, mode="edge") for name, values in batch.items()})
    images = unit_range(np.asarray(given.network(inputs, training=False)))
    return images[:, : given.scale * height, : given.scale * width]


def _files_of(images):
    return np.array([translator.encoded(image).numpy() for image in images])


@dataclass(frozen=True)
class _Target:
    """A file, or a signature of the SavedModel: what it is called, and what it is held to."""

    name: str
    network: str
    format: str
    signature: str
    bound: float = BOUND
    measure: str = "max_difference"


@dataclass(frozen=True)
class _Files:
    """The files of some networks."""

    translators: list
    precisions: tuple

    def check(self, directory, cases, note=""):
        """Checks the files of `{format: {network: _Case}}`; `note` is added to what a check says it asked."""
        targets = {name: list(self._targets(name)) for name in cases}
        inputs = {
            f"{target.name}/{key}": values
            for name in cases
            for target in targets[name]
            for key, values in cases[name][target.network].given.items()
        }
        names = {name: [target.name for target in some] for name, some in targets.items()}
        outputs = verify.run_files(names, directory, inputs)
        if "saved_model" in names:
            verify.check_signatures(set(outputs["saved_model"]) - {"runtime"}, names["saved_model"])
        return [
            self._compare(target, note, outputs[name], cases[name][target.network].expected)
            for name in cases
            for target in targets[name]
        ]

    def _compare(self, target, note, outputs, expected):
        return verify.compare(
            *(target.format, target.signature + note, str(outputs["runtime"]), outputs[target.name], expected),
            *(target.bound, target.measure),
            None if target.format == "saved_model" else verify.milliseconds_of(target.name, outputs),
        )

    def _targets(self, name):
        """All files, or signatures, of a format."""
        first, alone = self.translators[0].name, len(self.translators) == 1
        if name == "saved_model" and not alone:
            yield _Target("serving_default", first, name, "serving_default")
        for each in self.translators:
            whose = "" if alone else f" {each.name}"
            if name == "saved_model":
                images, files = translator.names(each, self.translators)
                yield _Target(images, each.name, name, images)
                if each.reads_files:
                    yield _Target(files, each.name, name, files, BOUND + verify.ROUNDED)
            elif name == "onnx":
                yield _Target(onnx.file_of(each.name), each.name, name + whose, "serving_default")
            else:
                for precision in self.precisions:
                    kind, file = tflite.PRECISIONS[precision], tflite.file_of(precision, each.name)
                    label = f"tflite {precision}{whose}"
                    yield _Target(file, each.name, label, "serving_default", max(kind.bound, BOUND), kind.measure)
