"""Tiny image-to-image models of stock layers, with weights that make their outputs differ visibly."""

import fcntl
import functools
import os
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops

from keras_gan import exporters
from keras_gan.training.translation import TranslationModel

_OPTIONS = {
    "plain": {
        "precisions": ("float32", "int8"),
        "facts": {"scores": [{"name": "psnr", "value": 23.4567, "protocol": {"images": 6}}]},
    },
    "local": {"tflite_size": 64},
    "masked": {"precisions": ("float32", "int8_io"), "tflite_batch": 2},
}


@functools.cache
def exported(kind):
    """The folder of an export of `model(kind)`, made once for all processes of the suite."""
    folder = Path(os.environ["SHARED_BY_TESTS"]) / kind / "1"
    with open(folder.parent.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            exporters.export(model(kind), folder, ("saved_model", "tflite", "onnx"), **_OPTIONS.get(kind, {}))
    return folder


def model(kind="plain", size=16, count=6):
    """A `TranslationModel` with examples of `size` px: `plain` (a U-Net with strides), `local` (sees 2 px far, one
    channel), `large` (four times the size), `masked` (fills holes) or `two` (networks, of 3 and of 1 channel)."""
    makers = {"plain": _unet, "local": _local, "large": _large, "masked": _masked, "two": _both}
    generator = makers[kind]()
    _scatter(generator)
    cls = _TwoNetworks if kind == "two" else TranslationModel
    made = cls(
        generator,
        _discriminator(),
        size_multiple={"plain": 4, "masked": 4, "two": 2}.get(kind, 1),
        scale=4 if kind == "large" else 1,
        optimizers=lambda: (keras.optimizers.Adam(), keras.optimizers.Adam()),
        name=kind,
    )
    rng = np.random.default_rng(1)
    channels = {"local": (1, 1), "two": (3, 1)}.get(kind, (3, 3))
    examples = {
        "source": _images(rng, count, size, channels[0]),
        "real": _images(rng, count, size * made.scale, channels[1]),
    }
    if kind == "masked":
        examples["mask"] = np.zeros((count, size, size, 1), np.float32)
        examples["mask"][:, 3:9, 5:12] = 1.0
        examples["source"] = np.where(examples["mask"] > 0.5, np.float32(-1), examples["source"])
    made.use_examples(examples)
    return made


def _images(rng, count, size, channels):
    return rng.uniform(-1, 1, (count, size, size, channels)).astype(np.float32)


class _TwoNetworks(TranslationModel):
    aligned = False

    def exported(self):
        return {name: self.ema_generator.get_layer(name) for name in ("AtoB", "BtoA")}

    def side_by_side(self, count):
        return [np.repeat(column, 3 // column.shape[3], axis=3) for column in super().side_by_side(count)[1:]]


def _scatter(network):
    """Weights and statistics that no layer has from the start."""
    rng = np.random.default_rng(0)
    for weight in network.weights:
        if "variance" in weight.path:
            weight.assign(rng.uniform(0.5, 2.0, weight.shape))
        elif "kernel" in weight.path:
            weight.assign(rng.normal(0, 1.5 / np.sqrt(np.prod(weight.shape[:3])), weight.shape))
        else:
            weight.assign(rng.normal(0, 0.2, weight.shape))


def _unet():
    source = keras.Input((None, None, 3), name="source")
    return keras.Model(source, _images_of(_body(source), 3))


def _body(x, width=4):
    """Down by two strides, and up again with a skip: BatchNorm, a transposed convolution and a pixel shuffle."""
    half = layers.LeakyReLU()(layers.Conv2D(width, 4, strides=2, padding="same")(x))
    quarter = layers.Conv2D(2 * width, 4, strides=2, padding="same", use_bias=False)(half)
    quarter = layers.ReLU()(layers.BatchNormalization()(quarter))
    up = layers.Conv2DTranspose(width, 4, strides=2, padding="same")(quarter)
    return ops.depth_to_space(layers.Conv2D(4 * width, 1)(layers.Concatenate()([up, half])), 2)


def _images_of(x, channels):
    return layers.Activation("tanh", name="images")(layers.Conv2D(channels, 3, padding="same")(x))


def _local():
    source = keras.Input((None, None, 1), name="source")
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(source)
    return keras.Model(source, _images_of(x, 1))


def _large():
    source = keras.Input((None, None, 3), name="source")
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(source)
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(layers.UpSampling2D(4, interpolation="bilinear")(x))
    return keras.Model(source, _images_of(x, 3))


def _masked():
    source, mask = keras.Input((None, None, 3), name="source"), keras.Input((None, None, 1), name="mask")
    raw = layers.Conv2D(3, 3, padding="same")(_body(layers.Concatenate()([source, mask])))
    return keras.Model([source, mask], ops.where(mask > 0.5, ops.tanh(raw), source))


def _both():
    def network(name, channels, made):
        source = keras.Input((None, None, channels), name="source")
        x = layers.Conv2D(3, 3, strides=2, padding="same", activation="relu")(source)
        return keras.Model(
            source, _images_of(layers.Conv2DTranspose(3, 3, strides=2, padding="same")(x), made), name=name
        )

    a, b = keras.Input((None, None, 3), name="source"), keras.Input((None, None, 1), name="real")
    return keras.Model([a, b], [network("AtoB", 3, 1)(a), network("BtoA", 1, 3)(b)])


def _discriminator():
    images = keras.Input((None, None, 3), name="images")
    return keras.Model(images, layers.Conv2D(1, 3)(images))
