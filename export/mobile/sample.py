"""Draws pictures from a `generator.tflite`; needs only numpy, pillow and ai-edge-litert.

    python export/mobile/sample.py --model generator.tflite --count 16 --seed 1 --out grid.png

The picture of a seed is the same here as from the SavedModel and from Keras: latents follow the portable seed
rule, specified to the bit in export/README.md. Copy this one file wherever it is needed. If the generator draws
classes, copy the manifest.json beside it, too: it says how many there are, and what they are called.
"""

import argparse
import hashlib
import importlib.util
import json
import math
import sys
from pathlib import Path

import numpy as np

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))


def threefry2x32(key, counter):
    """Threefry-2x32 with 20 rounds over uint32 arrays: pair of keys, pair of counters -> pair of random words."""
    keys = (key[0], key[1], key[0] ^ key[1] ^ np.uint32(0x1BD11BDA))
    x0, x1 = counter[0] + keys[0], counter[1] + keys[1]
    for group in range(5):
        for rotation in ROTATIONS[group % 2]:
            x0 = x0 + x1
            x1 = ((x1 << np.uint32(rotation)) | (x1 >> np.uint32(32 - rotation))) ^ x0
        x0 = x0 + keys[(group + 1) % 3]
        x1 = x1 + keys[(group + 2) % 3] + np.uint32(group + 1)
    return x0, x1


