"""Changes of sounds that might be data, too: a little earlier or later, louder or softer, higher or lower.

All are differentiable twice. `noise` is a `keras_gan.randomness.noise.StepNoise`; every sound has numbers of its own,
keyed by its row and by `purpose`.
"""

import math

import tensorflow as tf

from keras_gan.modalities.sound.analysis import HIGH, LOW

FURTHEST = 0.1  # of the length, earlier or later
LOUDEST = 3.0  # dB, louder or softer
HIGHEST = 1  # bands, higher or lower
_QUIET = 0.1  # of the range of a spectrogram, below which a change of loudness fades away: silence stays silence


def waveforms(sounds, noise, purpose):
    """Waveforms `[B, samples]`, moved in time and in loudness."""
    later, louder = tf.unstack(noise.uniform(tf.shape(sounds)[0], (2,), f"{purpose}/uniform"), axis=1)
    return _louder(_later(sounds, later), louder)


def waveforms_some(sounds, probability, noise, purpose):
    """The same of some of them, chosen with a probability."""
    return _some(waveforms, sounds, probability, noise, purpose)


def waveforms_of_data(sounds, numbers, names):
    """Waveforms `[B, samples]`, changed as `names` say, by `{name: numbers in [0, 1) [B]}`."""
    sounds = _later(sounds, numbers["shift"]) if "shift" in names else sounds
    return _louder(sounds, numbers["gain"]) if "gain" in names else sounds


def spectrograms(sounds, noise, purpose):
    """Spectrograms `[B, bands, frames, 1]` in [-1, 1], moved in time, in loudness and by a band."""
    uniform = noise.uniform(tf.shape(sounds)[0], (3,), f"{purpose}/uniform")
    later, louder, higher = tf.unstack(uniform, axis=1)
    return _levels_louder(_moved(sounds, later, higher), louder)


def spectrograms_some(sounds, probability, noise, purpose):
    """The same of some of them, chosen with a probability."""
    return _some(spectrograms, sounds, probability, noise, purpose)


def spectrograms_of_data(sounds, numbers, names):
    """Spectrograms `[B, bands, frames, 1]`, changed as `names` say, by `{name: numbers in [0, 1) [B]}`."""
    sounds = _moved(sounds, numbers["shift"]) if "shift" in names else sounds
    return _levels_louder(sounds, numbers["gain"]) if "gain" in names else sounds


def _some(change, sounds, probability, noise, purpose):
    drawn = noise.uniform(tf.shape(sounds)[0], (1,) * (sounds.shape.rank - 1), f"{purpose}/chosen")
    return tf.where(drawn < probability, change(sounds, noise, purpose), sounds)


def _later(sounds, numbers):
    return _shifted(sounds, _whole(numbers, round(FURTHEST * sounds.shape[1])), axis=1)


def _louder(sounds, numbers):
    decibels = (2.0 * numbers - 1.0) * LOUDEST
    return sounds * tf.exp(decibels * (math.log(10.0) / 20.0))[:, None]


def _moved(sounds, later, higher=None):
    """What comes into sight is silence."""
    heard = _shifted(sounds + 1.0, _whole(later, round(FURTHEST * sounds.shape[2])), axis=2)
    return (heard if higher is None else _shifted(heard, _whole(higher, HIGHEST), axis=1)) - 1.0


def _shifted(values, steps, axis):
    """Values `[B, …]` moved along an axis by so many places, int32 `[B]`; what comes into sight is 0."""
    size = values.shape[axis]
    places = tf.range(size)[None] - steps[:, None]
    inside = tf.cast((places >= 0) & (places < size), values.dtype)
    shape = [-1 if each == 0 else size if each == axis else 1 for each in range(values.shape.rank)]
    moved = tf.gather(values, tf.clip_by_value(places, 0, size - 1), axis=axis, batch_dims=1)
    return moved * tf.reshape(inside, shape)


def _levels_louder(sounds, numbers):
    change = (2.0 * numbers - 1.0) * (2.0 * LOUDEST / (HIGH - LOW))
    heard = tf.clip_by_value((sounds + 1.0) / (2.0 * _QUIET), 0.0, 1.0)
    return sounds + change[:, None, None, None] * heard


def _whole(numbers, furthest):
    """Whole numbers from `-furthest` to `furthest` of numbers in [0, 1)."""
    return tf.cast(tf.floor(numbers * (2 * furthest + 1)), tf.int32) - furthest
