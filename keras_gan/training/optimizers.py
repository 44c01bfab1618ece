"""Optimizers of Keras, faster."""

import math

import keras
import tensorflow as tf


def falling(rate, total_steps, final):
    """A learning rate that falls within so many steps, along a cosine, to its share `final`.

    It is constant, a number, where `final` is 1 or nobody knows how long the run is.
    """
    if final == 1.0 or not total_steps:
        return rate
    return keras.optimizers.schedules.CosineDecay(rate, total_steps, final)


VECTORS = 0.1  # the share of the learning rate that biases and other vectors take


@keras.saving.register_keras_serializable("keras_gan")
class Adam(keras.optimizers.Adam):
    """Keras's Adam with one operation per weight in place of ten: the same numbers, state and checkpoints.

    For small networks the updates are a good part of a step, and this halves them.

    Attributes:
        earlier_updates: how many updates its moments know of beside its own iterations: those of another training,
            which no longer count for the schedule of its learning rate. Read when a step is traced.
    """

    earlier_updates = 0

    def update_step(self, gradient, variable, learning_rate):
        # A lookup's gradient names a row as often as it was looked up; Keras would square each part on its own.
        gradient = tf.convert_to_tensor(gradient)
        if self.amsgrad:
            return super().update_step(gradient, variable, learning_rate)
        index, dtype = self._get_variable_index(variable), variable.dtype
        beta_1, beta_2 = tf.cast(self.beta_1, dtype), tf.cast(self.beta_2, dtype)
        step = tf.cast(self.iterations.value + (1 + self.earlier_updates), dtype)
        tf.raw_ops.ResourceApplyAdam(
            # Under a strategy this is TensorFlow's variable on one device, otherwise Keras's.
            var=(variable.value if isinstance(variable, keras.Variable) else variable).handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=beta_1**step,
            beta2_power=beta_2**step,
            lr=tf.cast(learning_rate, dtype),
            beta1=beta_1,
            beta2=beta_2,
            epsilon=tf.cast(self.epsilon, dtype),
            grad=tf.cast(gradient, dtype),
        )
        return None


@keras.saving.register_keras_serializable("keras_gan")
class LinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that is constant for the first half of a run and then falls to 0, step by step.

    Args:
        rate: the constant rate.
        total_steps: of the whole run; None: the rate stays constant.
    """

    def __init__(self, rate, total_steps):
        self.rate = rate
        self.total_steps = total_steps

    def __call__(self, step):
        if not self.total_steps:
            return tf.constant(self.rate, tf.float32)
        left = (self.total_steps - tf.cast(step, tf.float32)) / (self.total_steps / 2.0)
        return self.rate * tf.clip_by_value(left, 0.0, 1.0)

    def get_config(self):
        return {"rate": self.rate, "total_steps": self.total_steps}


@keras.saving.register_keras_serializable("keras_gan")
class EqualizedAdam(Adam):
    """Adam that changes all layers at the same relative rate, for networks without normalisation.

    Adam's steps are as long for a weight of 1 as for one of 0.03, so that wide layers turn over within a few steps
    while narrow ones hardly move. Here the learning rate of a kernel is multiplied by sqrt(2 / inputs), the spread of
    He's initializer, and that of a vector by 0.1. Since Adam's steps do not depend on the scale of gradients, this is
    the equalized learning rate of ProGAN (arXiv 1710.10196, section 4.1) without storing scaled weights. `inputs` is
    the product of all axes but the last: for a depthwise kernel, that counts its channels, too.
    """

    def update_step(self, gradient, variable, learning_rate):
        shape = tuple(variable.shape)
        scale = math.sqrt(2.0 / math.prod(shape[:-1])) if len(shape) > 1 else VECTORS
        return super().update_step(gradient, variable, learning_rate * scale)


@keras.saving.register_keras_serializable("keras_gan")
class InStages(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that falls within so many steps, along a cosine, to a share of it, and then is another.

    Args:
        rate: what it begins with.
        final: the share of it that is left after `steps`.
        steps: how many.
        later: what it is from then on.
    """

    def __init__(self, rate, final, steps, later):
        self.rate, self.final, self.steps, self.later = rate, final, steps, later
        self._first = keras.optimizers.schedules.CosineDecay(rate, steps, final)

    def __call__(self, step):
        return tf.where(tf.cast(step, tf.int64) < self.steps, self._first(step), self.later)

    def get_config(self):
        return {"rate": self.rate, "final": self.final, "steps": self.steps, "later": self.later}
