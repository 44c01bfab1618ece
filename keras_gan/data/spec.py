"""What data sources hand to the rest of the program."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class DataSpec:
    """What a batch holds, for the networks to be sized by.

    `real` is float32 `[B, height, width, channels]` in [-1, 1]; `label`, present when `num_classes` > 0,
    is int32 `[B]` in [0, num_classes).
    """

    image_shape: tuple[int, int, int]
    num_classes: int = 0


@dataclass(frozen=True)
class ImageData:
    """A whole data set, decoded once and held as integers.

    Attributes:
        name: what the user called it, such as `mnist` or `folder:photos`.
        images: uint8 `[N, height, width, channels]`; an array in memory, or a memory map when it is too large.
        labels: int32 `[N]`, or None.
        class_names: one name per class, empty without labels.
        source: where the images come from and under which licence, one sentence for the model card.
        treatment: what was done to them on the way in, one sentence for the model card.
    """

    name: str
    images: np.ndarray
    labels: np.ndarray | None
    class_names: tuple[str, ...]
    source: str
    treatment: str

    @property
    def spec(self):
        return DataSpec(image_shape=tuple(self.images.shape[1:]), num_classes=len(self.class_names))

    @property
    def facts(self):
        """What a run or an exported model says of its data, JSON-able."""
        return {
            "name": self.name,
            "images": len(self.images),
            "image_shape": list(self.spec.image_shape),
            "classes": list(self.class_names),
            "source": self.source,
            "treatment": self.treatment,
        }

    def __len__(self):
        return len(self.images)
