"""What a network that writes lines is given beside all else: how freely, and how lines begin."""

from keras_gan.modalities.scalar import Scalar
from keras_gan.modalities.text.prefix import Prefix

TEMPERATURE = Scalar("temperature", 1.0, 0.0, 2.0, "how freely words are chosen, 0: always the likeliest")


def controls(field):
    """The fields that a generator of lines has beside those of the data, for a `Tokens` that it writes."""
    prefix = Prefix(field.length, field.vocabulary, field.unit, field.lowercase)
    return {"temperature": TEMPERATURE, "prefix": prefix}
