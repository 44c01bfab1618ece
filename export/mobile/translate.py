"""Translates a picture with the `.tflite` of an image-to-image model; needs only numpy, pillow and ai-edge-litert.

    python export/mobile/translate.py --model generator.tflite --input photo.jpg --out translated.png
    python export/mobile/translate.py --model generator.tflite --input photo.jpg --mask mask.png --out filled.png

A file takes pictures of one size. A larger picture is shrunk until it fits; what is missing in height or width is
filled with its last row and column, and cut off from what comes of it. Copy this one file wherever it is needed.
"""

import argparse
import hashlib
import importlib.util
import json
import sys
from pathlib import Path

import numpy as np

HALF = 128  # grey level from which on a mask is the hole


def load(model):
    """The signature of a .tflite file, a function of pictures."""
    from ai_edge_litert.interpreter import Interpreter

    return Interpreter(model_path=str(model)).get_signature_runner("serving_default")


def size_and_channels(run):
    """Height, width and channels of the pictures that a file takes."""
    return tuple(int(edge) for edge in run.get_input_details()["images"]["shape"][1:])


def translate(run, picture, hole=None):
    """What the file makes of one picture that is no larger than it takes.

    Args:
        run: what `load` returned.
        picture: uint8 [height, width, channels].
        hole: bool [height, width], for a file that fills holes; what is outside comes back as it is.

    Returns:
        uint8 [scale * height, scale * width, C].
    """
    height, width, _ = size_and_channels(run)
    missing = ((0, height - picture.shape[0]), (0, width - picture.shape[1]), (0, 0))
    values = {"images": np.pad(picture, missing, mode="edge") / np.float32(255)}
    if hole is not None:
        values["masks"] = np.pad(hole[:, :, None], missing, mode="edge").astype(np.float32)
    details = run.get_input_details()
    batch = int(details["images"]["shape"][0])  # it is fixed: all rows are the same picture
    inputs = {name: quantized(np.stack([each] * batch), details[name]) for name, each in values.items()}
    (detail,) = run.get_output_details().values()
    made = dequantized(run(**inputs)["images"][0], detail)
    if not np.isfinite(made).all():
        raise ValueError("it gives numbers that are not finite: it is damaged")
    scale = len(made) // height
    made = made[: scale * picture.shape[0], : scale * picture.shape[1]]
    made = np.rint(np.clip(made, 0.0, 1.0) * 255.0).astype(np.uint8)
    return made if hole is None else np.where(hole[:, :, None], made, picture)


def quantized(values, detail):
    """Numbers as a file of 8-bit inputs wants them, and as they are for any other."""
    if detail["dtype"] != np.int8:
        return values
    scale, zero = detail["quantization"]
    return np.clip(np.rint(values / scale) + zero, -128, 127).astype(np.int8)


def dequantized(values, detail):
    """The other way round."""
    if values.dtype != np.int8:
        return values
    scale, zero = detail["quantization"]
    return np.float32(scale) * (values.astype(np.float32) - zero)


def read(path, height, width, channels):
    """A picture upright, on white where it is transparent, no larger than this: uint8 [h, w, channels]."""
    from PIL import Image, ImageOps

    with Image.open(path) as file:
        image = ImageOps.exif_transpose(file).convert("RGBA")
    image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image.convert("L" if channels == 1 else "RGB")
    shrink = min(height / image.height, width / image.width)
    if shrink < 1:
        image = image.resize([max(1, int(edge * shrink)) for edge in image.size], Image.Resampling.BOX)
    return np.asarray(image).reshape(image.height, image.width, channels)


def read_manifest(model):
    """The manifest.json beside a model, or an empty one where none can be read."""
    try:
        manifest = json.loads((model.parent / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def strange_kind(model):
    """The kind of what a model takes or makes that is no image, as its manifest says; None if there is none."""
    networks = read_manifest(model).get("fields", {}).values()
    kinds = {field["kind"] for network in networks for group in network.values() for field in group.values()}
    # What draws from noise is told by its inputs.
    return next(iter(kinds - {"image", "image.mask", "scalar", "latents", "label"}), None)


def is_damaged(model):
    """Whether the manifest beside a model describes another file of its name. A damaged file may run all the same."""
    described = read_manifest(model).get("files", {}).get(model.name, {}).get("sha256")
    return described is not None and hashlib.sha256(model.read_bytes()).hexdigest() != described


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; `--help` says the rest."""

    def error(self, message):
        """Ends the program with exit code 2."""
        self.exit(2, f"error: {message}\n")


def main():
    """The command line: exit code 0 when the picture is written, 2 for bad input."""
    parser = Parser(description="Translates a picture with the .tflite of an image-to-image model.")
    parser.add_argument("--model", required=True, type=Path, help="a .tflite file")
    parser.add_argument("--input", required=True, type=Path, help="a picture")
    parser.add_argument("--mask", type=Path, help="for a model that fills holes: as large, white in the hole")
    parser.add_argument("--out", type=Path, default=Path("translated.png"), help="PNG to write")
    options = parser.parse_args()
    if not options.model.is_file():
        parser.error(f"there is no file {options.model}")
    if importlib.util.find_spec("ai_edge_litert") is None:
        parser.error("ai-edge-litert is not installed: pip install ai-edge-litert")
    if is_damaged(options.model):
        parser.error(f"{options.model} is not the file that manifest.json beside it describes: it is damaged")
    if kind := strange_kind(options.model):
        parser.error(f"{options.model} has values of the kind {kind}: this program changes images alone")
    try:
        run = load(options.model)
    except (ValueError, RuntimeError) as error:
        parser.error(f"{options.model} cannot be loaded: {str(error).splitlines()[0]}")
    inputs = run.get_input_details()
    if "images" not in inputs:
        parser.error(f"{options.model} draws pictures of noise, it does not change any: use sample.py")
    if ("masks" in inputs) != (options.mask is not None):
        parser.error(f"{options.model} fills {'holes: give' if 'masks' in inputs else 'no holes: leave out'} --mask")
    try:
        height, width, channels = size_and_channels(run)
        picture = read(options.input, height, width, channels)
        hole = None if options.mask is None else read(options.mask, height, width, 1)[:, :, 0] >= HALF
        if hole is not None and hole.shape != picture.shape[:2]:
            raise ValueError("the mask has another shape than the picture")
        made = translate(run, picture, hole)
        save(options.out, made)
    except (OSError, ValueError) as error:
        parser.error(f"{options.input}: {getattr(error, 'strerror', None) or error}")
    print(f"{made.shape[1]}x{made.shape[0]} px in {options.out}")
    return 0


def save(path, picture):
    """Writes a PNG file."""
    from PIL import Image

    Image.fromarray(picture[:, :, 0] if picture.shape[2] == 1 else picture).save(path, format="PNG")


if __name__ == "__main__":
    sys.exit(main())
