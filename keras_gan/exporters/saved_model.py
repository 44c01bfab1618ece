"""SavedModel with named, batch-safe signatures, and requests that warm up a server."""

import tensorflow as tf

from keras_gan.exporters import signatures, warmup
from keras_gan.exporters.targets import ROUNDED, Target, bound_of
from keras_gan.storage import files

RUNTIME = "tensorflow"
TAKES_ANY_SIZE = True
THREADS = ()  # calls are not timed
BATCHES = (1, 8)  # rows of a warm-up request


def write(networks, directory, deliverables):
    """Writes one SavedModel of all networks.

    Args:
        networks: list of `Outgoing` in float32.
        directory: folder that becomes it.
        deliverables: not looked at.
    """
    networks = [each.fused(odd_kernels=False) for each in networks]
    found = signatures.of(networks)
    functions = {name: each.traceable() for name, each in found.items()}
    save([each.network for each in networks], directory, functions, networks[0].constants)
    free = bool(networks[0].free_axes)
    sizes = networks[0].example_sizes if free else ()
    # Of large values one each: several may need more memory than the server is ever asked for.
    warmup.write(directory, {name: each.inputs for name, each in found.items()}, sizes, (1,) if free else BATCHES)


def save(networks, directory, functions, constants=None):
    """Writes `tf.function`s that call some networks, `{name of the signature: function}`, with their weights once.

    Constants, `{name: array}`, become attributes of what `tf.saved_model.load` returns.

    Keras's own `ExportArchive` writes every weight twice (Keras 3.15).
    """
    module = tf.Module()
    for name, value in (constants or {}).items():
        setattr(module, name, tf.Variable(value, trainable=False))
    module.weights = [getattr(weight, "value", weight) for each in networks for weight in each.weights]
    with files.plain(directory) as place:
        tf.saved_model.save(module, str(place), signatures=functions)


def targets(networks, deliverables):
    """A `Target` for each signature."""
    return [
        Target(
            name=name,
            signature=signature,
            format="saved_model",
            asked=name,
            bound=bound_of(signature.network) + (ROUNDED if signature.gives_files else 0.0),
        )
        for name, signature in signatures.of(networks).items()
    ]


def load(directory):
    """Opens a SavedModel by TensorFlow without Keras; verification runs this function's source alone, see `reload`."""
    import tensorflow as tf

    model = tf.saved_model.load(directory)

    def open_target(name, threads):
        signature = model.signatures[name]

        def call(given):
            answer = signature(**{name: tf.constant(values) for name, values in given.items()})
            return {name: values.numpy() for name, values in answer.items()}

        return list(signature.structured_input_signature[1]), None, call

    return f"tensorflow {tf.__version__}", list(model.signatures), open_target
