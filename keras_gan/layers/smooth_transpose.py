"""Transposed convolutions that cannot draw a checkerboard."""

import keras
from keras import ops

from keras_gan.layers.blur import spread


@keras.saving.register_keras_serializable("keras_gan")
class SmoothConv2DTranspose(keras.layers.Conv2DTranspose):
    """A convolution after doubling the size by nearest neighbours, in one transposed convolution of stride 2.

    The kernel of the transposed convolution is this layer's, each weight of it spread over 2x2 pixels. Every one of the
    four pixels that come of one then has the same sum of weights: an even surface stays even, where those of a free
    kernel are only learned to be alike (Odena et al. 2016, "Deconvolution and Checkerboard Artifacts").

    Args:
        filters: width of the outputs.
        kernel_size: edge of the kernel before it is spread.
        **kwargs: as of `Conv2DTranspose`, but for strides, padding and dilation.
    """

    def __init__(self, filters, kernel_size, strides=2, padding="same", **kwargs):
        super().__init__(filters, kernel_size, strides=strides, padding=padding, **kwargs)
        if (self.strides, self.padding, self.dilation_rate) != ((2, 2), "same", (1, 1)):
            raise ValueError("SmoothConv2DTranspose doubles the size: strides are 2, padding is 'same', no dilation.")

    @property
    def spread_kernel(self):
        """The kernel of the transposed convolution, `[size + 1, size + 1, filters, channels]`."""
        return spread(ops.convert_to_tensor(self.kernel), (1, 1))

    def call(self, inputs):
        kernel = ops.cast(self.spread_kernel, inputs.dtype)
        outputs = ops.conv_transpose(inputs, kernel, strides=2, padding="same", data_format=self.data_format)
        if self.use_bias:
            outputs = ops.add(outputs, ops.cast(self.bias, inputs.dtype))
        return self.activation(outputs)
