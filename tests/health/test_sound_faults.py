"""What the doctor says of sounds: silence, hum, clipping."""

import numpy as np

from keras_gan.health.sound_faults import clipping, hum, humming, silence

RATE, TIME = 8000, np.arange(8192) / 8000


def test_silence_is_said_of_most_sounds():
    assert silence(400, 0.5) is None
    assert "75% of the sounds are silent" in silence(400, 0.75).sentence


def test_clipping_is_said_where_real_sounds_have_less():
    assert clipping(400, 0.0009, 0.0) is None
    assert clipping(400, 0.05, 0.04) is None
    assert "5.00% of the samples" in clipping(400, 0.05, 0.0).sentence


def test_a_tone_for_all_is_hum_and_tones_of_their_own_are_not():
    same = np.stack([0.3 * np.sin(2 * np.pi * 250 * TIME + phase) for phase in range(6)])
    share, hertz = humming(same, RATE)
    assert share == 1.0
    assert abs(hertz - 250) < 2
    assert "one tone of 250 Hz" in hum(400, share, hertz).sentence
    others = np.stack([np.sin(2 * np.pi * pitch * TIME) for pitch in (200, 300, 400, 500, 600, 700)])
    assert humming(others, RATE)[0] < 0.2
    assert hum(400, 0.2, 200.0) is None
    assert humming(np.zeros((3, 64)), RATE)[0] == 0.0
