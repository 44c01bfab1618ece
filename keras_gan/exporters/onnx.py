"""ONNX: a file for ONNX Runtime and all else that reads this format, by tf2onnx, which is an optional package."""

import tensorflow as tf

from keras_gan.exporters import saved_model

FILE = "generator.onnx"
OPSET = 17  # read by ONNX Runtime since 1.12, of 2022


def write(network, directory, num_classes=0):
    """Writes a file from `latents`, and `labels` if there are classes, to `images`, as `serving_default` has them.

    Any number N of pictures can be asked for at once.
    """
    import tf2onnx

    inputs = saved_model.specs(network, num_classes)
    function = tf.function(
        lambda latents, labels=None: saved_model.images(network, latents, labels), input_signature=inputs
    )
    model, _ = tf2onnx.convert.from_function(function, input_signature=inputs, opset=OPSET)
    for tensor in (*model.graph.input, *model.graph.output):
        tensor.type.tensor_type.shape.dim[0].dim_param = "N"
    (directory / FILE).write_bytes(model.SerializeToString())
