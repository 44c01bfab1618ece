"""How much memory a network needs for an image, told from its graph."""

import tensorflow as tf

SIZE = 1024  # large enough that what all images need alike is never the most
# What convolutions need for themselves: on a processor TensorFlow 2.21 took 1.6 to 4.3 times what its graph shows.
HEADROOM = 4


def bytes_per_pixel(translator):
    """About how many bytes TensorFlow holds at once for each pixel of a source."""
    size = -(-SIZE // translator.multiple) * translator.multiple
    # Weights are the same for both.
    return round(HEADROOM * (_held(translator, 2 * size) - _held(translator, size)) / (3 * size**2))


def _held(translator, size):
    """The most bytes at once for a square image, if all is held until it was used for the last time."""
    function = tf.function(translator.of_exact_size, input_signature=translator.specs(1, (size, size)), autograph=False)
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
