"""Image-to-image networks as exported files have them: images of any size in [0, 1], and whole image files."""

from dataclasses import dataclass, replace

import keras
import numpy as np
import tensorflow as tf

from keras_gan.exporters import deployed, saved_model, warmup
from keras_gan.layers.chroma import LUMINANCE
from keras_gan.training.adversarial import to_unit_range
from keras_gan.training.translation import inputs_of

_MOST_MULTIPLES = 16


def of_model(model):
    """A `Translator` of each network of a `TranslationModel`."""
    found = []
    for name, network in model.exported().items():
        smallest = _smallest_size(network, model.size_multiple)
        found.append(Translator(name, network, model.size_multiple, model.scale, smallest))
    return found


def _smallest_size(network, multiple):
    """The smallest multiple of `multiple` that a network takes: some reflect edges, and need pixels to reflect."""
    for size in range(multiple, _MOST_MULTIPLES * multiple + 1, multiple):
        given = {tensor.name: np.zeros((1, size, size, tensor.shape[-1]), np.float32) for tensor in network.inputs}
        try:
            network(inputs_of(network, given), training=False)
        except (ValueError, tf.errors.InvalidArgumentError) as error:
            problem = error
        else:
            return size
    raise problem


@dataclass(frozen=True)
class Translator:
    """A network that turns images into images, and what is to be known of it.

    Attributes:
        name: `generator`, or that of one of several networks.
        network: functional Keras model from `source`, and perhaps `mask`, to images, float32 in [-1, 1].
        multiple: height and width of a source must be multiples of it.
        scale: height of an output over height of its source.
        smallest: height and width that a source must have at least.
    """

    name: str
    network: keras.Model
    multiple: int = 1
    scale: int = 1
    smallest: int = 1

    @property
    def channels(self):
        """Channels of a source."""
        return self._input("source").shape[-1]

    @property
    def reads_files(self):
        """Whether it can be given image files: of grey or of coloured images."""
        return self.channels in (1, 3)

    @property
    def takes_masks(self):
        """Whether it is told where holes are."""
        return any(tensor.name == "mask" for tensor in self.network.inputs)

    def _input(self, name):
        return next(tensor for tensor in self.network.inputs if tensor.name == name)

    def specs(self, batch=None, size=(None, None)):
        """What a signature takes: `images` float32 [batch, *size, c], and `masks` float32 [batch, *size, 1]."""
        images = tf.TensorSpec([batch, *size, self.channels], tf.float32, name="images")
        masks = tf.TensorSpec([batch, *size, 1], tf.float32, name="masks")
        return [images, masks] if self.takes_masks else [images]

    def of_exact_size(self, images, masks=None):
        """`{"images": …}` of sources in [0, 1] of a size that the network takes as it is.

        What is known of an image, mask at most 0.5, comes back to the bit; what is in the hole is not looked at.
        """
        if masks is None:
            return {"images": self._run({"source": _to_model_range(images)})}
        hole = masks > 0.5
        source = _to_model_range(tf.where(hole, 0.0, images))  # black, as in training
        filled = self._run({"source": source, "mask": tf.cast(hole, tf.float32)})
        return {"images": tf.where(hole, filled, images)}

    def of_any_size(self, images, masks=None):
        """The same of any size: sources are continued to the right and to the bottom, and outputs cut back."""
        height, width = tf.shape(images)[1], tf.shape(images)[2]
        given = (padded(each, self.multiple, self.smallest) for each in (images, masks) if each is not None)
        outputs = self.of_exact_size(*given)["images"]
        return {"images": outputs[:, : self.scale * height, : self.scale * width]}

    def of_files(self, image_bytes, mask_bytes=None):
        """`{"image_bytes": …}`, a PNG file for each image file, each of its own size."""

        def translate(files):
            image, *mask = files
            pixels = [decoded(image, self.channels)[None], *(decoded(file, 1)[None] for file in mask)]
            return encoded(self.of_any_size(*pixels)["images"][0])

        files = (image_bytes,) if mask_bytes is None else (image_bytes, mask_bytes)
        # One after the other: several large images at once would not fit in memory.
        made = tf.map_fn(translate, files, fn_output_signature=tf.string, parallel_iterations=1)
        return {"image_bytes": made}

    def file_specs(self):
        """What the signature of image files takes: `image_bytes` string [N], and `mask_bytes`."""
        names = ("image_bytes", "mask_bytes") if self.takes_masks else ("image_bytes",)
        return [tf.TensorSpec([None], tf.string, name=name) for name in names]

    def _run(self, given):
        return to_unit_range(self.network(inputs_of(self.network, given), training=False))


