"""The gate of gated convolution."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class Gate(keras.layers.Layer):
    """Maps `[…, 2 C]` to `[…, C]`: the first half through an activation, times the sigmoid of the second half.

    Behind a convolution of twice the width it makes a gated one, which learns at every place how much each feature is
    to count, so that a hole need not be told from what is 0 by itself (Yu et al. 2019, arXiv 1806.03589,
    equation 3):

        x = Gate()(layers.Conv2D(2 * filters, 3, padding="same")(x))

    Args:
        activation: of the features, as Keras's layers take it; None for none.
    """

    def __init__(self, activation="elu", **kwargs):
        super().__init__(**kwargs)
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        if input_shape[-1] % 2:
            raise ValueError(f"features and gates must be equally many, but there are {input_shape[-1]} channels.")

    def call(self, inputs):
        features, gates = ops.split(inputs, 2, axis=-1)
        return self.activation(features) * ops.sigmoid(gates)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] // 2)

    def get_config(self):
        return {**super().get_config(), "activation": keras.activations.serialize(self.activation)}
