"""What the SavedModel of some networks can be asked: one signature for each set of inputs, as none can be optional."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import tensorflow as tf

from keras_gan.exporters.outgoing import Outgoing
from keras_gan.latent_space import truncated
from keras_gan.modalities.base import Field
from keras_gan.modalities.scalar import Scalar

TRUNCATION = Scalar("truncation", default=1.0, low=0.0, high=1.0, about="what latents are multiplied by")
CONTROLLED = "controlled"  # what the names of signatures and files that take all controls end in


@dataclass(frozen=True)
class _Seeds(Field):
    """Seeds as inputs of a signature, int64."""

    plural: ClassVar[str] = "seeds"
    edge_dtype: ClassVar[str] = "int64"

    @property
    def shape(self):
        return ()

    def of_seeds(self, seeds):
        return seeds


@dataclass(frozen=True)
class _Files(Field):
    """Values as whole files, strings that are inputs or outputs of a signature.

    Attributes:
        of: the field of these values.
        each: in words, what each file is.
    """

    of: Field
    each: str

    edge_dtype: ClassVar[str] = "string"

    @property
    def shape(self):
        return ()

    def blanks(self, count, sizes=()):
        return np.full(count, self.of.content(self.of.blanks(1, sizes)[0]), object)

    def edge_words(self, batch="N", sizes=(), scale=1, notes=True):
        return f"string [{batch}], {self.each}"


@dataclass(frozen=True, eq=False)
class Signature:
    """What can be asked of one network.

    Attributes:
        network: the `Outgoing`.
        function: from tensors by the names of the inputs to `{name: tensor}`.
        inputs, outputs: `{name: Field}`.
    """

    network: Outgoing
    function: Callable
    inputs: dict[str, Field]
    outputs: dict[str, Field]

    @property
    def gives_files(self):
        """Whether what comes of it is whole files."""
        return self.outputs.keys() != self.network.outputs.keys()

    def specs(self, batch=None, sizes=()):
        """A `tf.TensorSpec` for each input, of `batch` rows and these sizes of free axes."""
        return [field.spec(batch, sizes, name) for name, field in self.inputs.items()]

    def traceable(self, batch=None, sizes=()):
        """The `tf.function` of the inputs in their order."""

        def function(*values):
            return self.function(**dict(zip(self.inputs, values, strict=True)))

        return tf.function(function, input_signature=self.specs(batch, sizes), autograph=False)


def of(networks):
    """What a SavedModel of several `Outgoing` can be asked, `{name: Signature}`.

    The first one is asked by the names of `_of_network`. Of several networks each has signatures of its own, NAME in
    place of `serving_default` and NAME_X in place of X; where the first one needs more than seeds, and the others are
    no parts of it, it has no others than these beside `serving_default`.
    """
    found, alternatives = {}, [each for each in networks[1:] if not each.is_part]
    for number, each in enumerate(networks):
        own = _of_network(each)
        plainly = number == 0 and (each.has_seeds or not alternatives)
        if number == 0:
            found |= own if plainly else {"serving_default": own["serving_default"]}
        if not plainly:
            found |= {_named(each.name, name): signature for name, signature in own.items()}
    return found


def _named(network, name):
    ending = name.removeprefix("serving_default").removeprefix("_")
    return f"{network}_{ending}" if ending else network


def _of_network(outgoing):
    """What one network can be asked, `{name: Signature}`.

    Each row of a batch depends on its own inputs alone, N rows in all; that of an input which cannot be, such as a
    class that there is not, has no values (NaN, and black in a PNG file).

        serving_default(the inputs) -> {the outputs}
        from_seeds(seeds int64 [N]) -> {the outputs}, of a network all of whose inputs seeds have values of
        from_seeds_and_labels(seeds, labels) -> {the outputs}, of one with classes; -1 is the seed's own class
        from_seeds_truncated(seeds, truncation float32 [N], labels) -> {the outputs}; latents are multiplied by it
        png(seeds, labels) -> {files string [N]}, the output as files, where its `Field` calls them finished: PNG, say
        FILES(FILES string [N], more files) -> {files string [N]}, of a network whose inputs can be read of files

    Where it has controls, such as a strength, these signatures leave them at their defaults, and with each X there is
    `X_controlled`, which takes all of them, float32 [N]; where chance is among them, also `X_seeded`, which takes seeds
    in its place.
    """
    function = _without_missing(outgoing)
    found = {"serving_default": Signature(outgoing, function, outgoing.needed, outgoing.outputs)}
    if outgoing.draws:
        found |= _of_seeds(outgoing)
    elif outgoing.output.finished and all(field.reads_files for field in outgoing.needed.values()):
        found |= {next(iter(outgoing.needed.values())).files: _of_files(outgoing)}
    return found | _controlled(outgoing, found) | _seeded(outgoing, found)


def files_of(outgoing, any_size=True):
    """What files with one signature compute, `{beginning of their names: Signature}`.

    One, and of a network with controls one more, which takes them.

    Args:
        outgoing: an `Outgoing`.
        any_size: whether the files take any size.
    """
    if outgoing.is_part and outgoing.free_axes:
        return {}  # it serves to put a large picture together, which needs a file of any size with all networks
    function = outgoing.of_any_size if any_size else outgoing.of_exact_size
    signature = {"": Signature(outgoing, function, outgoing.needed, outgoing.outputs)}
    found = {**signature, **_controlled(outgoing, signature)}
    return {outgoing.name + name.replace("_", "-"): each for name, each in found.items()}


def _controlled(outgoing, found):
    """The signatures that take all controls of a network, too; none if it has none."""
    if not outgoing.controls:
        return {}
    return {
        f"{name}_{CONTROLLED}": replace(signature, inputs={**signature.inputs, **outgoing.controls})
        for name, signature in found.items()
    }


def _seeded(outgoing, found):
    """The signatures that take seeds in place of chance, and all other controls; none if no chance is taken."""
    chance = [name for name, field in outgoing.controls.items() if field.kind == "chance"]
    if not chance:
        return {}
    (name,) = chance
    others = {each: field for each, field in outgoing.controls.items() if each != name}

    def of_seeds(function):
        return lambda seeds, **given: function(**given, **{name: outgoing.controls[name].probes(seeds)})

    return {
        f"{each}_seeded": replace(
            signature, function=of_seeds(signature.function), inputs={**signature.inputs, **others, "seeds": _Seeds()}
        )
        for each, signature in found.items()
    }


def _without_missing(outgoing):
    """The function `of_any_size`, without values in rows whose inputs cannot be."""

    def function(**given):
        valid = {name: outgoing.inputs[name].valid(values) for name, values in given.items()}
        valid = {name: each for name, each in valid.items() if each is not None}
        # An input that cannot be must be seen in its own row, and not fail those of others in the same batch.
        given = {name: tf.where(valid[name], values, 0) if name in valid else values for name, values in given.items()}
        made = outgoing.of_any_size(**given)
        for each in valid.values():
            made = {name: _where(each, values, outgoing.output.missing) for name, values in made.items()}
        return made

    return function


def _where(rows, values, other):
    """`values` in the rows, bool `[N]`, that are true."""
    return tf.where(tf.reshape(rows, [-1] + [1] * (len(values.shape) - 1)), values, tf.cast(other, values.dtype))


def _of_seeds(outgoing):
    """The signatures of a network all of whose inputs seeds have values of."""
    serve = _without_missing(outgoing)
    chosen = {name: field for name, field in outgoing.inputs.items() if field.is_chosen}
    seeds, truncation = {"seeds": _Seeds()}, outgoing.controls.get(TRUNCATION.name)
    if truncation is None and "latents" in outgoing.inputs:
        truncation = TRUNCATION

    def draw(seeds, **given):
        own = {name: field.of_seeds(seeds) for name, field in outgoing.needed.items()}
        if TRUNCATION.name in given and TRUNCATION.name not in outgoing.inputs:
            own["latents"] = truncated(own["latents"], given.pop(TRUNCATION.name))
        beside = {name: outgoing.inputs[name].beside_seeds(values, seeds) for name, values in given.items()}
        return serve(**{**own, **beside})

    def finish(**given):
        (values,) = draw(**given).values()
        return outgoing.output.finish(values)

    found = {"from_seeds": Signature(outgoing, draw, seeds, outgoing.outputs)}
    if chosen:
        found[f"from_seeds_and_{'_and_'.join(chosen)}"] = Signature(
            outgoing, draw, {**seeds, **chosen}, outgoing.outputs
        )
    if truncation is not None:
        inputs = {**seeds, truncation.name: truncation, **chosen}
        found["from_seeds_truncated"] = Signature(outgoing, draw, inputs, outgoing.outputs)
    if outgoing.output.finished:
        found[outgoing.output.finished] = Signature(outgoing, finish, {**seeds, **chosen}, _finished(outgoing.output))
    return found


def _of_files(outgoing):
    """The signature of files, each of a size of its own."""
    names = {field.files: name for name, field in outgoing.needed.items()}

    def one(given):
        values = {
            names.get(name, name): outgoing.inputs[names[name]].decoded(value) if name in names else value
            for name, value in given.items()
        }
        (made,) = outgoing.of_any_size(**{name: value[None] for name, value in values.items()}).values()
        return {name: files[0] for name, files in outgoing.output.finish(made).items()}

    def function(**given):
        strings = dict.fromkeys(outputs, tf.string)
        # One after the other: several large ones at once would not fit in memory.
        return tf.map_fn(one, given, fn_output_signature=strings, parallel_iterations=1)

    first, *others = outgoing.needed.values()
    inputs = {first.files: _Files(first, first.files_text)}
    inputs |= {field.files: _Files(field, field.files_text) for field in others}
    outputs = _finished(outgoing.output)
    return Signature(outgoing, function, inputs, outputs)


def _finished(field):
    return {field.files: _Files(field, f"a {field.finished.upper()} file each")}
