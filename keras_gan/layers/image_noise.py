"""Noise that a generator may turn into detail (Karras et al. 2019, arXiv 1812.04948, section 3.2)."""

import keras
from keras import ops

from keras_gan.layers import noise_maps, small_files
from keras_gan.randomness import noise


@keras.saving.register_keras_serializable("keras_gan")
class ImageNoise(keras.layers.Layer):
    """Adds one normal number to all channels of a place, times a learned strength that begins at 0.

    In training the numbers are those of the step; otherwise those that were drawn when the layer was made, so that a
    seed is one picture; within `noise_maps.given` those that are given.

    Args:
        gain: factor on what is added.
        per_channel: whether there is a strength for each channel, as in the first StyleGAN.
        name: must be given, as that of `StepDropout`.
    """

    def __init__(self, gain=1.0, per_channel=False, *, name, **kwargs):
        super().__init__(name=name, **kwargs)
        self.gain, self.per_channel = gain, per_channel

    def build(self, input_shape):
        _, height, width, channels = input_shape
        normal = keras.initializers.RandomNormal(stddev=1.0)
        self.constant = self.add_weight(shape=(height, width, 1), initializer=normal, trainable=False, name="constant")
        self.strength = self.add_weight(
            shape=(channels,) if self.per_channel else (), initializer="zeros", name="strength"
        )

    @property
    def map_shape(self):
        """The shape of a map that it can be given, `(height, width, 1)`."""
        return tuple(self.constant.shape)

    def call(self, inputs, training=False):
        numbers = noise_maps.of(self.name)
        if numbers is None:
            numbers = self._own(inputs, training)
        return inputs + ops.cast(numbers, inputs.dtype) * ops.cast(self.strength * self.gain, inputs.dtype)

    def _own(self, inputs, training):
        numbers = ops.convert_to_tensor(self.constant)
        if small_files.are_wanted():
            # 0 always, which no converter knows: else it would add the noise to the bias before, in all channels.
            numbers = numbers + ops.minimum(ops.abs(inputs[:, :1, :1, :1]), 0.0)
        if training:
            rows, *shape = inputs.shape
            rows = ops.shape(inputs)[0]
            numbers = noise.current().normal(rows, (*shape[:2], 1), f"noise/{self.name}")
        return numbers

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "gain": self.gain, "per_channel": self.per_channel}
