"""Checkpoints while training."""

from keras_gan import checkpoint
from keras_gan.callbacks.every import Every


class Checkpoints(Every):
    """Saves a checkpoint every `every` steps and keeps the newest `keep`; see `keras_gan.checkpoint`.

    A new run saves its start, too, so that one that fails before its first checkpoint has one to go back to.
    """

    def __init__(self, directory, every, keep=3):
        super().__init__(every)
        self.directory = directory
        self.keep = keep

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        if not checkpoint.list_checkpoints(self.directory):
            checkpoint.save(self.model, self.directory, self.step, self.keep)

    def at(self, step, logs):
        checkpoint.save(self.model, self.directory, step, self.keep)
