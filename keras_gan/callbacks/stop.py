"""Stopping a run from outside without losing a step."""

import signal
import threading

import keras

# A terminal that closes sends SIGHUP; Windows has none.
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Stopped(Exception):
    """Raised from `fit` at the end of a step, when a signal has arrived.

    Attributes:
        signal: its number.
    """

    def __init__(self, number):
        super().__init__(signal.Signals(number).name)
        self.signal = number

    @property
    def exit_code(self):
        """What a shell reports of a program ended by such a signal: 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP."""
        return 128 + self.signal


class StopOnSignal(keras.callbacks.Callback):
    """Ends `fit` by `Stopped` at the end of the step in which one of `SIGNALS` arrives.

    To be used in a `with` statement around `fit` and what is saved after it, and as the last callback, so that all
    others have done their part of the step. A second signal ends the process at once, as it would without this.
    Outside the main thread, which alone receives signals, it does nothing.

    Args:
        agree: function from the number of the signal that this process has received, 0 for none, to that on which
            all processes that train together end; None: there is but one. It is called after every step.
    """

    def __init__(self, agree=None):
        super().__init__()
        self._received = 0
        self._agree = agree
        self._before = {}

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            # A shell has its background jobs ignore SIGINT: what is ignored stays so.
            heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
            self._before = {number: signal.signal(number, self._take) for number in heard}
        return self

    def __exit__(self, *exception):
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def on_train_batch_end(self, batch, logs=None):
        number = self._agree(self._received) if self._agree else self._received
        if number:
            raise Stopped(number)

    def _take(self, number, _frame):
        if self._received:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self._received = number
