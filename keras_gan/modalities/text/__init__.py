"""Text: lines of words, or of characters, as numbers of a vocabulary."""

from keras_gan.modalities.text.field import Tokens
from keras_gan.modalities.text.writing import controls

__all__ = ["FIELD", "Tokens", "controls"]

FIELD = Tokens
