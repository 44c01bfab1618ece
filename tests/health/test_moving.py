"""Frozen and trembling clips are told by figures, and real ones pass."""

import numpy as np
import pytest

from keras_gan.health.moving import frozen, movement, trembling
from tests.modalities.motion.figures import walkers


def test_movement_by_hand():
    clips = np.array([[[0.0], [1.0], [1.0], [4.0]]])  # goes 1, 0, 3
    moved, restless = movement(clips)
    assert moved == pytest.approx(4 / 3)
    assert restless == pytest.approx((1 + 3) / 2 / (4 / 3))


def test_bounds():
    assert frozen(10, 0.25, 1.0) is None
    assert frozen(10, 0.24, 1.0).signal == "frozen"
    assert "24% as much" in frozen(10, 0.24, 1.0).sentence
    assert frozen(10, 0.0, 0.0) is None  # the data do not move
    assert trembling(10, 2.0, 1.0) is None
    assert "2.5 times as much" in trembling(10, 2.5, 1.0).sentence


def test_real_clips_pass_and_others_do_not():
    _, clips, _ = walkers(count=40)
    moved, restless = movement(clips[:20])
    real = movement(clips[20:])
    assert frozen(1, moved, real[0]) is None
    assert trembling(1, restless, real[1]) is None
    still = clips[:20] * 0.1 + clips[:20].mean(axis=1, keepdims=True) * 0.9
    assert frozen(1, movement(still)[0], real[0]).signal == "frozen"
    shaken = clips[:20] + np.random.RandomState(0).normal(0, 0.05, clips[:20].shape)
    assert trembling(1, movement(shaken)[1], real[1]).signal == "trembling"
