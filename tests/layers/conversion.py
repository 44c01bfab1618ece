"""Networks as TFLite files of builtin operations alone."""

import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from keras_gan.exporters import saved_model


def content_of(network, directory, *shapes):
    """The bytes of a network's file, for inputs `[1, *shape]`."""
    names = [tensor.name for tensor in network.inputs]
    specs = [tf.TensorSpec((1, *shape), name=name) for name, shape in zip(names, shapes, strict=True)]

    def call(*inputs):
        return {"outputs": network(inputs[0] if len(inputs) == 1 else list(inputs), training=False)}

    function = tf.function(call, input_signature=specs, autograph=False)
    saved_model.save([network], directory, {"serving_default": function})
    converter = tf.lite.TFLiteConverter.from_saved_model(str(directory))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    return converter.convert()


def opened(network, content):
    """A function from arrays `[1, *shape]` to the output of a network's file, and the operations in the file."""
    names = [tensor.name for tensor in network.inputs]
    interpreter = Interpreter(model_content=content)
    run = interpreter.get_signature_runner("serving_default")
    operations = {operation["op_name"] for operation in interpreter._get_ops_details()}
    return lambda *arrays: run(**dict(zip(names, arrays, strict=True)))["outputs"], operations


def converted(network, directory, *shapes):
    """What `opened` returns of a network, for inputs `[1, *shape]`."""
    return opened(network, content_of(network, directory, *shapes))
