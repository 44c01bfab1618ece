"""`Outgoing`: one network that leaves the building, from values at the outer edge to values at the outer edge."""

from dataclasses import dataclass, field, replace

import keras
import numpy as np
import tensorflow as tf

from keras_gan.errors import UserError
from keras_gan.exporters import inference
from keras_gan.modalities.base import Field

_MOST_MULTIPLES = 16


@dataclass(frozen=True, eq=False)
class Outgoing:
    """A network, and what is to be known of its inputs and outputs to write, try and describe its files.

    Attributes:
        name: `generator`, or that of one of several networks; files begin with it.
        network: functional Keras model with one output.
        inputs: `{name in signatures: Field}`, in the order of the network's inputs.
        outputs: `{name in signatures: Field}` of its output.
        model: name of the model that it belongs to, for messages.
        examples: what it is tried with, `{name in signatures: NumPy array as networks take it}`; None of a network all
            of whose inputs have values of seeds.
        multiple: the size of free axes must be a multiple of it.
        scale: how many times as large the free axes of outputs are.
        smallest: what the size of free axes must be at least, a multiple of `multiple`.
        noise_maps: `{name: NoiseMap}` of the noise that it can be given in place of its own.
        constants: what else there is to know of it, `{name: array}`; the SavedModel has them as attributes.
    """

    name: str
    network: keras.Model
    inputs: dict[str, Field]
    outputs: dict[str, Field]
    model: str = ""
    examples: dict | None = None
    multiple: int = 1
    scale: int = 1
    smallest: int = 1
    noise_maps: dict[str, Field] = field(default_factory=dict)
    constants: dict = field(default_factory=dict)

    # --- What it is --------------------------------------------------------------------------------------------------

    @property
    def output(self):
        """The field of the output."""
        (field,) = self.outputs.values()
        return field

    @property
    def has_seeds(self):
        """Whether seeds are all that it needs."""
        return all(field.has_seeds for field in self.inputs.values())

    @property
    def draws(self):
        """Whether it makes something of seeds that a person wants."""
        return self.has_seeds and not self.is_part

    @property
    def is_part(self):
        """Whether it is nothing by itself, but serves to make something larger of the first network's kind."""
        return any(field.is_inner for field in (*self.inputs.values(), *self.outputs.values()))

    @property
    def needed(self):
        """The inputs that must be given, `{name: Field}`."""
        return {name: field for name, field in self.inputs.items() if not field.is_control}

    @property
    def controls(self):
        """The inputs that have defaults, `{name: Field}`."""
        return {name: field for name, field in self.inputs.items() if field.is_control}

    @property
    def returned(self):
        """The inputs that come back as outputs, but for what is in a hole, `{name: Field}`."""
        return {name: field for name, field in self.inputs.items() if name in self.outputs}

    @property
    def free_axes(self):
        """The axes of an input, without the batch, that may have any size; none if all sizes are fixed."""
        return next((field.free_axes for field in self.inputs.values() if field.free_axes), ())

    @property
    def example_sizes(self):
        """What examples measure along the free axes, a tuple."""
        free = [(field, self.examples[name]) for name, field in self.inputs.items() if field.free_axes]
        return tuple(free[0][1].shape[axis + 1] for axis in free[0][0].free_axes) if free else ()

    def in_float32(self):
        """An `Outgoing` whose network computes in float32."""
        return replace(self, network=inference.float32_copy(self.network))

    def fused(self, odd_kernels):
        """An `Outgoing` whose network computes with less work, see `inference.fused`."""
        return replace(self, network=inference.fused(self.network, odd_kernels))

    # --- What it computes --------------------------------------------------------------------------------------------

    def of_exact_size(self, **given):
        """`{name: tensor}` of inputs at the outer edge, `[N, …]`, of sizes that the network takes as they are.

        Inputs that have defaults may be left out. What a hole leaves of an input that comes back is the same to the
        bit; what is in the hole is not looked at.
        """
        given = self._with_defaults(given)
        hole = self.hole(given)
        seen = given if hole is None else {**given, **self._without(hole, given)}
        made = self.output.from_model(
            self.of_network([field.from_edge(seen[name]) for name, field in self.inputs.items()])
        )
        return made if hole is None else {name: tf.where(hole, made[name], given[name]) for name in made}

    def of_any_size(self, **given):
        """`{name: tensor}` of inputs at the outer edge, continued to sizes that the network takes; outputs cut back."""
        if not self.free_axes:
            return self.of_exact_size(**given)
        values, field = next((given[name], field) for name, field in self.inputs.items() if field.free_axes)
        sizes = [tf.shape(values)[axis + 1] for axis in field.free_axes]
        given = {name: self.inputs[name].continued(each, self.multiple, self.smallest) for name, each in given.items()}
        return {name: self.cut(made, sizes) for name, made in self.of_exact_size(**given).items()}

    def cut(self, made, sizes):
        """`[N, …]` outputs without what was made of more than these sizes of the inputs' free axes."""
        kept = [slice(None)] * len(made.shape)
        for axis, size in zip(self.output.free_axes, sizes, strict=False):
            kept[axis + 1] = slice(self.scale * size)
        return made[tuple(kept)]

    def hole(self, given):
        """Where inputs at the outer edge are not known, as other inputs say; None if nothing is said of it."""
        holes = (self.inputs[name].hole(values) for name, values in given.items())
        return next((hole for hole in holes if hole is not None), None)

    def of_network(self, inputs):
        """What the network gives for a list of inputs, both as networks take them."""
        return self.network(inputs if len(inputs) > 1 else inputs[0], training=False)

    def _without(self, hole, given):
        return {name: tf.where(hole, field.blank, given[name]) for name, field in self.returned.items()}

    def _with_defaults(self, given):
        rows = tf.zeros([tf.shape(next(iter(given.values())))[0]], tf.int64)
        return {name: given[name] if name in given else field.of_seeds(rows) for name, field in self.inputs.items()}


