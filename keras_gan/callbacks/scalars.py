"""Scalars for TensorBoard."""

import time

import keras
import numpy as np
import tensorflow as tf

from keras_gan.callbacks.every import Every


class Scalars(Every):
    """Logs every loss term, the learning rates, images per second and kimg to TensorBoard.

    Terms are averaged over the steps since the last point, so that a point stands for all of them.

    Args:
        writer: `tf.summary` writer.
        every: steps between points.
        images_per_step: real images that one training step sees, over all replicas.
    """

    def __init__(self, writer, every, images_per_step):
        super().__init__(every)
        self.writer = writer
        self.images_per_step = images_per_step
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
            tf.summary.scalar("progress/kimg", step * self.images_per_step / 1000.0)
            images = (step - self._since_step) * self.images_per_step
            if images:
                tf.summary.scalar("progress/images_per_second", images / (now - self._since))
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
