"""What images are of a generator's last numbers, where these have no function as published."""

import keras
import tensorflow as tf

LEAST_SLOPE = 0.1


@keras.saving.register_keras_serializable("keras_gan")
def bounded(values):
    """Hyperbolic tangents, whose gradient leads back from where they are flat.

    There the true gradient is next to nothing, and Adam, which takes any gradient for a large one, takes a generator so
    far in within some steps that it never comes back: all its images are black. So a step that brings values nearer to
    0 meets a slope of at least `LEAST_SLOPE`; one that takes them further out meets the true one.
    Whatever else is differentiated through it meets these slopes, too: path lengths of StyleGAN2 are then not exact.

    Args:
        values: float tensor of any shape.
    """

    @tf.custom_gradient
    def tangents(values):
        results = tf.tanh(values)

        def gradient(upstream):
            slope = 1.0 - tf.square(results)
            leads_back = results * upstream > 0  # descent goes against the gradient
            return upstream * tf.where(leads_back, tf.maximum(slope, tf.cast(LEAST_SLOPE, slope.dtype)), slope)

        return results, gradient

    return tangents(values)


FUNCTIONS = {"linear": keras.activations.linear, "tanh": bounded}
