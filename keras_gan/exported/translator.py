"""A network that turns images into images."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.exported import files
from keras_gan.modalities.image import tiling

SMALLEST_TILE = 64
# Where no manifest says them.
LIKELY_MULTIPLE, LIKELY_BYTES_PER_PIXEL = 32, 4096


class ExportedTranslator:
    """An image-to-image network that `exporters.export` wrote: in a SavedModel, or in a `.tflite` file.

    Attributes:
        channels: of the images it is given.
        scale: how many times as large its images are.
        takes_mask: whether it is told what is a hole.
        multiple: tiles of a SavedModel should be multiples of it.
        size: `(height, width)` of what a `.tflite` file takes, and so of its tiles; None of a SavedModel, which takes
            any size.
        bytes_per_pixel: how much memory it needs, about, for each pixel that it is given at once.

    Args:
        path: folder of the SavedModel, or a `.tflite` file.
        direction: which network of a model that has two, `AtoB` or `BtoA`; default: the first, or the file's.

    Raises:
        UserError: if there is no such model, or it draws images of noise.
    """

    def __init__(self, path, direction=None):
        path = Path(path)
        is_file = path.suffix == ".tflite"
        folder = path.parent if is_file else path
        facts = files.read_manifest(folder)
        files.check_whole(folder, facts, path.name if is_file else None)
        facts = facts.get("generator", {})
        self._path, self.size = path, None
        if is_file:
            self._load_file(direction)
        else:
            self._load_saved_model(direction)
            self.scale = facts.get("scale") or len(self._run(np.zeros((8, 8, self.channels)), np.zeros((8, 8, 1)))) // 8
        self.multiple = facts.get("size_multiple", LIKELY_MULTIPLE)
        self.bytes_per_pixel = facts.get("bytes_per_pixel", LIKELY_BYTES_PER_PIXEL * self.scale**2)

    def translate(self, image, mask=None, tile=None):
        """What the network makes of one image of any size.

        Args:
            image: uint8 `[height, width, channels]`.
            mask: bool `[height, width]`, True in the hole, for a network that fills holes; all other pixels stay as
                they are.
            tile: edge of tiles to divide the image into, in pixels, rounded up to `multiple`; None: all at once. A
                `.tflite` file has tiles of its own size always.

        Returns:
            uint8 `[scale * height, scale * width, C]`.
        """
        return np.concatenate(list(self.bands(image, mask, tile)))

    def bands(self, image, mask=None, tile=None, after_tile=lambda: None):
        """The same from top to bottom, some rows at a time: uint8 `[rows, scale * width, C]`, for a huge image.

        Args:
            image, mask, tile: as of `translate`.
            after_tile: function that is called after each of `tiles(height, width, tile)`.
        """
        if image.shape[2] != self.channels or (mask is not None) != self.takes_mask:
            holes = " and a mask" if self.takes_mask else ""
            raise ValueError(f"{self._path} takes images with {self.channels} channel(s){holes}.")
        holes = [] if mask is None else [mask[:, :, None]]

        def run(pixels, *holes):
            result = self._some(pixels, *holes)
            after_tile()
            return result

        top = 0
        for band in tiling.bands(run, [image, *holes], *self._layout(*image.shape[:2], tile), self.scale):
            rows = _to_uint8(band)
            if holes:  # blending and rounding must not touch what is known
                here = slice(top, top + len(rows))
                rows = np.where(holes[0][here], rows, image[here])
            top += len(rows)
            yield rows

    def tiles(self, height, width, tile=None):
        """How many tiles an image has."""
        rows, columns = zip((height, width), *self._layout(height, width, tile), strict=True)
        return len(tiling.starts(*rows)) * len(tiling.starts(*columns))

    def tile_within(self, height, width, memory):
        """Edge of tiles that need about `memory` bytes; None for an image that needs no more as a whole."""
        pixels = memory / self.bytes_per_pixel
        if self.size or height * width <= pixels:
            return None
        return max(int(pixels**0.5) // self.multiple * self.multiple, SMALLEST_TILE)

    def _layout(self, height, width, tile):
        """Edges, overlap and alignment of tiles, each `(height, width)`."""
        axes = map(self._axis, (height, width), self.size or (tile, tile))
        return tuple(zip(*axes, strict=True))

    def _axis(self, length, edge):
        if edge is None:
            return length, 0, 1  # all at once, of any size
        if not self.size:
            edge = min(_up(edge, self.multiple), _up(length, self.multiple))
        if length <= edge:
            return edge, 0, 1
        return edge, tiling.overlap_of(edge), tiling.alignment(edge, self.multiple)

    def _some(self, pixels, hole=None):
        """One tile, float32 in [0, 1]."""
        if hole is not None and not hole.any():
            return pixels / np.float32(255)
        images = self._run(pixels / np.float32(255), hole)
        if not np.isfinite(images).all():
            raise UserError(f"{self._path} gives numbers that are not finite: it is damaged.")
        return images

    def _load_saved_model(self, direction):
        self._model = files.load(self._path)  # owns the variables, so it must stay alive
        signatures = self._model.signatures
        inputs = files.inputs_of(signatures["serving_default"])
        if "images" not in inputs:
            raise files.no_translator(self._path, inputs)
        if direction and direction not in signatures:
            raise UserError(f"{self._path} has one direction alone: leave out --direction.")
        signature = signatures[direction or "serving_default"]
        inputs = files.inputs_of(signature)
        self.channels, self.takes_mask = inputs["images"].shape[-1], "masks" in inputs

        def run(images, holes):
            given = {"images": images, "masks": holes}
            tensors = {name: tf.constant(given[name], tf.float32)[None] for name in inputs}
            return signature(**tensors)["images"][0].numpy()

        self._run = run

    def _load_file(self, direction):
        if direction and not self._path.name.startswith(direction):
            raise UserError(f"{self._path} is a network of its own: leave out --direction, or give the other file.")
        runner = files.runner_of(self._path)
        inputs, (output,) = runner.get_input_details(), runner.get_output_details().values()
        if "images" not in inputs:
            raise files.no_translator(self._path, inputs)
        batch, *size, self.channels = map(int, inputs["images"]["shape"])
        self.size, self.takes_mask = tuple(size), "masks" in inputs
        self.scale = int(output["shape"][1]) // self.size[0]

        def run(images, holes):
            given = {"images": images, "masks": holes}
            # The batch is fixed: all its rows are the same image.
            tensors = {name: _quantized(np.stack([given[name]] * batch), detail) for name, detail in inputs.items()}
            return _dequantized(runner(**tensors)[output_name][0], output)

        (output_name,) = runner.get_output_details()
        self._run = run


def _up(size, multiple):
    return -(-size // multiple) * multiple


def _to_uint8(images):
    """Images in [0, 1] in 8 bits; they are overwritten, for two of a large image may not fit in memory."""
    images *= 255.0
    np.clip(np.rint(images, out=images), 0.0, 255.0, out=images)
    return images.astype(np.uint8)


def _quantized(values, detail):
    """Numbers as a `.tflite` file wants them."""
    if detail["dtype"] != np.int8:
        return values.astype(np.float32)
    scale, zero = detail["quantization"]
    return np.clip(np.rint(values / scale) + zero, -128, 127).astype(np.int8)


def _dequantized(values, detail):
    """The other way round."""
    if detail["dtype"] != np.int8:
        return values
    scale, zero = detail["quantization"]
    return np.float32(scale) * (values.astype(np.float32) - zero)
