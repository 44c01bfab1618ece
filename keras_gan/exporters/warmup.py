"""`assets.extra/tf_serving_warmup_requests`: TensorFlow Serving calls each signature before it lets anybody in.

The file is a TFRecord of `PredictionLog` messages (tensorflow/serving, apis/prediction_log.proto). Of that schema a
warm-up needs four messages, which are described here by their field numbers: the package that has them all depends on
TensorFlow's exact version.
"""

import tensorflow as tf
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from tensorflow.core.framework import tensor_pb2

_PACKAGE = "keras_gan.warmup"  # names do not travel, only numbers do; those of the original may be taken


def write(directory, signatures, sizes, batches):
    """Writes one request of each batch size for every signature.

    Args:
        directory: folder of the SavedModel.
        signatures: `{name: {name of an input: Field}}`.
        sizes: of the free axes of values.
        batches: the batch sizes.
    """
    folder = directory / "assets.extra"
    folder.mkdir()
    log_class = prediction_log()
    with tf.io.TFRecordWriter(str(folder / "tf_serving_warmup_requests")) as writer:
        for name, inputs in signatures.items():
            for batch in batches:
                log = log_class()
                request = log.predict_log.request
                request.model_spec.signature_name = name
                for each, field in inputs.items():
                    request.inputs[each].CopyFrom(tf.make_tensor_proto(field.blanks(batch, sizes)))
                writer.write(log.SerializeToString())


def prediction_log():
    """The class of `PredictionLog` messages."""
    pool = descriptor_pool.Default()
    try:
        descriptor = pool.FindMessageTypeByName(f"{_PACKAGE}.PredictionLog")
    except KeyError:
        pool.Add(_schema())
        descriptor = pool.FindMessageTypeByName(f"{_PACKAGE}.PredictionLog")
    return message_factory.GetMessageClass(descriptor)


def _schema():
    file = descriptor_pb2.FileDescriptorProto(
        name="keras_gan/warmup.proto",
        package=_PACKAGE,
        syntax="proto3",
        dependency=[tensor_pb2.DESCRIPTOR.name],
    )
    _message(file, "ModelSpec", signature_name=3)
    request = _message(file, "PredictRequest", model_spec=(1, "ModelSpec"))
    _message(file, "PredictLog", request=(1, "PredictRequest"))
    _message(file, "PredictionLog", predict_log=(6, "PredictLog"))
    # map<string, TensorProto> inputs = 2
    entry = request.nested_type.add(name="InputsEntry")
    entry.options.map_entry = True
    _field(entry, "key", 1)
    _field(entry, "value", 2, ".tensorflow.TensorProto")
    inputs = _field(request, "inputs", 2, f".{_PACKAGE}.PredictRequest.InputsEntry")
    inputs.label = inputs.LABEL_REPEATED
    return file


def _message(file, name, **fields):
    message = file.message_type.add(name=name)
    for field, number in fields.items():
        if isinstance(number, int):
            _field(message, field, number)
        else:
            _field(message, field, number[0], f".{_PACKAGE}.{number[1]}")
    return message


def _field(message, name, number, message_type=None):
    """A string, or a message of a type."""
    field = message.field.add(name=name, number=number, label=descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL)
    field.type = field.TYPE_MESSAGE if message_type else field.TYPE_STRING
    if message_type:
        field.type_name = message_type
    return field
