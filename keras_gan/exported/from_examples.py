"""A network that turns images into images."""

import numpy as np
from PIL import Image

from keras_gan.errors import UserError
from keras_gan.exported.model import ExportedModel
from keras_gan.modalities.image import decoding, pictures, tiling

NATIVE = "native"
SMALLEST_TILE = 64
HALF = 128  # grey level from which on a mask is the hole
# Where no manifest says them.
LIKELY_MULTIPLE, LIKELY_BYTES_PER_PIXEL = 32, 4096


class ExportedTranslator(ExportedModel):
    """An image-to-image network, in a SavedModel or in a `.tflite` file.

    Attributes:
        channels: of the images it is given.
        scale: how many times as large its images are.
        takes_mask: whether it is told what is a hole.
        multiple: tiles of a SavedModel should be multiples of it.
        size: `(height, width)` of what it takes, and so of its tiles, where that is one size, as of a `.tflite` file;
            None of what takes any size.
        content_size: what the longer edge of an image should have, in pixels, since the network has learned things of
            the size that they have in its training images; None of one that takes images as they are.
        bytes_per_pixel: how much memory it needs, about, for each pixel that it is given at once.

    Args:
        path, direction, runtime: of `ExportedModel`.

    Raises:
        UserError: if there is no such model, or it is not given images.
    """

    def __init__(self, path, direction=None, runtime=None):
        super().__init__(path, direction, runtime)
        if "images" not in self.inputs:
            if "latents" in self.inputs:
                raise UserError(
                    f"{path} draws {self.output.plural} of noise, it does not change any: use the command sample."
                )
            raise UserError(f"{path} takes no images: it was not exported by this program.")
        *size, self.channels = self._shapes[0]["images"]
        self.size = None if None in size else tuple(size)
        self.takes_mask = "masks" in self.inputs
        self.scale = self._scale()
        self.content_size = self.facts.get("content_size")
        self.multiple = self.facts.get("size_multiple", LIKELY_MULTIPLE)
        self.bytes_per_pixel = self.facts.get("bytes_per_pixel", LIKELY_BYTES_PER_PIXEL * self.scale**2)

    def _scale(self):
        if self.size:
            (made,) = self._shapes[1].values()
            return made[0] // self.size[0]
        return self.facts.get("scale") or len(self._made(np.zeros((8, 8, self.channels)), np.zeros((8, 8, 1)))) // 8

    def translate(self, image, mask=None, tile=None, size=None, controls=None):
        """What the network makes of one image of any size.

        Args:
            image: uint8 `[height, width, channels]`.
            mask: bool `[height, width]`, True in the hole, for a network that fills holes; all other pixels stay as
                they are.
            tile: edge of tiles to divide the image into, in pixels, rounded up to `multiple`; None: all at once. A
                `.tflite` file has tiles of its own size always.
            size: see `sized`.
            controls: `{name of a control: its value for one row}`; default, also of those left out: their defaults.

        Returns:
            uint8 `[scale * height, scale * width, C]`, height and width being those of `sized`.
        """
        return np.concatenate(list(self.bands(*self.sized(image, mask, size), tile, controls=controls)))

    def sized(self, image, mask=None, size=None):
        """An image, and its mask, in the size that the network is to see it in: `(image, mask)`.

        Args:
            image, mask: as of `translate`.
            size: what the longer edge becomes, in pixels; `native`: as it is; None: `content_size`, where there is one.
        """
        size = size or self.content_size or NATIVE
        if size == NATIVE or size == max(image.shape[:2]):
            return image, mask
        shades = None if mask is None else mask.astype(np.uint8)[:, :, None] * np.uint8(255)
        return _resized(image, size), None if mask is None else _resized(shades, size)[:, :, 0] >= HALF

    def bands(self, image, mask=None, tile=None, after_tile=lambda: None, controls=None, moments=None):
        """What the network makes of one image, from top to bottom, some rows at a time, so that it may be a huge one.

        Args:
            image, mask, tile, controls: as of `translate`.
            after_tile: function that is called after each of `tiles(height, width, tile)`.
            moments: see `moments`; default: those of the image itself.

        Yields:
            uint8 `[rows, scale * width, C]`.
        """
        self._check(image, mask)
        holes, controls = [] if mask is None else [mask[:, :, None]], controls or {}
        if moments is None and self.has_moments and self.tiles(*image.shape[:2], tile) > 1:
            moments = self.moments([image], tile, controls)

        def run(pixels, *holes):
            result = self._some(pixels, *holes, controls=controls, moments=moments)
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

    @property
    def has_moments(self):
        """Whether it normalises by moments that may be those of a whole picture, or of a film."""
        return not self.size and "moments" in self.runtime.signatures

    def moments(self, images, tile, controls=None):
        """What a network normalises by so that tiles have no seams and films do not flicker, float32 `[n]`.

        They are the means of those of the images, each brought to no more pixels than one tile (thumbnail instance
        normalisation, Chen et al. 2021, arXiv 2103.11784).

        Args:
            images: uint8 `[height, width, channels]` each.
            tile: edge of such tiles; None: images as they are.
            controls: as of `translate`.
        """
        found = []
        for image in images:
            share = min(1.0, (tile or np.inf) / (image.shape[0] * image.shape[1]) ** 0.5)
            small = _resized(image, max(1, round(share * max(image.shape[:2])))) if share < 1.0 else image
            found.append(self._run("moments", {"images": small[None] / np.float32(255)}, controls or {})[0])
        return np.mean(found, axis=0)

    def _check(self, image, mask):
        """Raises `ValueError` for what would become another picture than is meant, such as floats in [0, 1]."""
        shape, is_masked = np.shape(image), mask is not None
        bytes_given = getattr(image, "dtype", None) == np.uint8
        if not bytes_given or len(shape) != 3 or shape[2] != self.channels or is_masked != self.takes_mask:
            holes = " and a mask" if self.takes_mask else ""
            given = f"{getattr(image, 'dtype', type(image).__name__)} {list(shape)}{' and a mask' * is_masked}"
            raise ValueError(
                f"{self.path} takes images with {self.channels} channel(s){holes}, as uint8 "
                f"[height, width, {self.channels}] in [0, 255], not {given}."
            )
        if is_masked and (getattr(mask, "dtype", None) != np.bool_ or np.shape(mask) != shape[:2]):
            given = f"{getattr(mask, 'dtype', type(mask).__name__)} {list(np.shape(mask))}"
            raise ValueError(f"the mask must be bool {list(shape[:2])}, True in the hole, not {given}.")

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
        fixed = self.size
        if tile is None and max(height, width) == self.content_size:
            # As a `.tflite` file sees it, and as in training: what lies around has a part in what is made of it.
            fixed = fixed or (self.content_size, self.content_size)
        axes = (self._axis(*each, bool(fixed)) for each in zip((height, width), fixed or (tile, tile), strict=True))
        return tuple(zip(*axes, strict=True))

    def _axis(self, length, edge, is_fixed):
        if edge is None:
            return length, 0, 1  # all at once, of any size
        if not is_fixed:
            edge = min(_up(edge, self.multiple), _up(length, self.multiple))
        if length <= edge:
            return edge, 0, 1
        return edge, tiling.overlap_of(edge), tiling.alignment(edge, self.multiple)

    def _some(self, pixels, hole=None, controls=None, moments=None):
        """One tile, float32 in [0, 1]."""
        if hole is not None and not hole.any():
            return pixels / np.float32(255)
        images = self._made(pixels / np.float32(255), hole, controls, moments)
        if not np.isfinite(images).all():
            raise UserError(f"{self.path} gives numbers that are not finite: it is damaged.")
        return images

    def _made(self, image, hole=None, controls=None, moments=None):
        """What the network makes of one image `[height, width, c]` in [0, 1]."""
        given = {"images": image, "masks": hole}
        given = {name: given[name][None] for name in self.inputs if name in given}
        if moments is not None:
            return self._run("tile", {**given, "moments": moments[None]}, controls or {})[0]
        return self._run(self.signature, given, controls or {})[0]

    def _run(self, signature, given, controls):
        """What a signature makes of one row, with controls that are said, or at their defaults."""
        if self.runtime.has_one_size:
            if missing := sorted(controls.keys() - self.inputs.keys()):
                raise UserError(
                    f"{self.path} has --{missing[0]} at its default inside: give the file that takes it, such as "
                    "generator-controlled.tflite."
                )
            taken = self.inputs
        elif not controls or f"{signature}_controlled" not in self.runtime.signatures:
            taken = ()
        else:
            signature = f"{signature}_controlled"
            taken = self.runtime.inputs(signature)
        rows = {name: self._row(name, controls) for name in taken if name in self.controls}
        (made,) = self.runtime.run(signature, **given, **rows).values()
        return made

    def _row(self, name, controls):
        """The value of a control for one row, with the batch."""
        if name in controls:
            return np.asarray(controls[name], np.float32)[None]
        return np.asarray(self.controls[name].of_seeds(np.zeros(1, np.int64)))


def _resized(pixels, size):
    """uint8 `[height, width, channels]` whose longer edge has so many pixels, as training brings images to a size."""
    height, width = (max(1, round(edge * size / max(pixels.shape[:2]))) for edge in pixels.shape[:2])
    how = Image.Resampling.BOX if size < max(pixels.shape[:2]) else Image.Resampling.BICUBIC
    return decoding.to_array(pictures.to_pillow(pixels).resize((width, height), how))


def _up(size, multiple):
    return -(-size // multiple) * multiple


def _to_uint8(images):
    """Images in [0, 1] in 8 bits; they are overwritten, for two of a large image may not fit in memory."""
    images *= 255.0
    np.clip(np.rint(images, out=images), 0.0, 255.0, out=images)
    return images.astype(np.uint8)