def write(translators, directory, size):
    """Writes a SavedModel of all networks into `directory`, with requests that warm up a server.

    Args:
        translators: list of `Translator`.
        directory: folder.
        size: `(height, width)` of the images in these requests.
    """
    translators = [deploy(each, odd_kernels=False) for each in translators]
    found = signatures(translators)
    saved_model.save([each.network for each in translators], directory, found)
    file = tf.io.encode_png(np.zeros((*size, 1), np.uint8)).numpy()

    def values(spec, batch):
        if spec.dtype == tf.string:
            return np.full(batch, file, object)
        return np.zeros((batch, *size, spec.shape[-1]), np.float32)

    # One image each: several large ones may need more memory than the server is ever asked for.
    warmup.write(directory, {name: inputs for name, (_, inputs) in found.items()}, values, batches=(1,))


def deploy(translator, odd_kernels):
    """The same `Translator` with its network as it is deployed."""
    return replace(translator, network=deployed.deployed(translator.network, odd_kernels))


def signatures(translators):
    """What the SavedModel can be asked: `{name: (function, input specs)}`.

        serving_default(images float32 [N, H, W, c] in [0, 1]) -> {images float32 [N, scale H, scale W, C] in [0, 1]}
        image_bytes(image_bytes string [N], PNG, JPEG, BMP or GIF files) -> {image_bytes string [N], PNG files}

    With masks, they also take `masks` float32 [N, H, W, 1], above 0.5 in the hole, or `mask_bytes` string [N], image
    files that are light there. Of several networks each has such a pair, `NAME` and `NAME_image_bytes`, and
    `serving_default` is that of the first.
    """
    found = {"serving_default": (translators[0].of_any_size, translators[0].specs())}
    for each in translators:
        images, files = names(each, translators)
        found[images] = (each.of_any_size, each.specs())
        if each.reads_files:
            found[files] = (each.of_files, each.file_specs())
    return found


def names(translator, translators):
    """The two signatures of a network: of images, and of image files."""
    alone = len(translators) == 1
    return ("serving_default", "image_bytes") if alone else (translator.name, f"{translator.name}_image_bytes")


def padded(images, multiple, smallest):
    """`[N, H, W, C]` continued by their last column and row to multiples of `multiple`, at least to `smallest`."""
    for axis in (1, 2):
        size = tf.shape(images)[axis]
        # Positive numbers alone: of negative ones tf2onnx 1.17 makes another quotient.
        whole = tf.maximum((size + multiple - 1) // multiple * multiple, smallest)
        images = tf.gather(images, tf.minimum(tf.range(whole), size - 1), axis=axis)
    return images


def decoded(file, channels):
    """An image file as float32 `[H, W, channels]`, 1 or 3, in [0, 1]: on white where it is transparent, grey by BT.601.

    Of an animation, the first frame. The orientation that cameras note down (EXIF) is not looked at.
    """
    pixels = tf.cond(
        tf.io.is_jpeg(file),
        lambda: tf.io.decode_jpeg(file, dct_method="INTEGER_ACCURATE"),
        lambda: tf.io.decode_image(file, expand_animations=False),
    )
    pixels.set_shape([None, None, None])
    found = tf.shape(pixels)[2]  # grey, grey and opacity, colours, colours and opacity
    pixels = tf.cast(pixels, tf.float32) / 255.0
    opacity = tf.where(found % 2 == 0, pixels[:, :, -1:], 1.0)
    colours = pixels[:, :, : found - 1 + found % 2] * opacity + (1.0 - opacity)
    colours = tf.broadcast_to(colours, [tf.shape(pixels)[0], tf.shape(pixels)[1], 3])
    if channels == 1:
        colours = tf.reduce_sum(colours * LUMINANCE, axis=-1, keepdims=True)
    # What was computed here is rounded as every other decoder does.
    return tf.round(255.0 * colours) / 255.0


def encoded(image):
    """An image in [0, 1] as a PNG file."""
    return tf.io.encode_png(tf.cast(tf.round(255.0 * image), tf.uint8))


def _to_model_range(images):
    return images * 2.0 - [1.0]  # not 1.0: see `to_unit_range`
