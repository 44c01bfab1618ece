"""What probes look at: a run, by its `Examiner`, and what it makes at one step, an `Examination`."""

import functools
from collections import defaultdict
from functools import cached_property
from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.health.class_judge import ClassJudge
from keras_gan.health.finding import setup_of, words_of
from keras_gan.health.likeness import Likeness, texture
from keras_gan.health.training_neighbours import TrainingNeighbours
from keras_gan.metrics import features
from keras_gan.metrics.neighbours import energy_distance, mean_pair_distance
from keras_gan.randomness import random_rows
from keras_gan.storage import files

SAMPLES, SAMPLES_OF_EXAMPLES = 256, 64
PER_CLASS, MOST_CLASSES = 8, 16
COMPARED, LEAST_OF_CLASS = 2048, 20  # real examples whose features are known, and how many a class needs of them
MOST_LIKE = 0.5  # share of samples that look like data; of data themselves it is about 0.75
EXAMPLES_IN_A_ROW = 8  # of a preview
SHOWN = 64  # pairs, at most


class Examiner:
    """What all examinations of a run have in common: real examples, and how they and samples are looked at.

    Real examples are drawn at random from all of the training data. Samples of a conditional variant have the classes
    of as many real examples, and some more where that leaves a class with fewer than `PER_CLASS`.

    Args:
        sampler: a `Sampler` of the model.
        train: `Dataset` that the model is trained on.
        held_out: `Dataset` that the training does not see, or None.
        series: `{name: list}` of figures so far, to be continued: the training's logs by step, and what examinations
            have found. Default: none yet.
        folder: where what shows a finding is written, or None.
        augment: names of the `Field.augmentations` that the training changes its examples by.
        steps: of the whole run, or None if nobody knows.

    Attributes:
        model: the model.
        field: the `Field` of its examples.
        words: the `Words` for them.
        setup: the `Setup` of the run.
        different_samples: how many samples can differ: those of one example do not.
        seeds, labels: of the samples that are looked at, int `[N]`; no labels (None) of a model without.
        whole: how many of them, the first ones, are drawn as the data are.
        classes: those that variety is measured within.
    """

    def __init__(self, sampler, train, held_out=None, series=None, folder=None, augment=(), steps=None):
        self.sampler, self.train, self.held_out, self.folder = sampler, train, held_out, folder
        self.series = defaultdict(list) if series is None else series
        self.augment, self.steps = augment, steps
        self.model = sampler.model
        self.field = self.model.fields["real"]
        self.words, self.setup = words_of(self.field), setup_of(self.model)
        self._score = tf.function(self._score_as_in_inference, autograph=False)
        self._draw_rows()
        real, labels = (_rows_of(train, name, self._rows) for name in ("real", "label"))
        self._extractor = _extractor_of(self.field, real[:1])
        self.real_vectors = self.vectors(real)
        self.real_distances = self.distances(self.real_vectors, labels)

    def examine(self, step):
        """The `Examination` of what the model makes now."""
        inputs = self.sampler.inputs(self.seeds, self.labels)
        examination = Examination(self, step, self.sampler.outputs(inputs), inputs.get("labels"))
        self.series["examined"].append(step)
        self.series["variety"].append(examination.variety)
        self.series["distance_to_real"].append(examination.distance_to_real)
        return examination

    def vectors(self, stored):
        """Flat vectors of examples as stored, `{name of their values: [N, D]}`, and `features` where there are any."""
        vectors = {self.words.values: stored.reshape(len(stored), -1)}
        return vectors if self._extractor is None else vectors | {"features": self._extractor(stored).features}

    def distances(self, vectors, labels):
        """Mean distance of all pairs of the `whole`, by the name of the vectors, and of values within each class."""
        distances = {name: mean_pair_distance(rows[: self.whole]) for name, rows in vectors.items()}
        values = vectors[self.words.values]
        within = {f"class {label}": mean_pair_distance(values[labels == label]) for label in self.classes}
        return distances | within

    def scores_of(self, data, rows):
        """The discriminator's scores of these rows of a `Dataset`, `[N, 1]`."""
        columns = {name: _rows_of(data, name, rows) for name in ("label", *self.conditions)}
        # The model's fields, which have learned of the training data what those of other data have not.
        fields = data.fields | self.model.fields
        batch = {name: fields[name].to_model(column) for name, column in columns.items() if column is not None}
        return self.score(self.field.to_model(_rows_of(data, "real", rows)), batch)

    def score(self, examples, batch):
        """The discriminator's scores of examples as networks take them, with what belongs to them in `batch`."""
        return self._score(examples, batch).numpy()

    @property
    def conditions(self):
        """Names of columns that the discriminator sees beside examples and labels."""
        return [tensor.name for tensor in self.model.discriminator.inputs[1:] if tensor.name != "labels"]

    @cached_property
    def judge(self):
        """The `ClassJudge` of the data; None if they have no classes, or too many, or samples are made of examples."""
        labels = _rows_of(self.train, "label", self._compared_rows)
        if labels is None or self.sampler.example_count is not None or len(np.unique(labels)) < 2:
            return None
        return ClassJudge(self._compared, labels) if len(labels) >= LEAST_OF_CLASS * len(self.class_names) else None

    @cached_property
    def likeness(self):
        """The `Likeness` to the data."""
        parts = (_rows_of(self.train, "real", rows) for rows in self._compared_parts)
        return Likeness(self._compared, np.concatenate([texture(part) for part in parts]))

    @property
    def count(self):
        """How many samples are looked at."""
        return len(self.seeds)

    @property
    def class_names(self):
        """One name per class; empty without labels."""
        return self.train.class_names

    @cached_property
    def _compared(self):
        """What `COMPARED` real examples are `seen_in`, `[N, D]`."""
        parts = (_rows_of(self.train, "real", rows) for rows in self._compared_parts)
        return np.concatenate([self.vectors(part)[self.seen_in] for part in parts])

    @property
    def _compared_rows(self):
        return random_rows(len(self.train), COMPARED)

    @property
    def _compared_parts(self):
        """The same rows in parts, for examples may be large."""
        return np.split(self._compared_rows, range(SAMPLES, len(self._compared_rows), SAMPLES))

    @property
    def seen_in(self):
        """What examples are told apart by: `features`, or the name of their values."""
        return self.words.values if self._extractor is None else "features"

    @cached_property
    def training(self):
        """The `TrainingNeighbours`."""
        names = [name for name in self.augment if name in self.field.undone_by]
        undo = [functools.partial(self.field.undone, name=name) for name in names]
        return TrainingNeighbours(self.train, self.held_out, undo)

    def _score_as_in_inference(self, examples, batch):
        return self.model.score(examples, batch, training=False)

    def _draw_rows(self):
        """Decides which real examples and which samples are compared."""
        available = self.sampler.example_count
        self.different_samples = available or SAMPLES
        self.classes, self.labels = (), None
        self._rows = random_rows(len(self.train), SAMPLES)
        self.whole = SAMPLES if available is None else max(2, min(SAMPLES_OF_EXAMPLES, available))
        self.seeds = np.arange(SAMPLES)
        if available is not None:
            self.seeds = np.resize(random_rows(available, self.whole), self.whole)
        if self.model.num_classes and available is None:
            self._draw_classes()

    def _draw_classes(self):
        labels = _rows_of(self.train, "label", np.arange(len(self.train)))
        count = self.model.num_classes if self.model.num_classes <= MOST_CLASSES else 0
        self.classes = [label for label in range(count) if np.sum(labels == label) >= PER_CLASS]
        more = [_of_class(labels, label, self._rows) for label in self.classes]
        self.labels = np.concatenate([np.resize(labels[self._rows], self.whole), *(labels[rows] for rows in more)])
        self.labels = self.labels.astype(np.int32)
        self._rows, self.seeds = np.concatenate([self._rows, *more]), np.arange(len(self.labels))


