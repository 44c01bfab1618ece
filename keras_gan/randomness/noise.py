"""Stateless noise inside a training step.

Nothing is drawn from a stateful generator. Every number is a pure function of (seed, step, purpose, global row), so
that a resumed run continues with the same noise, and two replicas with half a batch each draw what one replica with the
whole batch would.
"""

import contextlib
import hashlib
import threading

import tensorflow as tf


class Noise:
    """Numbers that are a pure function of a scope, a purpose, a counter and the row of a batch.

    They are drawn for the whole batch and sliced: row i has the same numbers however many share the batch.

    Args:
        scope: text that keeps these numbers apart from all others, with `{}` where the purpose goes.
        counter: int64 scalar tensor, at least 0: the step, or the place in the stream of data.
    """

    def __init__(self, scope, counter):
        self._scope, self._counter = scope, tf.cast(counter, tf.int64)

    def _draw(self, distribution, shape, purpose):
        # 63 bits and never negative: with negative seeds XLA draws other numbers than TensorFlow does.
        digest = hashlib.sha256(self._scope.format(purpose).encode()).digest()
        word = tf.constant(int.from_bytes(digest[:8]) >> 1, tf.int64)
        return distribution(shape, seed=tf.stack([word, self._counter]), alg="philox")


class StepNoise(Noise):
    """Noise for one replica's rows of one training step.

    Args:
        seed: integer seed of the run.
        step: integer scalar tensor, the training step.
        draw: Python integer that tells several draws within one step apart.
    """

    def __init__(self, seed, step, draw=0):
        super().__init__(f"{seed}/{{}}/{draw}", step)
        replica = tf.distribute.get_replica_context()
        self._replica = replica.replica_id_in_sync_group
        self._num_replicas = replica.num_replicas_in_sync

    def normal(self, rows, shape, purpose):
        """Standard normal float32 `[rows, *shape]`; `rows` counts this replica's rows, `purpose` is any fixed word."""
        return self._rows(tf.random.stateless_normal, rows, shape, purpose)

    def uniform(self, rows, shape, purpose):
        """Uniform float32 in [0, 1), `[rows, *shape]`."""
        return self._rows(tf.random.stateless_uniform, rows, shape, purpose)

    def common(self, shape, purpose):
        """Uniform float32 in [0, 1), `shape`, the same on all replicas."""
        return self._draw(tf.random.stateless_uniform, shape, purpose)

    @contextlib.contextmanager
    def current(self):
        """In its block, layers that draw numbers draw them from this noise."""
        before = set_current(self)
        try:
            yield self
        finally:
            set_current(before)

    def _rows(self, distribution, rows, shape, purpose):
        whole = self._draw(distribution, (rows * self._num_replicas, *shape), purpose)
        return whole if self._num_replicas == 1 else whole[self._replica * rows :][:rows]


class BatchNoise(Noise):
    """Noise for the rows that one worker has of a batch in the input pipeline.

    Args:
        scope: see `Noise`.
        position: int64 scalar tensor, at least 0: where in the stream the whole batch begins.
        batch_size: rows of the whole batch, over all workers.
        offset: where in it the rows of this worker begin.
        rows: how many they are.
    """

    def __init__(self, scope, position, batch_size, offset, rows):
        super().__init__(scope, position)
        self._batch_size, self._offset, self._own = batch_size, offset, rows

    def uniform(self, shape, purpose):
        """Uniform float32 in [0, 1), `[rows, *shape]`; `purpose` is any fixed word."""
        return self._rows(tf.random.stateless_uniform, shape, purpose)

    def normal(self, shape, purpose):
        """Standard normal float32 `[rows, *shape]`."""
        return self._rows(tf.random.stateless_normal, shape, purpose)

    def uniforms(self, names, purpose=""):
        """One number in [0, 1) for each name and row, `{name: float32 [rows]}`."""
        table = self._draw(tf.random.stateless_uniform, (len(names), self._batch_size), purpose)
        return {name: row[self._offset :][: self._own] for name, row in zip(names, tf.unstack(table), strict=True)}

    def _rows(self, distribution, shape, purpose):
        whole = self._draw(distribution, (self._batch_size, *shape), purpose)
        return tf.ensure_shape(whole[self._offset :][: self._own], (self._own, *shape))


# Each replica traces the step in a thread of its own, with noise of its own.
_thread = threading.local()


def current():
    """The `StepNoise` of the training step that this thread is in; `RuntimeError` if it is in none."""
    noise = getattr(_thread, "noise", None)
    if noise is None:
        raise RuntimeError(
            "a layer asks for the noise of a training step, but there is no step: call it with training=False."
        )
    return noise


def set_current(noise):
    """Makes a `StepNoise`, or None, what `current` returns in this thread; returns what it was before."""
    before = getattr(_thread, "noise", None)
    _thread.noise = noise
    return before
