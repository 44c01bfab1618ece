"""Networks as exported files hold them: the same functions in float32, for less work."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan.layers.batch_norm import FusedBatchNormalization
from keras_gan.layers.pointwise import PointwiseConv2D
from keras_gan.layers.smooth_transpose import SmoothConv2DTranspose


class SubpixelConv2DTranspose(keras.layers.Conv2DTranspose):
    """A `Conv2DTranspose` of stride 2 with padding `same`, computed by plain convolutions.

    Outputs at even and odd places are reached by different taps of the kernel. So each of the four kinds of place
    is a small convolution of the input (Shi et al. 2016, arXiv 1609.07009), and no product is with a zero between
    places. In one dimension, with a kernel of size k and b = (k - 2) // 2 places of padding before, output o has

        out[o] = sum over j of in[p - j] kernel[s + 2 j], where o + b = 2 p + s and s is 0 or 1.
    """

    def call(self, inputs):
        size, (height, width) = self.kernel_size[0], keras.ops.shape(inputs)[1:3]  # numbers where they are known
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
        outputs = tf.nn.depth_to_space(maps, 2)[:, first : first + 2 * height, first : first + 2 * width]
        return self.activation(outputs)

    def _kernel_of(self, row, column):
        """Kernel `[taps, taps, in, out]` of one kind of place; correlation wants the taps in reverse order."""
        return tf.transpose(tf.convert_to_tensor(self.kernel)[row::2, column::2][::-1, ::-1], [0, 1, 3, 2])


class _UpSamplingOfAnySize2D(keras.layers.UpSampling2D):
    """An `UpSampling2D` for maps whose size is known only when they come; Keras 3.15 wants to know it before."""

    def call(self, inputs):
        return tf.image.resize(inputs, tf.shape(inputs)[1:3] * self.size, self.interpolation)


_HALF = ("float16", "bfloat16")
# The types themselves, as elsewhere here: a class that inherits from one may compute something else.
_NORMS = (keras.layers.BatchNormalization, FusedBatchNormalization)
_TRANSPOSED = (keras.layers.Conv2DTranspose, SmoothConv2DTranspose)
_CONVOLUTIONS = (keras.layers.Conv2D, PointwiseConv2D, *_TRANSPOSED)


def float32_copy(network):
    """A network of the same layers and weights, every layer computing in float32.

    A network trained under mixed precision would need operations that phones do not have.
    """

    def rebuild(layer):
        config = layer.get_config()
        # A graph may also hold operations of `keras.ops`, most of which have no dtype of their own.
        if isinstance(layer, keras.Layer) or config.get("dtype") in _HALF:
            config["dtype"] = "float32"
        return layer.__class__.from_config(config)

    copy = keras.models.clone_model(network, clone_function=rebuild)
    copy.set_weights(network.get_weights())
    return copy


def is_float32(network):
    """Whether every layer computes in float32."""
    return all(layer.compute_dtype == "float32" for layer in network.layers)


def fused(network, odd_kernels):
    """A network that computes the same, up to rounding, with less work: for files that only draw.

    A BatchNormalization that follows a convolution becomes part of its weights; transposed convolutions of stride 2,
    smooth ones among them, become plain ones; and interpolation comes to work for maps of any size.

    Args:
        network: a functional Keras model.
        odd_kernels: rewrite transposed convolutions of odd kernels, too. LiteRT computes them 3 times as fast then,
            TensorFlow a little slower.
    """
    norms = {layer: norm for norm in network.layers if (layer := _convolution_before(norm))}

    def rebuild(layer):
        if layer in norms.values():
            return keras.layers.Identity(name=layer.name)
        config, kind = layer.get_config(), layer.__class__
        if layer in norms:
            config["use_bias"] = True
        if kind is SmoothConv2DTranspose:
            config["kernel_size"] = [size + 1 for size in layer.kernel_size]
            kind = keras.layers.Conv2DTranspose
        if _is_doubling(layer) and (odd_kernels or config["kernel_size"][0] % 2 == 0):
            kind = SubpixelConv2DTranspose
        return (_UpSamplingOfAnySize2D if _interpolates(layer) else kind).from_config(config)

    def call(layer, *inputs, **options):
        return inputs[0] if isinstance(layer, keras.layers.Identity) else layer(*inputs, **options)

    copy = keras.models.clone_model(network, clone_function=rebuild, call_function=call)
    for layer in network.layers:
        if layer.weights and layer not in norms.values():
            copy.get_layer(layer.name).set_weights(_weights(layer, norms.get(layer)))
    return copy


def _convolution_before(norm):
    """The convolution whose output a BatchNormalization, and nothing else, takes; or None."""
    if type(norm) not in _NORMS:
        return None
    layer = norm.input._keras_history.operation
    fits = (
        type(layer) in _CONVOLUTIONS
        and layer.activation is keras.activations.linear
        and len(layer._outbound_nodes) == 1
        and norm.axis in (-1, 3)
        and layer.data_format == "channels_last"
    )
    return layer if fits else None


def _weights(layer, norm):
    """Weights of the plain stand-in of a layer, which does besides what the norm behind it did, unless that is None."""
    smooth = type(layer) is SmoothConv2DTranspose
    if norm is None:
        return [np.asarray(layer.spread_kernel), *layer.get_weights()[1:]] if smooth else layer.get_weights()
    mean, variance = (np.asarray(weight, np.float64) for weight in (norm.moving_mean, norm.moving_variance))
    scale = 1.0 / np.sqrt(variance + norm.epsilon)
    if norm.scale:
        scale *= np.asarray(norm.gamma)
    bias = ((np.asarray(layer.bias) if layer.use_bias else 0.0) - mean) * scale
    if norm.center:
        bias += np.asarray(norm.beta)
    kernel = np.asarray(layer.spread_kernel if smooth else layer.kernel)
    transposed = type(layer) in _TRANSPOSED  # then the outputs are the last but one
    return [kernel * (scale[:, None] if transposed else scale), bias]


def _interpolates(layer):
    return (
        type(layer) is keras.layers.UpSampling2D
        and layer.interpolation != "nearest"
        and layer.data_format == "channels_last"
    )


def _is_doubling(layer):
    """Whether it is a transposed convolution that `SubpixelConv2DTranspose` can compute."""
    return (
        type(layer) in _TRANSPOSED
        and layer.strides == (2, 2)
        and layer.padding == "same"
        and layer.dilation_rate == (1, 1)
        and layer.output_padding is None
        and layer.data_format == "channels_last"
        and layer.kernel_size[0] == layer.kernel_size[1]
        and (layer.kernel_size[0] >= 2 or type(layer) is SmoothConv2DTranspose)
    )
