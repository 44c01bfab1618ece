"""Real images that scores compare with."""

from dataclasses import dataclass, replace

from keras_gan import config, data
from keras_gan.data.spec import ImageData

SPLITS = ("train", "test")


@dataclass(frozen=True)
class Real:
    """One split of a data set.

    Attributes:
        images: its `ImageData`.
        options: the `DataOptions` it was loaded with.
        split: `train` or `test`.
    """

    images: ImageData
    options: config.DataOptions
    split: str

    @property
    def protocol(self):
        """What a score's protocol says of it."""
        return {"reference": self.options.dataset, "split": self.split, "fit": self.options.fit}

    def seen_by(self, name, sources, progress=None):
        """The extractor of that name (`auto`: classifier if there are classes, else random), and the `Reference`."""
        from keras_gan.metrics import features, reference

        has_classes = self.images.spec.num_classes > 1
        if name == "auto":
            name = "classifier" if has_classes else "random"
        extractor = features.load(name, replace(sources, training=self._training if has_classes else None))
        return extractor, reference.of_images(self.images.images, extractor, self.protocol, progress)

    def _training(self):
        """What the classifier learns from: the training split, whichever split this is."""
        if data.split_name(self.options.dataset)[0] == "folder":
            return self.images.images, self.images.labels, None
        train, test = (self.images if self.split == split else data.load(self.options, split) for split in SPLITS)
        return train.images, train.labels, (test.images, test.labels)
