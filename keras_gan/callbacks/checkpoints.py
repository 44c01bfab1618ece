"""Checkpoints while training."""

from keras_gan import checkpoint
from keras_gan.callbacks.every import Every


class Checkpoints(Every):
    """Saves a checkpoint every `every` steps and keeps the newest `keep`; see `keras_gan.checkpoint`."""

    def __init__(self, directory, every, keep=3):
        super().__init__(every)
        self.directory = directory
        self.keep = keep

    def at(self, step, logs):
        checkpoint.save(self.model, self.directory, step, self.keep)
