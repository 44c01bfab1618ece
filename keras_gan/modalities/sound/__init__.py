"""Sounds as values of an example: waveforms, and the spectrograms that some networks see them as."""

from keras_gan.modalities.sound.field import Waveform

__all__ = ["FIELD", "Waveform"]

FIELD = Waveform
