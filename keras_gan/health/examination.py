"""What probes look at: a run, by its `Examiner`, and what it makes at one step, an `Examination`."""

from collections import defaultdict
from functools import cached_property
from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.health.finding import words_of
from keras_gan.metrics import features
from keras_gan.metrics.neighbours import energy_distance, mean_pair_distance
from keras_gan.storage import files

SAMPLES, PER_CLASS, MOST_CLASSES = 64, 8, 16
EXAMPLES_IN_A_ROW = 8  # of a preview


class Examiner:
    """What all examinations of a run have in common: real examples, and how they and samples are looked at.

    Args:
        sampler: a `Sampler` of the model.
        train: `Dataset` that the model is trained on.
        held_out: `Dataset` that the training does not see, or None.
        series: `{name: list}` of figures so far, to be continued: the training's logs by step, and what examinations
            have found. Default: none yet.
        folder: where what shows a finding is written, or None.

    Attributes:
        model: the model.
        field: the `Field` of its examples.
        words: the `Words` for them.
        different_samples: how many samples can differ: those of one example do not.
        count: how many samples are looked at.
        classes: how many classes variety is measured within, 0 if it is not.
    """

    def __init__(self, sampler, train, held_out=None, series=None, folder=None):
        self.sampler, self.train, self.held_out, self.folder = sampler, train, held_out, folder
        self.series = defaultdict(list) if series is None else series
        self.model = sampler.model
        self.field = self.model.fields["real"]
        self.words = words_of(self.field)
        self.classes = self.model.num_classes if 2 <= self.model.num_classes <= MOST_CLASSES else 0
        count = max(SAMPLES, PER_CLASS * self.classes)
        self.different_samples = sampler.example_count or count
        self.count = max(2, min(count, self.different_samples))
        self._score = tf.function(self._score_as_in_inference, autograph=False)
        rows = self._real_rows()
        real, labels = (_rows_of(train, name, rows) for name in ("real", "label"))
        self._extractor = _extractor_of(self.field, real[:1])
        self.real_vectors = self.vectors(real)
        self.real_distances = self.distances(self.real_vectors, labels)

    def examine(self, step):
        """The `Examination` of what the model makes now."""
        inputs = self.sampler.inputs(np.arange(self.count))
        examination = Examination(self, step, self.sampler.outputs(inputs), inputs.get("labels"))
        self.series["variety"].append(examination.variety)
        self.series["distance_to_real"].append(examination.distance_to_real)
        return examination

    def vectors(self, stored):
        """Flat vectors of examples as stored, `{name of their values: [N, D]}`, and `features` where there are any."""
        vectors = {self.words.values: stored.reshape(len(stored), -1)}
        return vectors if self._extractor is None else vectors | {"features": self._extractor(stored).features}

    def distances(self, vectors, labels):
        """Mean distance of all pairs, by the name of the vectors, and of values within each class."""
        distances = {name: mean_pair_distance(rows) for name, rows in vectors.items()}
        values = vectors[self.words.values]
        within = {f"class {label}": mean_pair_distance(values[labels == label]) for label in range(self.classes)}
        return distances | within

    def scores_of(self, data, rows):
        """The discriminator's scores of these rows of a `Dataset`, `[N, 1]`."""
        columns = {name: _rows_of(data, name, rows) for name in ("label", *self.conditions)}
        batch = {name: data.fields[name].to_model(column) for name, column in columns.items() if column is not None}
        return self.score(data.fields["real"].to_model(_rows_of(data, "real", rows)), batch)

    def score(self, examples, batch):
        """The discriminator's scores of examples as networks take them, with what belongs to them in `batch`."""
        return self._score(examples, batch).numpy()

    @property
    def conditions(self):
        """Names of columns that the discriminator sees beside examples and labels."""
        return [tensor.name for tensor in self.model.discriminator.inputs[1:] if tensor.name != "labels"]

    def _score_as_in_inference(self, examples, batch):
        return self.model.score(examples, batch, training=False)

    def _real_rows(self):
        """Rows of as many real examples as there are samples, of the same classes where samples have classes."""
        if not self.classes:
            return np.arange(min(self.count, len(self.train)))
        labels = _rows_of(self.train, "label", np.arange(len(self.train)))
        return np.sort(np.concatenate([np.flatnonzero(labels == label)[:PER_CLASS] for label in range(self.classes)]))


class Examination:
    """What a model makes at one step; figures that cost something are computed when they are first asked for.

    Args:
        examiner: the `Examiner` of the run.
        step: training step.
        outputs: what the generator makes of the first seeds, a tensor `[N, …]` as networks give it.
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
        name = "features" if "features" in self.vectors else self.words.values
        real = self.examiner
        return energy_distance(real.real_vectors[name], self.vectors[name]) / max(real.real_distances[name], 1e-12)

    @cached_property
    def scores(self):
        """The discriminator's scores of samples, `[N, 1]`."""
        batch = {} if self.labels is None else {"label": self.labels}
        if self.examiner.conditions:
            given = self.examiner.sampler.of_examples(np.arange(len(self.outputs)))
            batch |= {name: given[name] for name in self.examiner.conditions}
        return self.examiner.score(self.outputs, batch)

    def show(self, name, columns):
        """Writes a preview of a few lists of values at the outer edge, side by side; returns its path in the run."""
        values = np.stack(columns, axis=1).reshape(-1, *columns[0].shape[1:])
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
    """What looks at values of a `Field`; None if their kind has nothing, or it cannot look at these, such as RGBA."""
    extractor = features.load(field.default_features) if field.default_features else None
    try:
        if extractor:
            extractor(stored)
    except UserError:
        return None
    return extractor


def _rows_of(data, name, rows):
    """These rows of a column of a `Dataset`; None if it has no such column."""
    return np.asarray(data.columns[name][rows]) if name in data.columns else None
