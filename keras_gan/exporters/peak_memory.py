"""How much memory a network needs for values of any size, told from its graph."""

import tensorflow as tf

SIZE = 1024  # large enough that what all values need alike is never the most
# What convolutions need for themselves: on a processor TensorFlow 2.21 took 1.6 to 4.3 times what its graph shows.
HEADROOM = 4


def bytes_per_place(outgoing):
    """About how many bytes TensorFlow holds at once for each place along the free axes of an input."""
    size, axes = -(-SIZE // outgoing.multiple) * outgoing.multiple, len(outgoing.free_axes)
    # Weights are the same for both.
    more = _held(outgoing, (2 * size,) * axes) - _held(outgoing, (size,) * axes)
    return round(HEADROOM * more / ((2**axes - 1) * size**axes))


def _held(outgoing, sizes):
    """The most bytes at once for one value of these sizes, if all is held until it was used for the last time."""

    def call(*values):
        return outgoing.of_exact_size(**dict(zip(outgoing.inputs, values, strict=True)))

    specs = [field.spec(1, sizes, name) for name, field in outgoing.inputs.items()]
    function = tf.function(call, input_signature=specs, autograph=False)
    operations = function.get_concrete_function().graph.get_operations()
    last_used = {tensor.ref(): place for place, operation in enumerate(operations) for tensor in operation.inputs}
    held, most = {}, 0
    for place, operation in enumerate(operations):
        held |= {tensor.ref(): _bytes(tensor) for tensor in operation.outputs}
        most = max(most, sum(held.values()))
        held = {reference: count for reference, count in held.items() if last_used.get(reference, -1) > place}
    return most


def _bytes(tensor):
    return tensor.shape.num_elements() * tensor.dtype.size if tensor.shape.is_fully_defined() else 0
