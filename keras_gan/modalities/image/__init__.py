"""Images: fields, files, pictures, augmentations, corruptions, tiles."""

from keras_gan.modalities.image.field import Image, Mask

__all__ = ["FIELD", "Image", "Mask"]

FIELD = Image
