"""Masks: where images have holes."""

from keras_gan.modalities.image import Mask

FIELD = Mask
