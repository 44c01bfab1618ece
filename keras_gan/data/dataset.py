"""What data sources hand to the rest of the program."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class DataSpec:
    """What a batch holds, for the networks to be sized by.

    `real` is float32 `[B, height, width, channels]` in [-1, 1]; `label`, present when `num_classes` > 0,
    is int32 `[B]` in [0, num_classes). `source`, present when there is a `source_shape`, is what an image is to be
    made from, float32 `[B, height, width, channels]` of that shape in [-1, 1].
    """

    image_shape: tuple[int, int, int]
    num_classes: int = 0
    source_shape: tuple[int, int, int] | None = None


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
        sources: uint8 `[M, height, width, channels]`, what images are to be made from; None if images stand alone.
        aligned: whether `sources[i]` belongs to `images[i]`; otherwise they are two unrelated sets, of any sizes.
    """

    name: str
    images: np.ndarray
    labels: np.ndarray | None
    class_names: tuple[str, ...]
    source: str
    treatment: str
    sources: np.ndarray | None = None
    aligned: bool = True

    @property
    def spec(self):
        return DataSpec(
            image_shape=tuple(self.images.shape[1:]),
            num_classes=len(self.class_names),
            source_shape=None if self.sources is None else tuple(self.sources.shape[1:]),
        )

    @property
    def facts(self):
        """What a run or an exported model says of its data, JSON-able.

        `sources`, how many there are, `source_shape` and `aligned` are left out where images stand alone.
        """
        facts = {
            "name": self.name,
            "images": len(self.images),
            "image_shape": list(self.spec.image_shape),
            "classes": list(self.class_names),
            "source": self.source,
            "treatment": self.treatment,
        }
        if self.sources is not None:
            facts |= {
                "sources": len(self.sources),
                "source_shape": list(self.spec.source_shape),
                "aligned": self.aligned,
            }
        return facts

    def __len__(self):
        return len(self.images)
