"""Memory that is used no longer goes back to the system."""

import ctypes

from keras_gan.callbacks.every import Every


class Memory(Every):
    """Returns every `every` steps what the C library keeps of memory that was freed.

    Previews and checkpoints take much for a moment. The GNU library keeps it for later, in pieces of which the next
    ones may not fit, and so a long run slowly takes more and more. Other libraries are left alone.
    """

    def at(self, step, logs):
        try:
            trim = ctypes.CDLL(None).malloc_trim
        except (AttributeError, OSError, TypeError):  # another library; no such thing as None on Windows
            return
        trim(0)
