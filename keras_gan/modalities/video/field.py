"""Clips of film as values of an example."""

import io
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from keras_gan.errors import UserError
from keras_gan.modalities.base import Field
from keras_gan.modalities.image import Image, movies, pictures


@dataclass(frozen=True)
class Video(Field):
    """So many frames of a film, each an `Image` of the same size: stored as bytes, [-1, 1] in networks, [0, 1] outside.

    Attributes:
        frames: how many.
        height, width, channels: of each, channels 1 or 3.
        fps: frames of a second.
    """

    frames: int
    height: int
    width: int
    channels: int
    fps: float

    kind: ClassVar[str] = "video"
    plural: ClassVar[str] = "frames"
    suffix: ClassVar[str] = ".gif"
    further_suffixes: ClassVar[tuple] = (".mp4", ".png")
    moves: ClassVar[bool] = True
    default_features: ClassVar[str] = "film"
    augmentations: ClassVar[tuple] = ("flip",)
    undone_by: ClassVar[tuple] = ("flip",)
    noun: ClassVar[str] = "clip"
    numbers: ClassVar[str] = "pixels"
    range_text: ClassVar[str] = " in [0, 1]"

    def __post_init__(self):
        if not self.fps > 0:
            raise ValueError(f"it has {self.fps} frames a second")

    @property
    def image(self):
        """The field of one frame."""
        return Image(self.height, self.width, self.channels)

    @property
    def shape(self):
        return self.frames, self.height, self.width, self.channels

    @property
    def dtype(self):
        return "uint8"

    @property
    def words(self):
        return f"{self.frames} frames of {self.image.words}"

    @property
    def size_words(self):
        return f"{self.frames} frames of {self.height} px"

    @property
    def protocol(self):
        return {"frames": self.frames, "fps": self.fps, "image_size": self.height}

    @property
    def made_facts(self):
        return {"frames": self.frames, "fps": self.fps}

    def check_variant(self, name):
        if self.channels not in (1, 3):
            raise UserError(f"{name} takes films that are grey or coloured, not of {self.channels} channels.")

    def of_shape(self, shape):
        frames, height, width, channels = shape
        return replace(self, frames=frames, height=height, width=width, channels=channels)

    # --- From one form to the other, as images -----------------------------------------------------------------------

    def limits(self, integers):
        return self.image.limits(integers)

    @property
    def wanted(self):
        return self.image.wanted

    def to_model(self, stored):
        return self.image.to_model(stored)

    def from_model(self, outputs):
        return {self.plural: self.image.from_model(outputs)["images"]}

    def to_edge(self, stored):
        return self.image.to_edge(stored)

    def to_stored(self, values, exact=False):
        return self.image.to_stored(values, exact)

    def from_edge(self, values):
        return self.image.from_edge(values)

    def span(self, values):
        return 1.0

    def for_extractor(self, input_shape):
        raise ValueError("looks at single pictures, and these are films")

    # --- As seen by people -------------------------------------------------------------------------------------------

    def preview(self, values, columns=None):
        return self.sheet(values, columns, zoom=1)

    def sheet(self, values, columns=None, titles=(), zoom=None):
        """Films beside one another, and below, as one."""
        columns = columns or pictures.columns_of(len(values))
        zoom = zoom or pictures.zoom_for(values.shape[:1] + values.shape[2:], columns)

        def frames():
            grids = [pictures.grid(pictures.enlarged(frame, zoom), columns, titles) for frame in values.swapaxes(0, 1)]
            return np.stack(grids)

        return movies.preview(frames, self.fps)

    def write(self, file, value):
        self.preview(value[None], 1).write(file)

    def write_further(self, file, value, suffix):
        """The film as MP4, or its frames side by side as PNG."""
        if suffix == ".png":
            pictures.to_pillow(pictures.grid(value, len(value))).save(file, "PNG")
        else:
            self.preview(value[None], 1).writer_of(suffix)(file)

    def read(self, content):
        """The frames in a file, `[frames, height, width, channels]` of this size."""
        from keras_gan.modalities.video import reading

        return self.to_edge(reading.film(content, self.height, self.channels).frames)

    # --- In time -----------------------------------------------------------------------------------------------------

    def ends(self, clips):
        """What goes on from clips `[N, T, …]` is to be given: their last frames."""
        return clips[:, -1]

    def joined(self, clips, following):
        """Clips and what begins at their last frame: `[N, T + S - 1, …]`."""
        return np.concatenate([clips, following[:, 1:]], axis=1)

    def looped(self, clips, overlap):
        """Clips without their last frames, which are faded into the first ones."""
        share = np.linspace(1, 0, overlap + 1)[:-1, None, None, None]
        start = (1 - share) * clips[:, :overlap] + share * clips[:, -overlap:]
        return np.concatenate([start, clips[:, overlap:-overlap]], axis=1).astype(np.float32)

    def read_start(self, content):
        """One frame, the last, of a picture or a film; `ValueError` in words that follow its name."""
        from keras_gan.modalities.video import reading

        try:
            return self.to_edge(reading.picture(content, self.height, self.channels))[None]
        except OSError:
            raise ValueError("is no picture that can be read") from None

    # --- While training ----------------------------------------------------------------------------------------------

    def augment(self, values, noise, names):
        """`flip`: half of all clips, left and right exchanged in all of their frames."""
        import tensorflow as tf

        drawn = tf.reshape(noise.uniforms({"flip": ()})["flip"], (-1, 1, 1, 1, 1))
        return tf.where(drawn < 0.5, values[:, :, :, ::-1], values)

    def undone(self, stored, name):
        return stored[:, :, :, ::-1]

    def content(self, value):
        file = io.BytesIO()
        self.write(file, value)
        return file.getvalue()
