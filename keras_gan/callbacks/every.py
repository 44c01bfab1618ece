"""The base of callbacks that act at training steps."""

import keras


class Every(keras.callbacks.Callback):
    """Calls `at(step, logs)` after every `every`-th training step, and after the last one.

    Steps count from the start of the run, not of this `fit`: a resumed run acts at the same steps.

    Args:
        every: number of training steps between two calls.
    """

    def __init__(self, every):
        super().__init__()
        self.every = every
        self._last = None

    def on_train_begin(self, logs=None):
        self._first_step = int(keras.ops.convert_to_numpy(self.model.step))
        self._steps_done = 0

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch_start = self._steps_done

    def on_train_batch_end(self, batch, logs=None):
        before, self._steps_done = self.step, self._steps_after(batch)
        self.after_step(self.step, logs)
        if self.step // self.every > before // self.every and self._last != self.step:
            self._call(logs)

    def on_train_end(self, logs=None):
        if self._steps_done and self._last != self.step:
            self._call(self._logs)

    def after_step(self, step, logs):
        """Called after each step; override to look at every step's logs."""
        self._logs = logs

    def at(self, step, logs):
        """Called every `every` steps."""
        raise NotImplementedError

    def _steps_after(self, batch):
        if self.model.steps_per_execution == 1:
            return self._epoch_start + batch + 1  # `batch` counts within the epoch
        # Keras counts the last execution as full, also when there are not as many batches left.
        return int(keras.ops.convert_to_numpy(self.model.step)) - self._first_step

    @property
    def step(self):
        """Training steps since the start of the run."""
        return self._first_step + self._steps_done

    def _call(self, logs):
        self._last = self.step
        self.at(self.step, logs)
