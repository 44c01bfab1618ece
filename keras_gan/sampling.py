"""What a model is given to show something, put together input by input, and what a person sees of it."""

import numpy as np

from keras_gan.errors import UserError
from keras_gan.randomness import random_rows, seed_range

BATCH_SIZE, BATCH_SIZE_OF_EXAMPLES = 64, 16
MOST_COLUMNS = 16
ROWS = 8
SAMPLES = 64
EXAMPLES = 16  # shown of a model that is given examples
COLUMNS_OF_EXAMPLES = 12  # at most, if one example has no more


class Sampler:
    """Inputs, samples and targets of seeds, for a model of any kind.

    An input has a value for each seed by itself, as latents and labels have, or it is taken from examples: seed s is
    then example s, beginning anew after the last.

    Args:
        model: an `AdversarialModel`.
        examples: a batch dict of NumPy arrays, as `data.pipeline.examples` makes it; None for a model that needs none.
        aligned: whether `real` of an example is what its sample should be.
    """

    def __init__(self, model, examples=None, aligned=True):
        self.model, self.aligned = model, aligned
        (self.network, *_) = model.exported().values()
        self._fields = model.input_fields(self.network)
        self.examples = examples if any(self._is_of_examples(name) for name in self._fields) else None

    @property
    def class_names(self):
        """Names of the classes that can be asked for; empty if there are none."""
        return self._fields["labels"].class_names if "labels" in self._fields else ()

    @property
    def example_count(self):
        """How many different samples there are; None if there is no end of them."""
        return None if self.examples is None else len(next(iter(self.examples.values())))

    def inputs(self, seeds, labels=None):
        """What the network is given for int64 `[N]` seeds, `{name: [N, …]}`; labels in place of the seeds' own."""
        found = {
            name: self.of_examples(seeds)[name] if self._is_of_examples(name) else np.asarray(field.of_seeds(seeds))
            for name, field in self._fields.items()
        }
        return found if labels is None else found | {"labels": labels}

    def of_examples(self, seeds):
        """The examples of seeds, a batch dict."""
        if self.examples is None:
            raise RuntimeError(f"{self.model.name} makes its samples of examples: give the sampler some.")
        # Columns may be of different length where they are unrelated.
        return {name: values[seeds % len(values)] for name, values in self.examples.items()}

    def samples(self, count, seed=0, labels=None):
        """Samples of the seeds `seed … seed + count - 1` at the outer edge, a NumPy array `[count, …]`."""
        if labels is not None:
            if "labels" not in self._fields:
                raise UserError(f"{self.model.name} was built without labels, so no class can be asked for.")
            labels = self._checked(labels, count)
        return self.made(self.inputs(seed_range(seed, count), labels))

    def baseline_samples(self, count, seed=0):
        """What `samples` would be of the model's baseline; None if it has none."""
        network = self.model.baseline()
        return None if network is None else self.made(self.inputs(seed_range(seed, count)), network)

    def made(self, inputs, network=None):
        """What a network, by default the first one, makes of `{name: [N, …]}`, at the outer edge."""
        return self.at_edge(self.outputs(inputs, network))

    def outputs(self, inputs, network=None):
        """The same as the network gives it, a tensor."""
        import tensorflow as tf

        network = network or self.network
        given = [inputs[tensor.name] for tensor in network.inputs]
        size = BATCH_SIZE if self.examples is None else BATCH_SIZE_OF_EXAMPLES
        parts = []
        for start in range(0, len(given[0]), size):
            rows = [values[start : start + size] for values in given]
            parts.append(network(rows if len(rows) > 1 else rows[0], training=False))
        return tf.concat(parts, axis=0)

    def at_edge(self, outputs):
        """Values as networks give them, at the outer edge, a NumPy array."""
        import tensorflow as tf

        (values,) = self.model.fields["real"].from_model(tf.convert_to_tensor(outputs)).values()
        return values.numpy()

    @property
    def styled(self):
        """The two networks of a style-based model, a `StyledSampler`; None of another."""
        networks = self.model.exported()
        styled = {"mapping", "synthesis"} <= networks.keys()
        return StyledSampler(self, networks["mapping"], networks["synthesis"]) if styled else None

    def targets(self, count, seed=0):
        """What `samples` would be if they were perfect; None if nobody knows."""
        if self.examples is None or not self.aligned:
            return None
        return self.at_edge(self.of_examples(seed_range(seed, count))["real"])

    def labels(self, count, seed=0):
        """The classes of those seeds, int32 `[count]`, or None of a model without labels."""
        return self.inputs(seed_range(seed, count)).get("labels")

    def preview(self, count=None):
        """A `Preview` of what the model makes of the first seeds.

        Of a model that is given examples, each is a few values in a row: what it was given, what it made, and what it
        should have made.

        Args:
            count: of seeds; default: 64, eight of each class, or 16 examples.
        """
        if self.examples is not None:
            count, columns = count or EXAMPLES, None
        else:
            count, columns = sheet(self.model.num_classes, count)
        shown, names = self.model.shown(self, count), ()
        if len(shown) > 1:
            columns = len(shown) * max(1, COLUMNS_OF_EXAMPLES // len(shown))
        elif self.examples is None:
            names = titles(self._names, count, columns)
        values = np.stack(shown, axis=1).reshape(-1, *shown[0].shape[1:])
        field = self.model.fields["real"].with_seeds(np.repeat(seed_range(0, count), len(shown)))
        return field.sheet(values, columns, names)

    def real_preview(self, dataset, seed=0):
        """A `Preview` of as many examples of a `Dataset` as `preview` has, laid out alike.

        They are taken at random, keyed by the seed; columns of classes have examples of their class, or none.
        """
        count, columns = sheet(self.model.num_classes) if self.examples is None else (EXAMPLES, None)
        field, column = dataset.fields["real"], dataset.columns["real"]
        if not columns:
            rows = random_rows(len(column), count, seed)
            return field.sheet(field.to_edge(column[rows]))
        labels, values = dataset.columns["label"], np.zeros((count, *field.edge_shape), np.float32)
        for label in range(columns):
            (members,) = np.nonzero(labels == label)
            rows = members[random_rows(len(members), count // columns, seed)]
            values[label::columns][: len(rows)] = field.to_edge(column[rows])
        return field.sheet(values, columns, titles(self._names, count, columns))

    @property
    def _names(self):
        return self._fields["labels"].names if "labels" in self._fields else ()

    def _checked(self, labels, count):
        """Labels that a person asks for, int32 `[count]`; `UserError` unless they are classes."""
        labels, classes = np.asarray(labels), self._fields["labels"].count
        if not np.issubdtype(labels.dtype, np.integer) or labels.shape not in ((), (count,)):
            raise UserError(f"labels must be one whole number, or {count} of them, not {labels.dtype} {labels.shape}.")
        if labels.size and not 0 <= labels.min() <= labels.max() < classes:
            raise UserError(
                f"labels must be from 0 to {classes - 1}, the classes of this model, not from {labels.min()} to "
                f"{labels.max()}."
            )
        return np.broadcast_to(labels.astype(np.int32), [count])

    def _is_of_examples(self, name):
        return self._fields[name].of_seeds(np.zeros(1, np.int64)) is None


class StyledSampler:
    """The mapping and the synthesis network of a style-based model by themselves.

    Args:
        sampler: the `Sampler` of the model.
        mapping, synthesis: the networks.
    """

    def __init__(self, sampler, mapping, synthesis):
        self._sampler, self._mapping, self._synthesis = sampler, mapping, synthesis

    def of(self, latents, labels=None):
        """The styles of latents, and of labels where there are classes, a NumPy array `[N, length]`."""
        return self._sampler.outputs({"latents": latents, "labels": labels}, self._mapping).numpy()

    def draw(self, styles):
        """What is made of styles `[N, length]`, each for all layers, at the outer edge."""
        (_, layers, _) = self._synthesis.inputs[0].shape
        return self._sampler.made({"styles": np.repeat(styles[:, None], layers, axis=1)}, self._synthesis)


def of_data(model, dataset, count, preparation=None):
    """The `Sampler` of a model on examples of a data set.

    Args:
        model: an `AdversarialModel`.
        dataset: a `Dataset`, or None for a model that needs no examples.
        count: examples, at most.
        preparation: see `registry.preparation`.
    """
    if dataset is None:
        return Sampler(model)
    from keras_gan.data import pipeline

    return Sampler(model, pipeline.examples(dataset, count, preparation), dataset.aligned)


def sheet(num_classes=0, count=None):
    """The shape of a grid of samples of consecutive seeds: `(count, columns)`.

    With 2 to 16 classes there is a column for each, because the class of a seed is its remainder, and by default there
    are eight rows; otherwise by default 64 samples, and columns None, which is nearly square.

    Args:
        num_classes: number of classes that the samples run through, 0 if they do not.
        count: number of samples, if it is not to be the default.
    """
    by_class = 2 <= num_classes <= MOST_COLUMNS
    count = count or (ROWS * num_classes if by_class else SAMPLES)
    return count, min(num_classes, count) if by_class else None


def titles(names, count, columns, seed=0):
    """What stands above a grid of consecutive seeds, each of the class `seed mod len(names)`.

    Args:
        names: of the classes; none: no titles.
        count, columns: as of `sheet`.
        seed: the first one.

    Returns:
        Tuple of names: one for each column if each is a class, else one for each sample.
    """
    return tuple(names[(seed + index) % len(names)] for index in range(columns or count)) if names else ()
