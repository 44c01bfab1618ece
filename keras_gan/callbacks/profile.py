"""A profile of some steps, for TensorBoard's page of that name."""

import tensorflow as tf

from keras_gan.callbacks.every import Every

_WARM_UP = 10  # steps before it: the first compile


class Profile(Every):
    """Writes what the operations of some steps cost, after those that compile and warm up.

    TensorBoard shows it with the package tensorboard-plugin-profile. A run that is resumed writes none again.

    Args:
        folder: of the run; the profile goes into `plugins/profile` there.
        steps: how many steps, at least 1.
    """

    def __init__(self, folder, steps):
        super().__init__(every=1)
        self.folder, self.steps = folder, steps
        self._running = False

    def at(self, step, logs):
        if not self._running and _WARM_UP <= step < _WARM_UP + self.model.steps_per_execution:
            tf.profiler.experimental.start(str(self.folder))
            self._running = True
        elif self._running and step >= _WARM_UP + self.steps:
            self._stop()

    def on_train_end(self, logs=None):
        super().on_train_end(logs)
        if self._running:
            self._stop()

    def _stop(self):
        tf.profiler.experimental.stop()
        self._running = False
