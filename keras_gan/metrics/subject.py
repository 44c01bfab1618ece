"""What is scored, `Subject`, and what comes of it, `Measurement`."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from keras_gan.errors import UserError
from keras_gan.metrics.features.network import Extracted, FeatureNetwork
from keras_gan.metrics.reference import Reference
from keras_gan.modalities.base import Field
from keras_gan.randomness import random_rows

# Samples at once: multiples of the sizes of the batches that they are made in.
BLOCK, BLOCK_OF_EXAMPLES = 512, 64


@dataclass(frozen=True)
class Measurement:
    """One number and how it came about.

    Attributes:
        name: such as `l1`, or `fid[classifier]`, with what it was seen with.
        value: the number.
        std: its standard deviation over parts of the samples, where it has one.
        real: the same of real examples, for scores that say nothing without it.
        baseline: the same of the model's baseline, see `AdversarialModel.baseline`; `evaluate` puts it there.
        lower_is_better: None where neither is; `evaluate` puts there what the score's descriptor says, if it is None.
        protocol: all that another number must share to be compared with it, JSON-able.
    """

    name: str
    value: float
    std: float | None = None
    real: float | None = None
    baseline: float | None = None
    lower_is_better: bool | None = None
    protocol: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """Samples, and all that scores can ask for; what is None cannot be had: `needs` of a score refuses that.

    Attributes:
        metrics: names of the scores that are asked for.
        field: what samples are, a `Field`.
        samples: `[N, …]` as the field stores them.
        labels: int `[N]`, the class asked for in each sample.
        targets: like `samples`; row i is what sample i should have been.
        extractor: None if no score needs features.
        extracted: what the extractor sees in the samples; `evaluate` sees to it.
        reference: what the extractor saw in real examples.
        real: columns of the `Dataset` that samples are compared with, `{name: column}`: `real`, as the field stores
            them, and perhaps `label`; None if there are statistics alone.
        class_names: of the classes that real examples are of, one for each; empty without labels.
        unseen: columns of examples that the training did not see, likewise; None if there are none.
        baseline: samples of the model's baseline, of the same seeds; None of a model that has none.
        training: function that returns what a classifier of them learns from, see `ExtractorOptions`; None without
            labels.
        perceptual: function that returns a `perceptual.Perceptual`.
        inputs: function of int64 seeds `[N]` that returns what the generator is given, `{name: [N, …]}`, `latents`
            among it.
        made: function of such inputs that returns what the generator makes of them, at the outer edge.
        styled: of a style-based model, its two networks: `of(latents, labels)` are styles `[N, length]`, `draw(styles)`
            what is made of such, at the outer edge, one style for all layers.
        protocol: what is true of all scores, such as the size and the seed of the samples. Each adds its own.
        seed: decides pairs and paths.
        class_counts: how many real examples there are of each class, `{name: count}`: samples are drawn of classes in
            the same proportion. None: of all classes alike.
    """

    metrics: tuple[str, ...]
    field: Field
    samples: np.ndarray | None = None
    labels: np.ndarray | None = None
    targets: np.ndarray | None = None
    extractor: FeatureNetwork | None = None
    extracted: Extracted | None = None
    reference: Reference | None = None
    real: dict | None = None
    unseen: dict | None = None
    baseline: np.ndarray | None = None
    class_names: tuple[str, ...] = ()
    training: Callable | None = None
    perceptual: Callable | None = None
    inputs: Callable | None = None
    made: Callable | None = None
    styled: object | None = None
    protocol: dict = field(default_factory=dict)
    seed: int = 0
    class_counts: dict | None = None

    def by_features(self, name, value, std=None, real=None, **more):
        """The `Measurement` of a score of features, named after them; `more` is what its protocol says besides."""
        reference = self.reference.protocol if self.reference else {}
        protocol = {**self.protocol, **self.extractor.protocol, **reference, "samples": len(self.samples), **more}
        return Measurement(f"{name}[{self.extractor.name}]", float(value), std, real, protocol=protocol)

    def real_features(self, metric):
        """Features of single real examples, float32 `[N, D]`; `UserError` if there are statistics alone."""
        if self.reference.extracted is None:
            raise UserError(
                f"--metrics {metric} compares single {self.field.plural}, and the reference has their mean and "
                f"covariance alone: give the {self.field.plural} themselves."
            )
        return self.reference.extracted.features

    def logits(self, metric):
        """The extractor's verdicts on the samples, `[N, classes]`; `UserError` if it gives none."""
        if self.extracted.logits is None:
            raise UserError(
                f"--metrics {metric} reads the verdicts of a classifier, and --features {self.extractor.name} gives "
                "none: choose inception or classifier."
            )
        return self.extracted.logits


