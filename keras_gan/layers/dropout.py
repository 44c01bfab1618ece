"""Dropout by the noise of the training step."""

import keras
from keras import ops

from keras_gan.randomness import noise


@keras.saving.register_keras_serializable("keras_gan")
class StepDropout(keras.layers.Layer):
    """Dropout (Srivastava et al. 2014) whose mask is a pure function of seed, step, global row and the layer's name.

    In training each value is 0 with probability `rate`, else divided by 1 - rate. `keras.layers.Dropout` has a state
    that no checkpoint holds, and gives all replicas the same mask. All calls in one draw of a step share a mask.
    Without training, or with rate 0, outputs are inputs.

    Args:
        rate: probability in [0, 1).
        name: must be given. Names that Keras makes up count the layers of the process, and would give a run that is
            resumed other masks.

    Raises:
        RuntimeError: when called in training outside of a training step.
    """

    def __init__(self, rate, *, name, **kwargs):
        super().__init__(name=name, **kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"rate must be in [0, 1), got {rate}")
        self.rate = rate

    def call(self, inputs, training=False):
        if not training or not self.rate:
            return inputs
        rows, *shape = ops.shape(inputs)
        uniform = noise.current().uniform(rows, shape, f"dropout/{self.name}")
        kept = ops.cast(uniform >= self.rate, inputs.dtype)
        return inputs * (kept / (1.0 - self.rate))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "rate": self.rate}
