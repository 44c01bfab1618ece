"""Clips to test with: a few of `walker`."""

import functools
from types import SimpleNamespace

import numpy as np

from keras_gan.data import walker


@functools.cache
def walkers(frames=16, count=20):
    """`(Motion fitted to them, clips [count, frames, …], labels)`, four of each class."""
    labels = (np.arange(count) % 5).astype(np.int32)
    clips = walker.moved(labels, frames, np.random.RandomState(5))
    field = walker.load("", SimpleNamespace(frames=frames, dataset="walker"), "test").fields["real"]
    return field.fitted(clips), clips, labels
