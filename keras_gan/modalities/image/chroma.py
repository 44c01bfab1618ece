"""Colour without brightness."""

import keras
from keras import ops

LUMINANCE = (0.299, 0.587, 0.114)  # of red, green and blue in luminance, ITU-R BT.601


@keras.saving.register_keras_serializable("keras_gan")
class Colour(keras.layers.Layer):
    """Gives a luminance `[B, h, w, 1]` the colours of a picture `[B, h, w, 3]`: both in [-1, 1], and so is the result.

    luminance + (picture - luminance of the picture), cut to the range: what is not cut has the luminance given.
    """

    def call(self, luminance, picture):
        grey = ops.sum(picture * ops.array(LUMINANCE, picture.dtype), axis=-1, keepdims=True)
        return ops.clip(luminance + (picture - grey), -1.0, 1.0)
