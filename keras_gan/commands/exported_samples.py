"""Samples of an exported model, as `keras_gan.sampling.Sampler` gives those of a model in memory."""

import contextlib
import dataclasses

import numpy as np

from keras_gan import config, registry
from keras_gan.errors import UserError
from keras_gan.exported.captioner import ExportedCaptioner, takes_images_and_seeds
from keras_gan.runs import trained_on


def load(path, dataset=None, data_dir=None, most_examples=None):
    """What is sampled of an exported model, and what it was trained on.

    Args:
        path: of the model, as of `exported.load`.
        dataset, data_dir: where its data lies now, if not where it lay.
        most_examples: examples to be loaded at most, for a model that is given any.

    Returns:
        `(ExportedModel, Field of its samples, DataOptions it was trained on or None, sampler)`.

    Raises:
        UserError: if it is damaged, or is given examples and does not say which.
    """
    model = _opened(path)
    if isinstance(model, ExportedCaptioner):
        options, examples, fields, aligned = _tested(model, dataset, data_dir, most_examples)
        return model, model.output, options, _OfCaptions(model, examples, fields, aligned)
    if "latents" in model.inputs:
        options = _training_data(model.configuration)
        return model, model.output, options and trained_on.located(options, dataset, data_dir), _OfSeeds(model)
    options, examples, fields, aligned = _tested(model, dataset, data_dir, most_examples)
    return model, fields["real"], options, _OfExamples(model, examples, fields, aligned)


def _opened(path):
    from keras_gan import exported

    runtime = exported.opened(path)
    if takes_images_and_seeds(runtime.inputs("serving_default")):
        return ExportedCaptioner(path, runtime)
    return exported.load(path)


class _OfSeeds:
    """Samples that an exported generator makes of noise; methods as of `Sampler`."""

    example_count, aligned = None, True

    def __init__(self, generator):
        self._generator = generator

    @property
    def class_names(self):
        """Names of the classes that can be asked for; empty if there are none, or nobody knows them."""
        return self._generator.class_names

    def inputs(self, seeds, labels=None):
        """Latents `[N, D]` and, if the generator takes any, labels `[N]` of int64 `[N]` seeds, by name."""
        own = self._generator.labels(seeds) if labels is None else labels
        found = {"latents": self._generator.latents(seeds), "labels": own}
        return {name: values for name, values in found.items() if values is not None}

    @property
    def styled(self):
        """The two networks of a style-based model, a `Styled`; None of another, and of a `.tflite` file."""
        from keras_gan.exported.styled import Styled, is_styled

        return Styled(self._generator) if is_styled(self._generator) else None

    def made(self, inputs):
        """What the generator makes of such inputs, at the outer edge."""
        return self._generator.draw(inputs["latents"], inputs.get("labels"))

    def samples(self, count, seed=0, labels=None):
        """Samples of consecutive seeds, at the outer edge; of these classes in place of the seeds' own."""
        seeds = _seeds(seed, count)
        # A network that is given text draws what that of each seed says, which nothing but seeds can ask for.
        return self._generator.draw_seeds(seeds) if self._generator.texts else self.made(self.inputs(seeds, labels))

    def labels(self, count, seed=0):
        """The classes of consecutive seeds, or None."""
        return self._generator.labels(_seeds(seed, count))

    def targets(self, count, seed=0):
        """None: nobody knows what a sample of noise should have been."""


class _OfExamples:
    """Samples that an exported translator makes of examples; methods as of `Sampler`.

    Args:
        translator: an `ExportedTranslator`.
        examples: a batch dict of NumPy arrays, as networks take them.
        fields: `{name: Field}` of the examples.
        aligned: whether `real` of an example is what its sample should be.
    """

    def __init__(self, translator, examples, fields, aligned):
        self._translator, self._examples, self._fields, self.aligned = translator, examples, fields, aligned
        self.example_count = len(examples["source"])

    class_names = ()

    def samples(self, count, seed=0, labels=None):
        """Samples of the examples `seed … seed + count - 1`, at the outer edge; no class can be asked for."""
        sources = self._stored("source", count, seed)
        rows = slice(seed, seed + count)
        holes = self._examples["mask"][rows][..., 0] > 0.5 if self._translator.takes_mask else [None] * len(sources)
        made = [self._translator.translate(*each) for each in zip(sources, holes, strict=True)]
        return self._fields["real"].to_edge(np.stack(made))

    def labels(self, count, seed=0):
        """None: no class is asked for."""

    def targets(self, count, seed=0):
        """What `samples` should have been, at the outer edge; None if nobody knows."""
        return self._fields["real"].to_edge(self._stored("real", count, seed)) if self.aligned else None

    def _stored(self, name, count, seed):
        """Values of examples as they would be stored."""
        field = self._fields[name]
        (values,) = field.from_model(self._examples[name][seed : seed + count]).values()
        return field.to_stored(np.asarray(values))


class _OfCaptions(_OfExamples):
    """Lines that an exported captioner writes about examples, by the seed of the same number."""

    def samples(self, count, seed=0, labels=None):
        """Samples of the examples `seed … seed + count - 1`, at the outer edge; no class can be asked for."""
        rows = slice(seed, seed + count)
        (images,) = self._fields["source"].from_model(self._examples["source"][rows]).values()
        return self._translator.written(np.asarray(images), _seeds(seed, len(images)))


def _tested(model, dataset, data_dir, count):
    """`(RunConfig, batch dict, fields, aligned)` of examples to test a model with."""
    from keras_gan.data import pipeline

    if not model.configuration:
        given = next(iter(model.inputs.values())).plural
        unknown = f"the manifest of {model.path} does not say what it was trained on"
        raise UserError(f"{unknown}: translate {given} yourself.")
    trained, model_options = config.parse(model.configuration, model.path)
    trained = trained_on.located(trained, dataset, data_dir)
    options = config.from_dict(registry.module(trained.variant).Config, model_options, model.path)
    facts = model.manifest.get("data", {})
    test = trained_on.load(trained, facts, registry.variant(trained.variant).task).test
    examples = pipeline.examples(test, count or len(test), registry.preparation(trained.variant, options))
    # What the variant prepares of examples may be a source that the data does not have: it is of the same kind.
    fields = {"source": test.fields["real"], **test.fields}
    return trained, examples, fields, test.aligned


def _training_data(configuration):
    """The run that an exported model says it is of, or at least its data set; None if it says neither.

    What was trained decides what some sources give: images with captions, or the captions alone.
    """
    with contextlib.suppress(UserError):
        return config.parse(configuration, "the model's manifest")[0]
    names = {field.name for field in dataclasses.fields(config.DataOptions)}
    known = {name: value for name, value in configuration.items() if name in names}
    try:
        return config.from_dict(config.DataOptions, known, "the model's manifest") if "dataset" in known else None
    except UserError:
        return None


def _seeds(seed, count):
    from keras_gan.randomness import seed_range

    return seed_range(seed, count)
