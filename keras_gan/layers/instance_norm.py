"""Instance normalisation (Ulyanov et al. 2016, arXiv 1607.08022)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class InstanceNormalization(keras.layers.Layer):
    """Normalises every channel of every map by its own mean and variance over height and width.

        y = gamma (x - mean) / sqrt(variance + epsilon) + beta

    with the biased variance (1607.08022, equation 4). Training and inference compute the same. Of a map of one place
    nothing but beta is left. Statistics are float32 whatever the precision of inputs `[B, height, width, C]` and
    outputs.

    Args:
        epsilon: added to the variance.
        center: whether there is a learned beta `[C]`, 0 at first.
        scale: whether there is a learned gamma `[C]`, 1 at first.
    """

    def __init__(self, epsilon=1e-5, center=True, scale=True, **kwargs):
        super().__init__(**kwargs)
        self.epsilon, self.center, self.scale = epsilon, center, scale
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape):
        shape = (input_shape[-1],)
        # Without autocast: half precision would round them before they meet the statistics.
        if self.scale:
            self.gamma = self.add_weight(shape=shape, initializer="ones", autocast=False, name="gamma")
        if self.center:
            self.beta = self.add_weight(shape=shape, initializer="zeros", autocast=False, name="beta")

    def call(self, inputs):
        x = ops.cast(inputs, "float32")
        x = x - ops.mean(x, axis=(1, 2), keepdims=True)
        factor = ops.rsqrt(ops.mean(ops.square(x), axis=(1, 2), keepdims=True) + self.epsilon)
        x = x * (factor * self.gamma if self.scale else factor)
        return ops.cast(x + self.beta if self.center else x, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon, "center": self.center, "scale": self.scale}