def of_model(model, sampler):
    """A list of `Outgoing`, one for each network that a model exports.

    Args:
        model: an `AdversarialModel`.
        sampler: its `Sampler`, with examples if it needs some.

    Raises:
        UserError: if examples are missing.
    """
    first, *others = [_of_network(model, *item, sampler.examples) for item in model.exported().items()]
    return [replace(first, constants=model.constants()), *others]


def _of_network(model, name, network, examples):
    fields = model.input_fields(network)
    shapes = {tensor.name: tuple(tensor.shape[1:]) for tensor in network.inputs}
    columns = {each: _column(model, each, field) for each, field in fields.items()}
    fields = {each: field.of_shape(shapes[each]) for each, field in fields.items()}
    names = {each: _signature_name(each, fields) for each in fields}
    made = model.output_field(network).of_shape(tuple(network.output_shape[1:]))
    outgoing = Outgoing(
        name,
        network,
        inputs={names[each]: field for each, field in fields.items()},
        outputs={made.plural: made},
        model=model.name,
        multiple=getattr(model, "size_multiple", 1),
        scale=getattr(model, "scale", 1),
        noise_maps=model.noise_maps(network) if hasattr(model, "noise_maps") else {},
    )
    if outgoing.has_seeds:
        return outgoing
    if examples is None:
        raise UserError(f"{model.name} is verified on examples: give export a sampler that has some.")
    given = {each: examples[columns[each]] for each, field in fields.items() if not field.has_seeds}
    seeds = np.arange(len(next(iter(given.values()))), dtype=np.int64)
    seeded = {
        each: np.asarray(field.from_edge(field.of_seeds(seeds))) for each, field in fields.items() if field.has_seeds
    }
    outgoing = replace(outgoing, examples={names[each]: values for each, values in (given | seeded).items()})
    return replace(outgoing, smallest=_smallest_size(outgoing)) if outgoing.free_axes else outgoing


def _signature_name(name, fields):
    """What signatures call an input: as many of its kind are called, where it is the only one of it."""
    plurals = [field.plural for field in fields.values()]
    return fields[name].plural if plurals.count(fields[name].plural) == 1 else name


def _column(model, name, field):
    """Which column of an example holds an input: that of its name, unless the model says that it is another."""
    own = model.fields.get(name)
    others = (column for column, each in model.fields.items() if each is field)
    return name if own is None or own is field else next(others, name)


def _smallest_size(outgoing):
    """The smallest multiple that free axes may have: some networks reflect edges, and need something to reflect."""
    for size in range(outgoing.multiple, _MOST_MULTIPLES * outgoing.multiple + 1, outgoing.multiple):
        sizes = [size] * len(outgoing.free_axes)
        try:
            outgoing.of_network([tf.constant(field.blanks(1, sizes)) for field in outgoing.inputs.values()])
        except (ValueError, tf.errors.InvalidArgumentError) as error:
            problem = error
        else:
            return size
    raise problem


def fixed_sizes(networks, size=None):
    """What free axes measure in files that take one size alone, a tuple.

    Args:
        networks: list of `Outgoing`, of one model.
        size: of all axes; default: as of the examples.

    Raises:
        UserError: if the networks have no free axes, or cannot be given this size.
    """
    first = networks[0]
    if size is None:
        return first.example_sizes
    if not first.free_axes:
        made = "draws them of noise" if first.has_seeds else "takes one size alone"
        raise UserError(f"--tflite-size is for models that are given {first.output.plural}, and {first.model} {made}.")
    if size < 1 or size % first.multiple:
        nearest = max(1, round(size / first.multiple)) * first.multiple
        raise UserError(
            f"--tflite-size {size}: {first.model} takes {next(iter(first.inputs))} whose edges are multiples of "
            f"{first.multiple} px: try {nearest}."
        )
    return (size,) * len(first.free_axes)


def fitted(field, values, sizes):
    """`[N, …]` values of a field, its free axes cut to these sizes or continued by reflection, which is valid too.

    Args:
        field: a `Field`.
        values: NumPy array.
        sizes: of the free axes.
    """
    missing, kept = [(0, 0)] * values.ndim, [slice(None)] * values.ndim
    for axis, size in zip(field.free_axes, sizes, strict=False):
        missing[axis + 1], kept[axis + 1] = (0, max(0, size - values.shape[axis + 1])), slice(size)
    return np.pad(values, missing, mode="symmetric")[tuple(kept)]
