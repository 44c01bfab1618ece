"""What leaves a run."""

import importlib.util
from dataclasses import dataclass
from typing import Literal

from keras_gan.config.option import option
from keras_gan.errors import UserError

Format = Literal["saved_model", "tflite", "onnx"]
TFLitePrecision = Literal["float32", "float16", "dynamic", "int8", "int8_io"]
Which = Literal["best", "last"]


@dataclass(frozen=True)
class DeliveryOptions:
    """What leaves the building."""

    export_dir: str = option("export/models", decides="output")
    """Folder of all exported models."""
    export: tuple[Format, ...] = option(("saved_model", "tflite"), decides="output")
    """What to write when training ends; give the option without a value to write nothing. onnx needs two more packages,
    tf2onnx and onnxruntime."""
    tflite: tuple[TFLitePrecision, ...] = option(("float32",), decides="output")
    """Which .tflite files: float32; float16 (weights of 16 bits); dynamic (weights of 8); int8 (8 bits inside); int8_io
    (inputs and outputs, too)."""
    tflite_batch: int = option(1, decides="output")
    """Samples per call of the .tflite files."""
    tflite_size: int | None = option(None, decides="output")
    """Height and width of what the .tflite files of a model that takes any size are given; default: as in training."""
    export_checkpoint: Which = option("best", decides="output")
    """Which checkpoint to export: best by the scores of --metrics, if there are any, or last."""

    def check_delivery(self):
        """Raises `UserError` unless what is to be exported makes sense and can be written."""
        if "onnx" in self.export and not all(importlib.util.find_spec(name) for name in ("tf2onnx", "onnxruntime")):
            raise UserError("--export onnx needs two packages that are optional: pip install tf2onnx onnxruntime.")
        if "tflite" in self.export and not self.tflite:
            raise UserError(
                "--tflite needs a value, such as float32; to write no such file, leave tflite out of --export."
            )
        if not 1 <= self.tflite_batch <= 1024:
            raise UserError(f"--tflite-batch must be between 1 and 1024, got {self.tflite_batch}.")
        if self.tflite_size is not None and not 1 <= self.tflite_size <= 4096:
            raise UserError(f"--tflite-size must be between 1 and 4096 px, got {self.tflite_size}.")
