"""TFLite (LiteRT): one file for phones and browsers."""

import tempfile

import keras
import tensorflow as tf

from keras_gan.model import to_unit_range


def write(network, directory):
    """Writes `generator.tflite`: latents float32 [1, latent_dim] -> images float32 [1, H, W, C] in [0, 1].

    The batch is static, because GPU delegates and browsers want it so; every operation is a TFLite builtin.
    """

    def images(latents):
        return {"images": to_unit_range(network(latents, training=False))}

    archive = keras.export.ExportArchive()
    archive.track(network)
    latents = tf.TensorSpec([1, network.input_shape[-1]], tf.float32, name="latents")
    archive.add_endpoint("serving_default", images, input_signature=[latents])
    with tempfile.TemporaryDirectory() as static:
        # By way of a SavedModel: conversion from a concrete function loses the weights in silence.
        archive.write_out(static, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(static)
        # Builtins alone: what would need the Flex delegate is an error here and not on somebody's phone.
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        (directory / "generator.tflite").write_bytes(converter.convert())
