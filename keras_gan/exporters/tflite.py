"""TFLite (LiteRT): one file for phones and browsers."""

import tempfile

import keras
import tensorflow as tf

from keras_gan.exporters import saved_model


def write(network, directory, num_classes=0):
    """Writes `generator.tflite`: latents float32 [1, latent_dim] -> images float32 [1, H, W, C] in [0, 1].

    With `num_classes`, there is a second input, labels int32 [1] in [0, num_classes). The batch is static, because
    GPU delegates and browsers want it so; every operation is a TFLite builtin.
    """

    def serving_default(latents, labels=None):
        return saved_model.images(network, latents, labels)

    signature = [tf.TensorSpec([1, saved_model.latent_dim(network)], tf.float32, name="latents")]
    if num_classes:
        signature += [tf.TensorSpec([1], tf.int32, name="labels")]
    archive = keras.export.ExportArchive()
    archive.track(network)
    archive.add_endpoint("serving_default", serving_default, input_signature=signature)
    with tempfile.TemporaryDirectory() as static:
        # By way of a SavedModel: conversion from a concrete function loses the weights in silence.
        archive.write_out(static, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(static)
        # Builtins alone: what would need the Flex delegate is an error here and not on somebody's phone.
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        (directory / "generator.tflite").write_bytes(converter.convert())
