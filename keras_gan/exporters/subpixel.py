"""Transposed convolutions as plain ones, which phones and browsers compute several times as fast."""

import keras
import tensorflow as tf


class SubpixelConv2DTranspose(keras.layers.Conv2DTranspose):
    """The same function of the same weights as a `Conv2DTranspose` of stride 2 with padding `same`.

    Output pixels at even and odd places are reached by different taps of the kernel. So each of the four kinds of place
    is a small convolution of the input (Shi et al. 2016, arXiv 1609.07009), and no product is with a zero between
    pixels. In one dimension, with a kernel of size k and b = (k - 2) // 2 pixels of padding before, output o has

        out[o] = sum over j of in[p - j] kernel[s + 2 j], where o + b = 2 p + s and s is 0 or 1.
    """

    def call(self, inputs):
        size, (height, width) = self.kernel_size[0], inputs.shape[1:3]
        taps, before = (size + 1) // 2, (size - 2) // 2
        edges = [taps - 1 - before // 2, (before + 1) // 2]
        padded = tf.pad(inputs, [[0, 0], edges, edges, [0, 0]])
        kernels = [self._kernel_of(row, column) for row in (0, 1) for column in (0, 1)]
        if size % 2:  # those of odd places have a tap less, which is the first
            maps = [
                tf.nn.conv2d(padded[:, taps - kernel.shape[0] :, taps - kernel.shape[1] :], kernel, 1, "VALID")
                for kernel in kernels
            ]
            maps = tf.concat(maps, axis=-1)
        else:
            maps = tf.nn.conv2d(padded, tf.concat(kernels, axis=-1), 1, "VALID")
        if self.use_bias:
            maps = tf.nn.bias_add(maps, tf.tile(self.bias, [4]))
        first = before % 2
        pixels = tf.nn.depth_to_space(maps, 2)[:, first : first + 2 * height, first : first + 2 * width]
        return self.activation(pixels)

    def _kernel_of(self, row, column):
        """Kernel `[taps, taps, in, out]` of one kind of place; correlation wants the taps in reverse order."""
        return tf.transpose(tf.convert_to_tensor(self.kernel)[row::2, column::2][::-1, ::-1], [0, 1, 3, 2])


def rewritten(network):
    """A network with the same weights and layers, but for its transposed convolutions of stride 2."""

    def rebuild(layer):
        cls = SubpixelConv2DTranspose if _can_be(layer) else layer.__class__
        return cls.from_config(layer.get_config())

    copy = keras.models.clone_model(network, clone_function=rebuild)
    copy.set_weights(network.get_weights())
    return copy


def _can_be(layer):
    # The type itself: a class that inherits from it may compute something else.
    return (
        type(layer) is keras.layers.Conv2DTranspose
        and layer.strides == (2, 2)
        and layer.padding == "same"
        and layer.dilation_rate == (1, 1)
        and layer.output_padding is None
        and layer.data_format == "channels_last"
        and layer.kernel_size[0] == layer.kernel_size[1] >= 2
        and None not in layer.input.shape[1:]
    )
