"""Memory that was freed goes back to the system."""

import ctypes
from pathlib import Path

import pytest

from keras_gan.callbacks import Memory


def resident():
    """Megabytes of this process."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="another C library")
def test_what_was_freed_goes_back():
    pieces = [bytes(b"x" * 60_000) for _ in range(3000)]
    last = pieces[-1]  # above it all are free, but the library gives back no more than the end
    held = resident()
    del pieces
    Memory(1).at(1, {})
    assert resident() < held - 100
    assert len(last) == 60_000


def test_without_such_a_library_nothing_happens(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert Memory(1).at(1, {}) is None
