"""Tiny image-to-image models of stock layers, with weights that make their outputs differ visibly."""

import fcntl
import functools
import os
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops

from keras_gan import exporters
from keras_gan.exporters import outgoing
from keras_gan.modalities.image import Image, Mask
from keras_gan.sampling import Sampler
from keras_gan.training.options import TranslationOptions
from keras_gan.training.translation import TranslationModel

SIZE = 16
_CHANNELS = {"local": (1, 1), "two": (3, 1)}  # given and made, where they are not 3
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
            made, formats = model(kind), ("saved_model", "tflite", "onnx")
            exporters.export(made, folder, formats, sampler=sampler(kind, made), **_OPTIONS.get(kind, {}))
    return folder


def networks(kind, made=None):
    """The list of `Outgoing` of `model(kind)`, or of a model like it."""
    made = made or model(kind)
    return outgoing.of_model(made, sampler(kind, made))


def sampler(kind, made):
    """The `Sampler` of a model like `model(kind)`, with `examples(kind)`."""
    return Sampler(made, examples(kind), aligned=kind != "two")


def model(kind="plain"):
    """A `TranslationModel`: `plain` (a U-Net with strides), `local` (sees 2 px far, one channel), `large` (four times
    the size), `masked` (fills holes) or `two` (networks, of 3 and of 1 channel)."""
    makers = {"plain": _unet, "local": _local, "large": _large, "masked": _masked, "two": _both}
    generator = makers[kind]()
    _scatter(generator)
    return (_TwoNetworks if kind == "two" else TranslationModel)(
        generator,
        _discriminator(),
        TranslationOptions(),
        _fields(kind),
        size_multiple={"plain": 4, "masked": 4, "two": 2}.get(kind, 1),
        scale=_scale(kind),
        name=kind,
    )


def _scale(kind):
    return 4 if kind == "large" else 1


def _fields(kind):
    given, made = _CHANNELS.get(kind, (3, 3))
    size = SIZE * _scale(kind)
    fields = {"source": Image(SIZE, SIZE, given), "real": Image(size, size, made)}
    return {**fields, "mask": Mask(SIZE, SIZE, 1)} if kind == "masked" else fields


def examples(kind="plain", count=6):
    """What `model(kind)` is shown, a batch dict."""
    rng, fields = np.random.default_rng(1), _fields(kind)
    batch = {name: _images(rng, count, *fields[name].shape[1:]) for name in ("source", "real")}
    if kind == "masked":
        batch["mask"] = np.zeros((count, SIZE, SIZE, 1), np.float32)
        batch["mask"][:, 3:9, 5:12] = 1.0
        batch["source"] = np.where(batch["mask"] > 0.5, np.float32(-1), batch["source"])
    return batch


def _images(rng, count, size, channels):
    return rng.uniform(-1, 1, (count, size, size, channels)).astype(np.float32)


class _TwoNetworks(TranslationModel):
    def exported(self):
        return {name: self.ema_generator.get_layer(name) for name in ("AtoB", "BtoA")}

    def input_fields(self, network):
        return {"source": self.fields["source" if network.name == "AtoB" else "real"]}

    def shown(self, sampler, count):
        return [np.repeat(column, 3 // column.shape[3], axis=3) for column in super().shown(sampler, count)[1:]]


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
