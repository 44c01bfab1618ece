"""Layers with spectral normalisation (Miyato et al. 2018, arXiv 1802.05957).

Each divides its kernel, seen as a matrix W of `[inputs, outputs]`, by an estimate of its largest singular value at the
moment of use; the trainable kernel stays as it is. The estimate is |W u| for a vector u of `[outputs]` that one
step of power iteration after every update of the weights turns towards the first right singular vector. A call only
reads u, so that all passes within one update share one function.
"""

import keras
from keras import ops

_EPSILON = 1e-12


class _SpectralNormalization:
    """What the layers below share: the vector, the estimate and the power iteration."""

    def build(self, input_shape):
        super().build(input_shape)
        self.direction = self.add_weight(
            shape=(self._matrix.shape[-1],),
            initializer=keras.initializers.RandomNormal(),
            trainable=False,
            aggregation="mean",
            dtype="float32",
            name="direction",
        )
        self.direction.assign(_unit(self.direction.value))

    @property
    def _matrix(self):
        weights = self.trainable_variables[0].value
        return ops.reshape(weights, (-1, weights.shape[-1]))

    def spectral_norm(self):
        """The estimate of the kernel's largest singular value, a scalar that carries the gradient in the kernel."""
        return ops.norm(ops.matmul(self._matrix, self.direction.value[:, None])) + _EPSILON

    # The layers save and load the weights that they know of themselves, the general class saves and loads all.
    def save_own_variables(self, store):
        keras.layers.Layer.save_own_variables(self, store)

    def load_own_variables(self, store):
        keras.layers.Layer.load_own_variables(self, store)

    def after_update(self):
        """One power iteration: u becomes the unit vector along W^T W u. `AdversarialModel` calls it."""
        u = self.direction.value[:, None]
        self.direction.assign(_unit(ops.matmul(ops.transpose(self._matrix), ops.matmul(self._matrix, u))[:, 0]))


@keras.saving.register_keras_serializable("keras_gan")
class SpectralConv2D(_SpectralNormalization, keras.layers.Conv2D):
    """`keras.layers.Conv2D` with a kernel of spectral norm 1."""

    def convolution_op(self, inputs, kernel):
        return super().convolution_op(inputs, kernel / ops.cast(self.spectral_norm(), kernel.dtype))


@keras.saving.register_keras_serializable("keras_gan")
class SpectralDense(_SpectralNormalization, keras.layers.Dense):
    """`keras.layers.Dense` with a kernel of spectral norm 1."""

    def call(self, inputs):
        # The norm divides the products, which are fewer than the weights.
        outputs = ops.matmul(inputs, self.kernel) / ops.cast(self.spectral_norm(), self.compute_dtype)
        return self.activation(outputs + self.bias if self.use_bias else outputs)


@keras.saving.register_keras_serializable("keras_gan")
class SpectralEmbedding(_SpectralNormalization, keras.layers.Embedding):
    """`keras.layers.Embedding` with a table of spectral norm 1."""

    def call(self, inputs):
        return super().call(inputs) / ops.cast(self.spectral_norm(), self.compute_dtype)


def _unit(vector):
    return vector / (ops.norm(vector) + _EPSILON)
