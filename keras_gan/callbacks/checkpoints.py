"""Checkpoints while training."""

import time

from keras_gan.callbacks.every import Every
from keras_gan.storage import checkpoint


class Checkpoints(Every):
    """Saves a checkpoint every `every` steps and keeps the newest `keep`; see `keras_gan.storage.checkpoint`.

    A new run saves its start, too, so that one that fails before its first checkpoint has one to go back to.

    Args:
        directory: the folder of the checkpoints.
        every: steps between them.
        keep: how many to keep.
        minutes: save whenever so much time has gone by since the last one, as well; None: never.
        writer: `tf.summary` writer to flush first, so that the log knows all that the checkpoint knows; or None.
    """

    def __init__(self, directory, every, keep=3, minutes=None, writer=None):
        super().__init__(every)
        self.directory = directory
        self.keep = keep
        self.minutes = minutes
        self.writer = writer

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        if not checkpoint.list_checkpoints(self.directory):
            checkpoint.save(self.model, self.directory, self.step, self.keep)
        self._saved = time.monotonic()

    def after_step(self, step, logs):
        super().after_step(step, logs)
        if self.minutes and time.monotonic() - self._saved >= 60 * self.minutes:
            self._call(logs)

    def at(self, step, logs):
        if self.writer:
            self.writer.flush()
        checkpoint.save(self.model, self.directory, step, self.keep)
        self._saved = time.monotonic()
