"""Video: pictures one after the other."""

from keras_gan.modalities.video.field import Video

__all__ = ["Video"]
FIELD = Video