def protocol_of(field, seed):
    """What the protocols of all scores say of samples of this `Field`, from this seed on."""
    return {**field.protocol, "seed": seed}


def with_samples(subject, sampler, count, seed=0, progress=None):
    """A `Subject` with the samples of the seeds `seed … seed + count - 1`, and what goes with them.

    Args:
        subject: without samples.
        sampler: a `keras_gan.sampling.Sampler`, or what has its methods. Of one that makes samples of examples, there
            are at most as many samples as examples, the first ones.
        count, seed: which seeds.
        progress: function that wraps the loop, for a bar.
    """
    has_examples = sampler.example_count is not None
    block = BLOCK_OF_EXAMPLES if has_examples else BLOCK
    if has_examples:
        count, seed = min(count, sampler.example_count), 0
    asked = None if has_examples else _classes_asked(subject, sampler, count, seed)
    blocks = []
    for start in (progress or iter)(range(0, count, block)):
        some = None if asked is None else asked[start : start + block]
        blocks.append(_samples_of_seeds(subject.field, sampler, seed + start, min(block, count - start), some))
    whole = {name: None if blocks[0][name] is None else np.concatenate([b[name] for b in blocks]) for name in blocks[0]}
    if hasattr(sampler, "baseline_samples"):
        baseline = sampler.baseline_samples(count, seed)
        subject = replace(subject, baseline=None if baseline is None else subject.field.to_stored(baseline))
    if has_examples:
        return replace(subject, **whole)
    if whole["labels"] is not None:
        classes = "all alike" if asked is None else "as in the reference"
        whole["protocol"] = {**subject.protocol, "classes": classes}
    inputs = sampler.inputs if asked is None else lambda seeds: sampler.inputs(seeds, np.resize(asked, len(seeds)))
    styled = getattr(sampler, "styled", None)
    return replace(subject, **whole, inputs=inputs, made=sampler.made, styled=styled)


def _samples_of_seeds(field, sampler, seed, count, asked):
    """Samples of seeds and their targets as stored, and their classes: those asked for, or the seeds' own."""
    seeds = {"count": count, "seed": seed}
    if asked is None:
        samples, asked = sampler.samples(**seeds), sampler.labels(**seeds)
    else:
        samples = sampler.samples(**seeds, labels=asked)
    targets = sampler.targets(**seeds)
    stored = None if targets is None else field.to_stored(targets)
    return {"samples": field.to_stored(samples), "labels": asked, "targets": stored}


def _classes_asked(subject, sampler, count, seed):
    """The classes to ask for, as the reference has them, int32 `[count]`; None if that is not to be known."""
    if not subject.class_counts:
        return None
    wanted = [subject.class_counts.get(name, 0) for name in sampler.class_names]
    if not sum(wanted):
        return None
    there = np.repeat(np.arange(len(wanted), dtype=np.int32), wanted)
    # As a sample of the reference itself would have them: beyond its number, all of it again.
    whole, rest = divmod(count, len(there))
    asked = np.concatenate([np.tile(there, whole), there[random_rows(len(there), rest, seed)]])
    return asked[random_rows(count, count, seed)]