class Examination:
    """What a model makes at one step; figures that cost something are computed when they are first asked for.

    Args:
        examiner: the `Examiner` of the run.
        step: training step.
        outputs: what the generator makes of the examiner's seeds, a tensor `[N, …]` as networks give it.
        labels: their classes, integers `[N]`, or None.
    """

    def __init__(self, examiner, step, outputs, labels=None):
        self.examiner, self.step, self.outputs, self.labels = examiner, step, outputs, labels

    @property
    def field(self):
        """The `Field` of samples."""
        return self.examiner.field

    @property
    def words(self):
        """The `Words` for samples."""
        return self.examiner.words

    @property
    def setup(self):
        """The `Setup` of the run."""
        return self.examiner.setup

    @property
    def series(self):
        """Figures of the run so far, this examination's among them, `{name: list}`."""
        return self.examiner.series

    @cached_property
    def values(self):
        """Samples at the outer edge, `[N, …]`."""
        return self.examiner.sampler.at_edge(self.outputs)

    @cached_property
    def stored(self):
        """Samples in the range of stored values; not rounded, for an untrained generator varies by less than that."""
        return self.field.to_stored(self.values, exact=True)

    @cached_property
    def vectors(self):
        """Samples as `Examiner.vectors`."""
        return self.examiner.vectors(self.stored)

    @cached_property
    def variety(self):
        """Mean distances of samples as shares of those of real examples, by what they are measured in."""
        distances = self.examiner.distances(self.vectors, self.labels)
        return {name: distances[name] / max(real, 1e-12) for name, real in self.examiner.real_distances.items()}

    @cached_property
    def distance_to_real(self):
        """Energy distance of samples to real examples, as a share of how far these lie apart; in features if any."""
        real, name = self.examiner, self.examiner.seen_in
        distance = energy_distance(real.real_vectors[name][: real.whole], self.vectors[name][: real.whole])
        return distance / max(real.real_distances[name], 1e-12)

    @cached_property
    def told(self):
        """The classes that the examiner's judge calls the `whole` of the samples, integers `[N]`."""
        return self.examiner.judge(self.vectors[self.examiner.seen_in][: self.examiner.whole])

    @cached_property
    def nearest(self):
        """The nearest training example of each sample: `(row, distance)`."""
        return self.examiner.training.nearest(self.stored)

    @cached_property
    def looks_real(self):
        """Whether most samples look like data, be they ever so alike."""
        likeness, vectors = self.examiner.likeness, self.vectors[self.examiner.seen_in]
        return likeness.share(vectors, texture(self.stored)) >= MOST_LIKE

    @cached_property
    def scores(self):
        """The discriminator's scores of samples, `[N, 1]`."""
        batch = {} if self.labels is None else {"label": self.labels}
        if self.examiner.conditions:
            sampler, seeds = self.examiner.sampler, self.examiner.seeds
            # What was said to make them by: an example's, or where none are needed the seed's own.
            given = sampler.inputs(seeds) if sampler.examples is None else sampler.of_examples(seeds)
            batch |= {name: given[name] for name in self.examiner.conditions}
        return self.examiner.score(self.outputs, batch)

    def show(self, name, columns):
        """Writes a preview of the first of a few lists of values, side by side; returns its path in the run.

        Args:
            columns: lists of values at the outer edge, `[N, …]` each; the first `SHOWN` of each are shown.
        """
        values = np.stack([column[:SHOWN] for column in columns], axis=1).reshape(-1, *columns[0].shape[1:])
        preview = self.field.preview(values, EXAMPLES_IN_A_ROW * len(columns))
        path = Path(self.examiner.folder, f"{name}{preview.suffix}")
        files.write(path, preview.write, durable=False)
        return f"{path.parent.name}/{path.name}"

    @property
    def figures(self):
        """What is logged of each examination, `{name: number}`."""
        overall = {f"variety_{name}": value for name, value in self.variety.items() if name in self.vectors}
        return overall | {"distance_to_real": self.distance_to_real}


def _extractor_of(field, stored):
    """What looks at values of a `Field`; None if their kind has nothing that does without training.

    Also None if it cannot look at these, such as RGBA.
    """
    if not field.default_features:
        return None
    try:
        extractor = features.load(field.default_features, features.ExtractorOptions(field=field))
        extractor(stored)
    except UserError:
        return None
    return extractor


def _rows_of(data, name, rows):
    """These rows of a column of a `Dataset`; None if it has no such column."""
    return np.asarray(data.columns[name][rows]) if name in data.columns else None


def _of_class(labels, label, known):
    """Rows of a class, at random, as many as are wanting among the `known` ones to `PER_CLASS`."""
    rows = np.setdiff1d(np.flatnonzero(labels == label), known)
    return rows[random_rows(len(rows), max(0, PER_CLASS - np.sum(labels[known] == label)))]
