"""What images are of a generator's last numbers, where these have no function as published."""

import contextlib
import contextvars

import keras
import tensorflow as tf

LEAST_SLOPE = 0.1
_IS_EXACT = contextvars.ContextVar("whether slopes are the true ones", default=False)


@contextlib.contextmanager
def exactly():
    """Within it slopes are the true ones: for what measures how images change, as path lengths do."""
    before = _IS_EXACT.set(True)
    try:
        yield
    finally:
        _IS_EXACT.reset(before)


@keras.saving.register_keras_serializable("keras_gan")
def bounded(values):
    """Hyperbolic tangents, whose gradient leads back from where they are flat.

    There the true gradient is next to nothing, and Adam, which takes any gradient for a large one, takes a generator so
    far in within some steps that it never comes back: all its images are black. So a step that brings values nearer to
    0 meets a slope of at least `LEAST_SLOPE`; one that takes them further out meets the true one. Whatever else is
    differentiated through it meets these slopes, too, but for what is computed within `exactly()`.

    Args:
        values: float tensor of any shape.
    """
    if _IS_EXACT.get():
        return tf.tanh(values)

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
