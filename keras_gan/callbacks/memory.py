"""Memory that is used no longer goes back to the system."""

import ctypes

from keras_gan.callbacks.every import Every


class Memory(Every):
    """Returns every `every` steps what the C library keeps of memory that was freed.

    Previews and checkpoints take much for a moment. The GNU library keeps it for later, in pieces of which the next
    ones may not fit, and so a long run slowly takes more and more. Other libraries are left alone.
    """

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self._trim = _trim()

    def at(self, step, logs):
        self._trim(0)


def _trim():
    """The C library's `malloc_trim`; where there is none, a function that does nothing."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another library; no such thing as None on Windows
        return lambda padding: 0
