"""What exported files are tried with, and what Keras makes of it."""

import math
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from keras_gan.exporters.outgoing import fitted
from keras_gan.exporters.signatures import TRUNCATION
from keras_gan.latent_space import truncated
from keras_gan.layers import noise_maps

SEEDS = np.arange(-32, 32, dtype=np.int64)
JUDGED = np.arange(1024, dtype=np.int64)  # seeds of the samples that a score is measured on
BATCH_SIZE = 64
MOST = 8  # examples
MOST_PLACES = MOST * 256**2  # of all examples together
ODD = (37, 53)


@dataclass(frozen=True)
class Trial:
    """Inputs, and outputs as they should be.

    Attributes:
        given: `{name of an input: array [N, …]}`.
        expected: `{name of an output: array [N, …]}` at the outer edge, also where the signature makes files of it.
    """

    given: dict
    expected: dict


def usual(target, sizes=(), most=MOST):
    """The `Trial` of a target.

    Args:
        target: a `Target`.
        sizes: what examples are to measure along the free axes; default: what they measure.
        most: how many examples at most.
    """
    if target.signature.network.has_seeds:
        return _of_seeds(target.signature, SEEDS)
    return _of_examples(target.signature, sizes, most)


def odd_sizes(outgoing):
    """Sizes of free axes that are multiples of nothing."""
    return ODD[: len(outgoing.free_axes)]


# --- Of seeds ---------------------------------------------------------------------------------------------------------


def judged(target):
    """The `Trial` of seeds that a score is measured on, with the values that are their own."""
    network = target.signature.network
    own = _own(network, JUDGED)
    return Trial({name: own[name] for name in target.signature.inputs}, _drawn(network, own))


def _of_seeds(signature, seeds):
    """The `Trial` of a signature whose inputs seeds have values of: such that one which ignores them is found out."""
    network = signature.network
    given = {name: np.asarray(field.probes(seeds)) for name, field in signature.inputs.items()}
    own = _own(network, seeds)
    inputs = own | {name: values for name, values in given.items() if name in own}
    texts = [field for field in signature.inputs.values() if hasattr(field, "stands_for")]
    inputs |= {field.stands_for: np.asarray(field.of.probes(seeds)) for field in texts}
    if "seeds" in given:
        by_chance = {name: field for name, field in network.controls.items() if field.kind == "chance"}
        inputs |= {name: np.asarray(field.probes(seeds)) for name, field in by_chance.items()}
    if TRUNCATION.name in given and TRUNCATION.name not in own:
        inputs["latents"] = truncated(inputs["latents"], given[TRUNCATION.name])
    maps = {name: given[name] for name in network.noise_maps if name in given}
    return Trial(given, _drawn(network, inputs, maps))


def _own(network, seeds):
    return {name: np.asarray(field.of_seeds(seeds)) for name, field in network.inputs.items()}


def _drawn(network, inputs, maps=None):
    """What Keras makes of inputs at the outer edge, and of noise maps, batch after batch, `{name: array}`."""
    count = len(next(iter(inputs.values())))
    parts = []
    for start in range(0, count, BATCH_SIZE):
        rows = slice(start, start + BATCH_SIZE)
        values = [field.from_edge(tf.constant(inputs[name][rows])) for name, field in network.inputs.items()]
        with noise_maps.given({name: each[rows] for name, each in (maps or {}).items()}):
            parts.append(_compared(network.output, network.output.from_model(network.of_network(values))))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _compared(field, made):
    """What a network has made, and the `Field.parts` of it that files are held to, `{name: tensor}`."""
    compared = [name for name, part in field.parts.items() if part.is_compared]
    parts = field.parts_of(made[field.plural]) if compared else {}
    return {**made, **{name: parts[name] for name in compared}}


# --- Of examples ------------------------------------------------------------------------------------------------------


def _of_examples(signature, sizes=(), most=MOST):
    """The `Trial` of a signature that is given examples, which are rounded so that files can hold them."""
    network = signature.network
    examples = {name: fitted(network.inputs[name], values, sizes) for name, values in _few(network, most).items()}
    rounded = {name: _rounded(network.inputs[name], values) for name, values in examples.items()}
    seeds = np.arange(_count(examples))
    seeded = {"seeds"} & signature.inputs.keys()
    rounded |= {
        name: np.asarray(field.probes(seeds))
        for name, field in network.controls.items()
        if name in signature.inputs or (seeded and field.kind == "chance")
    }
    hole = network.hole(rounded)
    expected = _of_keras(network, _as_in_training(network, rounded, examples, hole), _sizes(network, rounded))
    if hole is not None:
        expected = {name: np.where(hole, values, rounded[name]) for name, values in expected.items()}
        # What is in the hole must not be seen.
        rounded |= {name: np.where(hole, np.float32(1), rounded[name]) for name in network.returned}
    return Trial(_as_given(signature, rounded | dict.fromkeys(seeded, seeds)), expected)


def _few(network, most):
    """A few examples, as networks take them."""
    first = next(iter(network.examples.values()))
    places = math.prod(network.example_sizes or first.shape[1:])
    count = min(max(1, MOST_PLACES // places), most)
    return {name: network.examples[name][:count] for name in network.needed}


def _rounded(field, values):
    """Values as networks take them, at the outer edge as their files hold them."""
    (edge,) = field.from_model(tf.constant(values)).values()
    return field.to_edge(field.to_stored(np.asarray(edge)))


def _count(examples):
    return len(next(iter(examples.values())))


def _sizes(network, values):
    name, field = next(((name, field) for name, field in network.inputs.items() if field.free_axes), (None, None))
    return () if field is None else tuple(values[name].shape[axis + 1] for axis in field.free_axes)


def _as_in_training(network, rounded, examples, hole):
    """Inputs as networks take them; in holes they are what they were in training, whatever files are given there."""
    inputs = {name: np.asarray(field.from_edge(tf.constant(rounded[name]))) for name, field in network.needed.items()}
    if hole is not None:
        inputs |= {name: np.where(hole, examples[name], inputs[name]) for name in network.returned}
    defaults = {name: field.of_seeds(np.arange(_count(inputs))) for name, field in network.controls.items()}
    return {name: inputs.get(name, rounded.get(name, defaults.get(name))) for name in network.inputs}


def _of_keras(network, inputs, sizes):
    """What Keras makes of inputs of any size, continued by their last entries."""
    wanted = [max(-(-size // network.multiple) * network.multiple, network.smallest) for size in sizes]
    values = [_continued(field, inputs[name], wanted) for name, field in network.inputs.items()]
    made = network.output.from_model(network.of_network(values))
    return {name: np.asarray(network.cut(each, sizes)) for name, each in made.items()}


def _continued(field, values, sizes):
    missing = [(0, 0)] * np.ndim(values)
    for axis, size in zip(field.free_axes, sizes, strict=False):
        missing[axis + 1] = (0, size - values.shape[axis + 1])
    return np.pad(values, missing, mode="edge")


def _as_given(signature, values):
    """Values by the names, and in the form, that a signature takes."""
    by_files = {field.files: name for name, field in signature.network.needed.items()}
    found = {}
    for name in signature.inputs:
        if name in values:
            found[name] = values[name]
        elif name == "seeds":
            found[name] = np.arange(_count(values), dtype=np.int64)
        else:
            field = signature.network.inputs[by_files[name]]
            found[name] = np.array([field.content(value) for value in values[by_files[name]]], object)
    return found
