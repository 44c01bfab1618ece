"""Text: lines of words, or of characters, as numbers of a vocabulary."""

from keras_gan.modalities.text.field import Tokens

__all__ = ["FIELD", "Tokens"]

FIELD = Tokens
