"""Movement: figures of joints, frame by frame."""

from keras_gan.modalities.motion.field import Motion
from keras_gan.modalities.motion.skeleton import Skeleton

__all__ = ["Motion", "Skeleton"]
FIELD = Motion
