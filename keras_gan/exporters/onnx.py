"""ONNX: a file for ONNX Runtime and all else that reads this format, by tf2onnx, which is an optional package."""

import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.exporters import saved_model, translator
from keras_gan.storage import files

FILE = "generator.onnx"
OPSET = 17  # read by ONNX Runtime since 1.12, of 2022


def write(network, directory, num_classes=0):
    """Writes a file from `latents`, and `labels` if there are classes, to `images`, as `serving_default` has them.

    Any number N of pictures can be asked for at once.
    """
    inputs = saved_model.specs(network, num_classes)
    model = _convert(lambda latents, labels=None: saved_model.images(network, latents, labels), inputs)
    for tensor in (*model.graph.input, *model.graph.output):
        tensor.type.tensor_type.shape.dim[0].dim_param = "N"
    files.write(directory / FILE, model.SerializeToString())


def _convert(function, inputs):
    import tf2onnx

    function = tf.function(function, input_signature=inputs, autograph=False)
    return tf2onnx.convert.from_function(function, input_signature=inputs, opset=OPSET)[0]


def write_translator(given, directory, name):
    """Writes a file of an image-to-image network, from `images`, and `masks`, to `translated`, as `serving_default`.

    Images are of any number and size. Outputs have another name, because in ONNX a name means one thing only.

    Raises:
        UserError: if tf2onnx cannot convert it.
    """

    # tf2onnx 1.17 gives transposed convolutions of any size an axis too many.
    given = translator.deploy(given, odd_kernels=True)

    def translated(images, masks=None):
        made = given.of_any_size(images, masks)["images"]
        # tf2onnx 1.17 moves a single channel to the end by a reshape, of whose output it forgets, now and then, to
        # take off an axis that it added. So the channel goes, and comes again as the last axis.
        return {"translated": tf.expand_dims(tf.squeeze(made, 3), 3) if made.shape[3] == 1 else made}

    try:
        import onnx

        model = _convert(translated, given.specs())
        onnx.checker.check_model(model)  # tf2onnx writes even what it does not know
    except Exception as error:  # whatever they raise
        raise UserError(f"{name} is not exported to ONNX: {(str(error).splitlines() or [''])[0]}") from None
    files.write(directory / file_of(given.name), model.SerializeToString())


def file_of(network):
    """The name of the file of an image-to-image network."""
    return f"{network}.onnx"
