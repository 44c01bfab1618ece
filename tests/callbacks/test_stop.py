"""Signals end a run at the end of a step, and at once if they are repeated."""

import signal
import subprocess
import sys
import threading

import pytest

from keras_gan.callbacks import StopOnSignal, Stopped
from tests.conftest import ROOT


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_fit_ends_with_the_step(number, code, make_model, batches):
    model = make_model(run_eagerly=True)
    # Whatever started the tests may have SIGINT ignored, as shells do for their background jobs.
    before, inherited = signal.default_int_handler, signal.getsignal(number)
    signal.signal(number, before)
    stop = StopOnSignal()
    stop.on_train_batch_begin = lambda batch, logs=None: signal.raise_signal(number) if batch == 1 else None
    try:
        with pytest.raises(Stopped) as stopped, stop:
            model.fit(batches(5), verbose=0, callbacks=[stop])
        assert signal.getsignal(number) is before
    finally:
        signal.signal(number, inherited)
    assert stopped.value.exit_code == code
    assert int(model.step) == 2


def test_a_second_signal_ends_the_process_at_once():
    program = (
        "import signal\n"
        "from keras_gan.callbacks import StopOnSignal\n"
        "with StopOnSignal():\n"
        "    signal.raise_signal(signal.SIGTERM)\n"
        "    print('still here', flush=True)\n"
        "    signal.raise_signal(signal.SIGTERM)\n"
        "    print('never', flush=True)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == -signal.SIGTERM
    assert result.stdout == "still here\n"


def test_ignored_signals_stay_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with StopOnSignal():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_are_left_alone():
    caught = []

    def enter():
        try:
            with StopOnSignal():
                pass
        except ValueError as error:  # signal handlers belong to the main thread
            caught.append(error)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert caught == []