def portable_latents(seeds, latent_dim):
    """Standard normal float32 [N, latent_dim]; row i depends on the int64 seeds[i] alone."""
    bits = np.asarray(seeds, np.int64).view(np.uint64)[:, None]
    key = ((bits & np.uint64(0xFFFFFFFF)).astype(np.uint32), (bits >> np.uint64(32)).astype(np.uint32))
    pairs = np.arange((latent_dim + 1) // 2, dtype=np.uint32)[None, :]
    word0, word1 = threefry2x32(key, (pairs, np.zeros_like(pairs)))
    radius = np.sqrt(-2.0 * np.log((word0.astype(np.float64) + 1.0) * 2.0**-32))
    angle = word1.astype(np.float64) * (2.0 * math.pi * 2.0**-32)
    normal = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    return normal.reshape(len(bits), -1)[:, :latent_dim].astype(np.float32)


def seed_range(seed, count):
    """The int64 seeds `seed … seed + count - 1`, wrapping around at the end of the int64 range."""
    return (np.arange(count, dtype=np.uint64) + np.uint64(seed & 0xFFFFFFFFFFFFFFFF)).view(np.int64)


def load(model):
    """The signature of a .tflite file, a function that draws one picture."""
    from ai_edge_litert.interpreter import Interpreter

    return Interpreter(model_path=str(model)).get_signature_runner("serving_default")


def sample(draw, seeds, labels=None, truncation=1.0):
    """Pictures of `seeds`: float32 [N, height, width, channels] in [0, 1].

    Args:
        draw: what `load` returned.
        seeds: int64 [N].
        labels: classes, integers [N], for a generator that takes labels.
        truncation: number in (0, 1] that latents are multiplied by.
    """
    details = draw.get_input_details()
    batch, latent_dim = (int(size) for size in details["latents"]["shape"])
    latents = np.float32(truncation) * portable_latents(seeds, latent_dim)
    inputs = {"latents": quantized(latents, details["latents"])}
    if labels is not None:
        inputs["labels"] = np.asarray(labels, np.int32)
    images = []
    for start in range(0, len(seeds), batch):
        rows = np.arange(start, start + batch) % len(seeds)  # the batch is fixed: the last one begins anew
        images.append(draw(**{name: values[rows] for name, values in inputs.items()})["images"])
    return dequantized(np.concatenate(images)[: len(seeds)], draw.get_output_details()["images"])


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


def read_manifest(model):
    """The manifest.json beside a model, or an empty one where none can be read."""
    try:
        manifest = json.loads((model.parent / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def kind_of_samples(model):
    """What a model makes, as the manifest.json beside it says: `image` where it does not."""
    networks = read_manifest(model).get("fields", {}).values()
    return next((field["kind"] for network in networks for field in network["outputs"].values()), "image")


def is_damaged(model):
    """Whether the manifest beside a model describes another file of its name. A damaged file may draw all the same."""
    described = read_manifest(model).get("files", {}).get(model.name, {}).get("sha256")
    return described is not None and hashlib.sha256(model.read_bytes()).hexdigest() != described


def read_classes(model):
    """Number and names of the classes from the manifest.json beside a model; `(0, [])` where it does not say."""
    manifest = read_manifest(model)
    num_classes = manifest.get("generator", {}).get("num_classes", 0)
    names = manifest.get("data", {}).get("classes", [])
    return num_classes, names if len(names) == num_classes else []


def find_labels(model, seeds, label=None):
    """The classes of `seeds`, int32 [N]: all of the class `label`, a name or a number, or `seed mod num_classes`.

    Raises:
        ValueError: if that cannot be told, or there is no such class.
    """
    num_classes, names = read_classes(model)
    if label is None:
        if not num_classes:
            raise ValueError("this generator draws classes, and no manifest.json beside it says how many: give --label")
        return np.mod(seeds, num_classes).astype(np.int32)
    if label in names:
        return np.full(len(seeds), names.index(label), np.int32)
    if not label.isdecimal() or (num_classes and int(label) >= num_classes) or int(label) >= 2**31:
        known = names or [f"0 to {num_classes - 1}" if num_classes else "numbers from 0 on"]
        raise ValueError(f"--label {label}: there is no such class, choose from: {', '.join(known)}")
    return np.full(len(seeds), int(label), np.int32)


def save_grid(path, images):
    """Writes pictures in [0, 1] as one nearly square PNG grid."""
    from PIL import Image

    count, height, width, channels = images.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    tiles = np.zeros((rows * columns, height, width, channels), np.uint8)
    tiles[:count] = np.rint(np.clip(images, 0.0, 1.0) * 255.0)
    pixels = tiles.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    pixels = pixels.reshape(rows * height, columns * width, channels)
    Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels).save(path, format="PNG")


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; `--help` says the rest."""

    def error(self, message):
        """Ends the program with exit code 2."""
        self.exit(2, f"error: {message}\n")


def main():
    """The command line: exit code 0 when the grid is written, 2 for bad input."""
    parser = Parser(description="Draws pictures from a generator.tflite.")
    parser.add_argument("--model", required=True, type=Path, help="a generator.tflite")
    parser.add_argument("--count", type=int, default=16, help="how many pictures (default: 16)")
    parser.add_argument("--seed", type=int, default=1, help="pictures of seeds SEED … SEED + COUNT - 1 (default: 1)")
    parser.add_argument("--label", help="draw this class alone: its name or number (default: seed mod classes)")
    parser.add_argument(
        "--truncation",
        type=float,
        default=1.0,
        help="above 0, at most 1: scales latents towards the mean; less variety, often better pictures (default: 1)",
    )
    parser.add_argument("--out", type=Path, default=Path("grid.png"), help="PNG to write (default: grid.png)")
    options = parser.parse_args()
    if not 1 <= options.count <= 10_000:
        parser.error("--count must be between 1 and 10000")
    if not -(2**63) <= options.seed < 2**63:
        parser.error("--seed must fit in 64 bits")
    if not 0 < options.truncation <= 1:
        parser.error("--truncation must be above 0 and at most 1")
    if not options.model.is_file():
        parser.error(f"there is no file {options.model}")
    if importlib.util.find_spec("ai_edge_litert") is None:
        parser.error("ai-edge-litert is not installed: pip install ai-edge-litert")
    if is_damaged(options.model):
        parser.error(f"{options.model} is not the file that manifest.json beside it describes: it is damaged")
    if (kind := kind_of_samples(options.model)) != "image":
        parser.error(f"{options.model} makes values of the kind {kind}: this program draws images alone")
    seeds = seed_range(options.seed, options.count)
    try:
        draw = load(options.model)
        takes_labels = "labels" in draw.get_input_details()
    except (ValueError, RuntimeError, KeyError) as error:
        parser.error(f"{options.model} is not a generator that this program can run: {str(error).splitlines()[0]}")
    if "latents" not in draw.get_input_details():
        parser.error(f"{options.model} changes pictures, it draws none of seeds: use translate.py")
    if options.label is not None and not takes_labels:
        parser.error(f"{options.model} was trained without classes: leave out --label")
    try:
        labels = find_labels(options.model, seeds, options.label) if takes_labels else None
    except ValueError as error:
        parser.error(str(error))
    images = sample(draw, seeds, labels, options.truncation)
    if not np.isfinite(images).all():
        parser.error(f"{options.model} gives numbers that are not finite: it is damaged")
    try:
        save_grid(options.out, images)
    except OSError as error:
        parser.error(f"cannot write {options.out}: {error.strerror or error}")
    print(f"{options.count} pictures of seeds {options.seed} to {options.seed + options.count - 1} in {options.out}")


if __name__ == "__main__":
    sys.exit(main())
