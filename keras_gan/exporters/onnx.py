"""ONNX: a file for ONNX Runtime and all else that reads this format, by tf2onnx, which is an optional package."""

import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.exporters import signatures
from keras_gan.exporters.targets import Target, bound_of, whose
from keras_gan.storage import files

RUNTIME = "onnxruntime"
TAKES_ANY_SIZE = True
THREADS = (1, 2)
OPSET = 17  # read by ONNX Runtime since 1.12, of 2022


def file_of(network):
    """The name of the file of a network."""
    return f"{network}.onnx"


def write(networks, directory, deliverables):
    """Writes a file of each network, from and to values at the outer edge, of any number N of rows and of any size.

    Of a network with controls the file has their defaults inside, and `NAME-controlled.onnx` beside it takes them, [N].

    Args:
        networks: list of `Outgoing` in float32.
        directory: folder of the files.
        deliverables: not looked at.

    Raises:
        UserError: if tf2onnx cannot convert one.
    """
    for outgoing in networks:
        # tf2onnx 1.17 gives transposed convolutions of any size an axis too many.
        outgoing = outgoing.fused(odd_kernels=True) if outgoing.free_axes else outgoing
        for name, signature in signatures.files_of(outgoing).items():
            files.write(directory / file_of(name), _converted(signature))


def targets(networks, deliverables):
    """A `Target` for each file."""
    found = []
    for outgoing in networks:
        for name, signature in signatures.files_of(outgoing).items():
            controlled = name.removeprefix(outgoing.name).replace("-", " ")
            label = f"onnx{whose(outgoing, networks)}{controlled}"
            names = tuple(_output_name(signature, each) for each in signature.outputs)
            found.append(Target(file_of(name), signature, label, "serving_default", bound_of(outgoing), outputs=names))
    return found


def _output_name(signature, name):
    """What a file calls an output: in ONNX a name means one thing only."""
    return "translated" if name in signature.inputs else name


def _converted(signature):
    """The content of a file."""
    import onnx
    import tf2onnx

    def function(*values):
        made = signature.function(**dict(zip(signature.inputs, values, strict=True)))
        return {_output_name(signature, name): _with_last_axis(each, signature) for name, each in made.items()}

    specs = signature.specs()
    function = tf.function(function, input_signature=specs, autograph=False)
    try:
        model = tf2onnx.convert.from_function(function, input_signature=specs, opset=OPSET)[0]
        onnx.checker.check_model(model)  # tf2onnx writes even what it does not know
    except Exception as error:  # whatever they raise
        reason = (str(error).splitlines() or [""])[0]
        raise UserError(f"{signature.network.model} is not exported to ONNX: {reason}") from None
    for tensor in (*model.graph.input, *model.graph.output):
        tensor.type.tensor_type.shape.dim[0].dim_param = "N"
    return model.SerializeToString()


def _with_last_axis(values, signature):
    # tf2onnx 1.17 moves a single channel to the end by a reshape, of whose output it forgets, now and then, to take off
    # an axis that it added. So the channel goes, and comes again as the last axis.
    if signature.network.free_axes and values.shape[-1] == 1:
        return tf.expand_dims(tf.squeeze(values, -1), len(values.shape) - 1)
    return values


def load(directory):
    """Opens files by ONNX Runtime, row by row; verification runs this function's source alone, see `reload`."""
    import onnxruntime

    def open_target(name, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(f"{directory}/{name}", options, providers=["CPUExecutionProvider"])
        outputs = [each.name for each in session.get_outputs()]

        def call(given):
            return dict(zip(outputs, session.run(outputs, given), strict=True))

        return [each.name for each in session.get_inputs()], 1, call

    return f"onnxruntime {onnxruntime.__version__}", None, open_target
