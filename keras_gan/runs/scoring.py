"""What the scores of a run compare with, and the score that chose its checkpoint."""

import functools
from dataclasses import dataclass, replace

import numpy as np

from keras_gan import config, data, metrics, registry
from keras_gan.data.dataset import Dataset
from keras_gan.runs import trained_on

SPLITS = ("train", "test")
# The first seed of what is scored while a run trains. `evaluate` reports on others, from 0 on where nothing is said: a
# checkpoint that was chosen by some samples is flattered by them.
SELECTION_SEED = 10**12


@dataclass(frozen=True)
class ReferenceData:
    """One split of a data set, to compare samples with.

    Attributes:
        dataset: the `Dataset`.
        options: the `DataOptions` it was loaded with.
        split: `train` or `test`.
    """

    dataset: Dataset
    options: config.DataOptions
    split: str

    @property
    def field(self):
        """What samples are compared with: the `Field` of the column `real`."""
        return self.dataset.fields["real"]

    @property
    def protocol(self):
        """What a score's protocol says of it."""
        fit = {"fit": self.options.fit} if self.field.resized_to else {}
        return {"reference": self.options.dataset, "split": self.split, **fit}

    def seen_through(self, name, options, progress=None):
        """An extractor, and what it sees of this data: `(FeatureNetwork, Reference)`.

        Args:
            name: what `--features` calls it, see `features.resolve`.
            options: `ExtractorOptions`, but for what this data knows itself.
            progress: function that wraps the loop over batches, for a bar.
        """
        from keras_gan.metrics import features, reference
        from keras_gan.training import building

        building.usual_keras()

        options = replace(options, field=self.field, training=self.training)
        extractor = features.load(features.resolve(name, self.field, len(self.dataset.class_names)), options)
        column, plural, classes = self.dataset.columns["real"], self.field.plural, self.dataset.class_counts
        return extractor, reference.of_column(column, extractor, self.protocol, progress, plural, classes)

    @property
    def training(self):
        """Function that returns what a classifier learns from, see `ExtractorOptions`; None without classes."""
        return self._training if len(self.dataset.class_names) > 1 else None

    def _training(self):
        """The training split, whichever split this is, and the test split."""
        if not data.has_test(self.options):
            return *_labelled(self.dataset), None
        train, test = (
            self.dataset if self.split == split else data.load(self.options, split, task_of(self.options))
            for split in SPLITS
        )
        return *_labelled(train), _labelled(test)


def _labelled(dataset):
    return dataset.columns["real"], dataset.columns["label"]


def task_of(options):
    """What the examples of a `DataOptions` are for: what the variant makes of them, if it is a `RunConfig`."""
    return registry.variant(options.variant).task if isinstance(options, config.RunConfig) else "sample"


def subject_of(run, dataset):
    """What the scores of a run's `--metrics` need, apart from samples.

    Args:
        run: the `RunConfig`.
        dataset: the `Dataset` it is trained on.
    """
    from keras_gan.metrics import evaluation, features, perceptual
    from keras_gan.metrics.subject import Subject, protocol_of

    field, extractor, reference = dataset.fields["real"], None, None
    training_data = ReferenceData(dataset, run, "train")
    metrics.check_kind(run.metrics, field.kind)
    if evaluation.needs_features(run.metrics):
        extractor, reference = training_data.seen_through(run.eval_features, features.ExtractorOptions())
    return Subject(
        metrics=run.metrics,
        field=field,
        extractor=extractor,
        reference=reference,
        real=dataset.columns,
        unseen=unseen_of(run.metrics, run),
        class_names=dataset.class_names,
        training=training_data.training,
        perceptual=functools.cache(perceptual.load),
        protocol=protocol_of(field, SELECTION_SEED) | examples_of(run, "validation" if dataset.validation else "test"),
        seed=SELECTION_SEED,
        class_counts=dataset.class_counts,
    )


def unseen_of(names, options):
    """Columns of the test split of a data set, if any of these metrics needs some and there is one; else None."""
    if not metrics.needing(names, "unseen") or not data.has_test(options):
        return None
    return data.load(options, "test", task_of(options)).columns


def examples_of(options, split):
    """What protocols say of the examples that samples are made of; `{}` for a variant that draws from noise."""
    return {} if task_of(options) == "sample" else {"examples": split}


def deciding_score(run, score, class_count, dataset=None, facts=None):
    """Function from stored samples of the seeds from 0 on to `(name, value)` of the score that chose a checkpoint.

    Args:
        run: the `RunConfig`.
        score: what `checkpoint.best_score` says; of an older run its name is without what it was seen with.
        class_count: number of classes that the generator can be asked for.
        dataset: the `Dataset` it is trained on; default: loaded when it is needed.
        facts: what that is to be, `Dataset.facts`; default: not known.
    """

    @functools.cache
    def prepared():
        return subject_of(run, dataset or trained_on.load(run, facts or {}, task_of(run)).train)

    def value(samples):
        from keras_gan.metrics import evaluation

        decided = metrics.base_name(score["name"])
        metric = next(metric for metric, (name, _) in metrics.DECIDING.items() if name == decided)
        labels = np.arange(len(samples)) % class_count if class_count else None  # each seed's own
        subject = replace(prepared(), samples=samples, labels=labels, metrics=(metric,))
        measured, _ = evaluation.evaluate(subject)
        return score["name"], next(each.value for each in measured if metrics.base_name(each.name) == decided)

    return value
