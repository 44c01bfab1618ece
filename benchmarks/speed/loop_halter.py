"""A callback that halts a training loop between two steps and lets it go for as many steps as it is asked for."""

import time

import keras

from benchmarks.common.workers import seconds_per_step
from keras_gan.callbacks.every import Every


class LoopHalter(keras.callbacks.Callback):
    """Measures the loop it is in, against bare steps of the same model taken between two steps of the loop.

    Must come after the callbacks that do something in a step, so that a step ends here. The requests, after a first
    answer that says that the first step is done:

    - `loop`: lets `count` steps pass; seconds per step, without what the callbacks do at their own cadence;
    - `bare`: seconds of a bare step, mean of `count`;
    - `cadence`: what each callback does at its own cadence (a TensorBoard point, a sample grid, a checkpoint), done
      now; its seconds, and every how many steps the program does it.

    Doing that in every round, and charging it by its cadence afterwards, is how a few dozen steps can tell what
    snapshots cost a run in which they are hundreds of steps apart.

    Args:
        channel: the `Channel` to the asking side.
        callbacks: the program's own callbacks, whose work at their cadence is timed.
        make_bare_step: function from the model to a bare step, see `bare_step.py`; called when first needed.
    """

    def __init__(self, channel, callbacks, make_bare_step):
        super().__init__()
        self._channel = channel
        self._make_bare_step = make_bare_step
        self._bare_step = None
        self._paced = [callback for callback in callbacks if isinstance(callback, Every)]
        self._seconds = {}
        for callback in self._paced:
            callback.at = self._timed(callback.at, type(callback).__name__)

    def on_train_begin(self, logs=None):
        self._requests = self._serve()

    def on_train_batch_end(self, batch, logs=None):
        self._logs = logs
        next(self._requests)

    def _serve(self):
        """Every `yield` lets the program's loop take one step."""
        self._channel.answer()
        for request, arguments in self._channel.requests():
            if request == "loop":
                yield from self._loop(**arguments)
            elif request == "bare":
                self._bare_step = self._bare_step or self._make_bare_step(self.model)
                self._channel.answer(seconds=seconds_per_step(self._bare_step, **arguments))
            elif request == "cadence":
                self._channel.answer(cadence=self._cadence())
        self.model.stop_training = True
        yield

    def _loop(self, count):
        yield  # untimed, as before every round
        self._seconds.clear()
        started = time.perf_counter()
        for _ in range(count):
            yield
        seconds = time.perf_counter() - started - sum(self._seconds.values())
        self._channel.answer(seconds=seconds / count)

    def _cadence(self):
        self._seconds.clear()
        for callback in self._paced:
            callback.at(callback.step, self._logs)
        interval = {type(callback).__name__: callback.every for callback in self._paced}
        return {name: {"every": interval[name], "seconds": seconds} for name, seconds in self._seconds.items()}

    def _timed(self, act, name):
        def timed(step, logs):
            started = time.perf_counter()
            act(step, logs)
            self._seconds[name] = self._seconds.get(name, 0.0) + time.perf_counter() - started

        return timed
