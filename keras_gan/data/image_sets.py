"""Data sets of images: their fields and columns from arrays."""

from keras_gan.data.dataset import Dataset
from keras_gan.modalities.image import Image
from keras_gan.modalities.label import Label


def image_dataset(
    name, images, labels=None, class_names=(), provenance="", treatment="", sources=None, aligned=True, passed_over=None
):
    """A `Dataset` of images.

    Args:
        name, provenance, treatment, passed_over: as there.
        images: uint8 `[N, height, width, channels]`, the column `real`.
        labels: int32 `[N]`, the column `label`, or None.
        class_names: one name per class.
        sources: uint8 `[M, height, width, channels]`, what images are to be made from, or None.
        aligned: whether `sources[i]` belongs to `images[i]`; otherwise they are two unrelated sets.
    """
    columns = {"real": images, "label": labels, "source": sources}
    columns = {name: column for name, column in columns.items() if column is not None}
    fields = {
        "real": Image(*images.shape[1:]),
        "label": Label(len(class_names), tuple(class_names)),
        "source": None if sources is None else Image(*sources.shape[1:]),
    }
    fields = {name: fields[name] for name in columns}
    unrelated = sources is not None and not aligned
    groups = (tuple(name for name in columns if name != "source"), ("source",)) if unrelated else (tuple(columns),)
    return Dataset(name, fields, columns, groups, provenance, treatment, passed_over=passed_over or {})
