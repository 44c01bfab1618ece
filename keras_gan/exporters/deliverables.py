"""`Deliverables`: which files an export is to write."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Deliverables:
    """What is to be written of a model.

    Attributes:
        formats: modules of `keras_gan.exporters` that each write one, such as `saved_model`, `tflite` and `onnx`.
        precisions: which `.tflite` files, any of `float32`, `float16`, `dynamic`, `int8` and `int8_io`.
        tflite_batch: rows per call of these.
        tflite_size: what their inputs measure along axes that may have any size, such as height and width; default:
            as those of the examples.
    """

    formats: tuple[str, ...] = ("saved_model", "tflite")
    precisions: tuple[str, ...] = ("float32",)
    tflite_batch: int = 1
    tflite_size: int | None = None
