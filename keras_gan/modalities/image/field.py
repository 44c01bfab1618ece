"""Images as values of an example."""

import io
import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from keras_gan.errors import UserError
from keras_gan.modalities.base import Field, Preview
from keras_gan.modalities.image import movies, pictures

_MOST_PIXELS = 2**26  # of all pictures that are enlarged together: hundreds of megabytes


@dataclass(frozen=True)
class Image(Field):
    """An image of 1 (grey), 2 (grey and opacity), 3 (RGB) or 4 channels.

    Stored as uint8 in [0, 255]; networks take and give float32 in [-1, 1]; at the outer edge float32 in [0, 1]. Height
    and width in pixels are None where any will do.
    """

    height: int | None
    width: int | None
    channels: int

    kind: ClassVar[str] = "image"
    plural: ClassVar[str] = "images"
    suffix: ClassVar[str] = ".png"
    default_features: ClassVar[str] = "random"
    augmentations: ClassVar[tuple] = ("flip", "rotate", "color", "crop", "scale", "light")
    undone_by: ClassVar[tuple] = ("flip",)
    noun: ClassVar[str] = "picture"
    finished: ClassVar[str] = "png"
    numbers: ClassVar[str] = "pixels"
    files: ClassVar[str] = "image_bytes"
    files_text: ClassVar[str] = "a PNG, JPEG, BMP or GIF file each, of any sizes"
    walk_suffixes: ClassVar[tuple] = movies.SUFFIXES
    range_text: ClassVar[str] = " in [0, 1]"
    free_names: ClassVar[tuple] = ("H", "W")

    @property
    def shape(self):
        return self.height, self.width, self.channels

    @property
    def dtype(self):
        return "uint8"

    @property
    def words(self):
        return "x".join("*" if size is None else str(size) for size in (self.width, self.height, self.channels))

    @property
    def size_words(self):
        return f"{self.height} px"

    @property
    def resized_to(self):
        return self.height

    @property
    def protocol(self):
        return {"image_size": self.height}

    @property
    def about(self):
        return f"{self.width}x{self.height} px with {self.channels} channel(s)"

    def facts(self, count):
        return {"images": count, "image_shape": list(self.shape)}

    def check_variant(self, name):
        from keras_gan import registry
        from keras_gan.modalities.image.sizes import check_size

        known = registry.variant(name).channels
        if self.channels not in known:
            choices = f"{known[0]} to {known[-1]}" if len(known) > 2 else " or ".join(map(str, known))
            raise UserError(
                f"{registry.resolve(name)} takes images of {choices} channels (image_shape is height, width, "
                f"channels), not of {self.channels}."
            )
        check_size(name, self.height, self.width)

    def limits(self, integers):
        return (0, 255) if integers else (-1.0, 1.0)

    @property
    def wanted(self):
        return "integers in [0, 255], or floats in [-1, 1] (x / 127.5 - 1)"

    def to_model(self, stored):
        """Bytes in [-1, 1]; what is of floats already is in that range."""
        import tensorflow as tf

        stored = tf.convert_to_tensor(stored)
        return tf.cast(stored, tf.float32) / 127.5 - 1.0 if stored.dtype.is_integer else tf.cast(stored, tf.float32)

    def from_model(self, outputs):
        import tensorflow as tf

        # [0.5], not 0.5: a scalar added to a convolution makes tf2onnx 1.17 give up its optimization of layouts.
        return {self.plural: tf.clip_by_value(outputs * 0.5 + [0.5], 0.0, 1.0)}

    def to_edge(self, stored):
        return np.asarray(stored, np.float32) / np.float32(255)

    def to_stored(self, values, exact=False):
        return np.float32(255) * values if exact else pictures.to_uint8(values)

    def for_extractor(self, input_shape):
        """Of the network's channels and size, float32 in [0, 1]."""
        import tensorflow as tf

        from keras_gan.modalities.image.resizing import resize_smooth, with_channels

        size, channels = input_shape[1:3], input_shape[-1]
        if len(input_shape) != 4 or channels not in (1, 3):
            raise ValueError(f"must take images [B, height, width, 1 or 3], but takes {input_shape}")
        fixed = None not in size

        def prepare(images):
            images = with_channels(images, channels)
            return (resize_smooth(images, size) if fixed else tf.cast(images, tf.float32)) / 255.0

        return prepare, f"to {size[1]}x{size[0]} px, bilinear with antialiasing" if fixed else "none"

    def finish(self, values):
        """PNG files; what is not a number is black."""
        import tensorflow as tf

        pixels = tf.cast(tf.round(255.0 * tf.where(tf.math.is_nan(values), 0.0, values)), tf.uint8)
        # A name that ends in _bytes travels as base64 in TensorFlow Serving's JSON.
        return {self.files: tf.map_fn(tf.io.encode_png, pixels, fn_output_signature=tf.string)}

    def preview(self, values, columns=None):
        """A grid, nearly square by default, pixel for pixel."""
        return self.sheet(values, columns, zoom=1)

    def enlarged(self, values, zoom=None, columns=1):
        zoom = zoom or pictures.zoom_for(values.shape, columns)
        pixels = math.prod(values.shape[:3]) * zoom**2
        if zoom > 1 and pixels > _MOST_PIXELS:
            raise UserError(
                f"--zoom {zoom} would make {pixels:,} pixels of {len(values):,} pictures, more than {_MOST_PIXELS:,}: "
                "give a smaller one, or draw fewer."
            )
        return pictures.enlarged(values, zoom)

    def sheet(self, values, columns=None, titles=(), zoom=None):
        columns = columns or pictures.columns_of(len(values))
        grid = pictures.grid(self.enlarged(values, zoom, columns), columns, titles)

        def log(name):
            import tensorflow as tf

            tf.summary.image(name, grid[None])

        return Preview(self.suffix, write=lambda file: pictures.to_pillow(grid).save(file, "PNG"), log=log)

    def write(self, file, value):
        pictures.to_pillow(pictures.to_uint8(value)).save(file, "PNG")

    def augment(self, values, noise, names):
        from keras_gan.modalities.image import data_augment

        # Every number is drawn whether it is used or not, so that one augmentation more leaves the others' alone.
        return data_augment.augment(values, noise.uniforms(data_augment.NUMBERS), names)

    def undone(self, stored, name):
        return stored[:, :, ::-1]

    def discriminator_augmentation(self, name):
        from keras_gan.modalities.image import augment

        return {"diffaugment": augment.diffaugment, "ada": augment.ada}.get(name)

    # --- As inputs and outputs of exported networks ------------------------------------------------------------------

    def of_shape(self, shape):
        height, width, channels = shape
        return replace(self, height=height, width=width, channels=channels)

    def from_edge(self, values):
        return values * 2.0 - [1.0]  # not 1.0: see `from_model`

    def span(self, values):
        """From black to white."""
        return 1.0

    @property
    def reads_files(self):
        """Image files are grey or coloured."""
        return self.channels in (1, 3)

    def decoded(self, file):
        from keras_gan.modalities.image import decoding_in_graph

        return decoding_in_graph.decoded(file, self.channels)

    def decoded_to_shape(self, file):
        import tensorflow as tf

        return tf.clip_by_value(tf.image.resize(self.decoded(file), self.shape[:2], antialias=True), 0.0, 1.0)

    def read(self, content):
        return self.to_edge(pictures.from_png(io.BytesIO(content)))

    def write_walk(self, file, values, suffix):
        """There and back; a GIF for ever, MP4 once."""
        movies.write_walk(file, values, suffix)

    # --- In words ----------------------------------------------------------------------------------------------------

    @property
    def many_words(self):
        return f"{self.width}x{self.height} px images with {self.channels} channel(s)"

    def free_words(self, multiple):
        return (
            "H and W are any height and width: inside, an image is continued by its last column and row to multiples "
            f"of {multiple} px, and what comes of it is cut back."
        )

    @property
    def given_facts(self):
        return {"source_channels": self.channels}

    @property
    def made_facts(self):
        return {"image_shape": list(self.shape)}


@dataclass(frozen=True)
class Mask(Image):
    """Where an image has a hole: above 0.5 in it, at the outer edge; networks take 1 in the hole, else 0."""

    kind: ClassVar[str] = "image.mask"
    plural: ClassVar[str] = "masks"
    files: ClassVar[str] = "mask_bytes"
    files_text: ClassVar[str] = "an image each, white in the hole"
    range_text: ClassVar[str] = ""
    note_text: ClassVar[str] = ", above 0.5 in the hole"
    remark: ClassVar[str] = (
        "What is not in the hole comes back to the bit; what the image shows in the hole is not looked at."
    )

    def limits(self, integers):
        return (0, 1)

    @property
    def wanted(self):
        return "numbers in [0, 1], above 0.5 in the hole"

    def to_model(self, stored):
        import tensorflow as tf

        return tf.cast(stored > 0.5, tf.float32)

    def from_model(self, outputs):
        return {self.plural: outputs}

    def from_edge(self, values):
        return self.to_model(values)

    def hole(self, values):
        return values > 0.5

    @property
    def given_facts(self):
        return {"takes_masks": True}
