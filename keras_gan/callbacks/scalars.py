"""Scalars for TensorBoard."""

import time

import keras
import numpy as np
import tensorflow as tf

from keras_gan.callbacks.every import Every


class Scalars(Every):
    """Logs every loss term, the learning rates, examples per second and thousands of them to TensorBoard.

    Terms are averaged over the steps since the last point, so that a point stands for all of them.

    Args:
        writer: `tf.summary` writer.
        every: steps between points.
        schedule: the `Schedule` of the run, which knows how many examples its steps see.
    """

    def __init__(self, writer, every, schedule):
        super().__init__(every)
        self.writer = writer
        self.schedule = schedule
        self._window = []

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self._since = None

    def after_step(self, step, logs):
        super().after_step(step, logs)
        self._window.append(logs)
        if self._since is None:  # the first step compiles, and says nothing of the speed
            self._since, self._since_step = time.perf_counter(), step

    def at(self, step, logs):
        now = time.perf_counter()
        with self.writer.as_default(step):
            for name in logs:
                # Another stage of the training may have other terms.
                values = [float(entry[name]) for entry in self._window if name in entry]
                tf.summary.scalar(_tag(name), np.mean(values))
            seen = self.schedule.examples_before(step)
            tf.summary.scalar("progress/kimg", seen / 1000.0)
            since = seen - self.schedule.examples_before(self._since_step)
            if since:
                plural = self.model.fields["real"].plural
                tf.summary.scalar(f"progress/{plural}_per_second", since / (now - self._since))
            for network, optimizer in (
                ("generator", self.model.optimizer),
                ("discriminator", self.model.discriminator_optimizer),
            ):
                rate = float(keras.ops.convert_to_numpy(optimizer.learning_rate))
                tf.summary.scalar(f"learning_rate/{network}", rate)
        self._window, self._since, self._since_step = [], now, step

    def on_train_end(self, logs=None):
        super().on_train_end(logs)
        self.writer.flush()


def _tag(name):
    """Groups the curves of one network: `d_real` is shown as `discriminator/real`."""
    prefix, _, rest = name.partition("_")
    group = {"d": "discriminator", "g": "generator"}.get(prefix)
    return f"{group}/{rest}" if group and rest else f"train/{name}"
