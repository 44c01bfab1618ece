"""Spectrograms: sounds as networks of two dimensions see them."""

from keras_gan.modalities.sound.field import Spectrogram

__all__ = ["FIELD", "Spectrogram"]

FIELD = Spectrogram
