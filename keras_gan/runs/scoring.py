"""Real images that scores compare with."""

import functools
from dataclasses import dataclass, replace

import numpy as np

from keras_gan import config, data, metrics, registry

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
        train, test = (
            self.images if self.split == split else data.load(self.options, split, task_of(self.options))
            for split in SPLITS
        )
        return train.images, train.labels, (test.images, test.labels)


def task_of(options):
    """What the images of a `DataOptions` are for: what the variant makes of them, if it is a `RunConfig`."""
    return registry.variant(options.variant).task if isinstance(options, config.RunConfig) else "sample"


def case(run, images):
    """What the scores of a run's `--metrics` need, apart from samples."""
    from keras_gan.metrics import evaluation, features, perceptual

    extractor = reference = None
    if evaluation.needs_features(run.metrics):
        extractor, reference = Real(images, run, "train").seen_by(run.eval_features, features.Sources())
    return evaluation.Case(
        metrics=run.metrics,
        fakes=None,
        extractor=extractor,
        reference=reference,
        real_images=images.images,
        real_labels=images.labels,
        perceptual=perceptual.load,
        protocol={"image_size": run.image_size, "seed": 0},
    )


def judge(run, score, num_classes, images=None):
    """Function from uint8 samples of the seeds from 0 on to `(name, value)` of the score that chose a run's checkpoint.

    Args:
        run: the `RunConfig`.
        score: what `checkpoint.best_score` says.
        num_classes: number of classes that the generator can be asked for.
        images: the training images; default: loaded when they are needed.
    """

    @functools.cache
    def prepared():
        return case(run, data.load(run) if images is None else images)

    def value(fakes):
        from keras_gan.metrics import evaluation

        metric = next(metric for metric, (name, _) in metrics.DECIDING.items() if name == score["name"])
        labels = np.arange(len(fakes)) % num_classes if num_classes else None  # each seed's own
        scores, _ = evaluation.evaluate(replace(prepared(), fakes=fakes, labels=labels, metrics=(metric,)))
        return score["name"], next(found.value for found in scores if found.name == score["name"])

    return value
