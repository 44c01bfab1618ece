"""What the SavedModel of some networks can be asked: one signature for each set of inputs, as none can be optional."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import tensorflow as tf

from keras_gan.exporters.outgoing import Outgoing
from keras_gan.latent_space import truncated
from keras_gan.layers import noise_maps
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


@dataclass(frozen=True)
class _Texts(Field):
    """Values as text, strings that are inputs of a signature.

    Attributes:
        of: the field of these values.
        stands_for: the name of the input that they are made to.
    """

    of: Field
    stands_for: str

    plural: ClassVar[str] = "text"
    edge_dtype: ClassVar[str] = "string"

    @property
    def shape(self):
        return ()

    def blanks(self, count, sizes=()):
        return np.full(count, b"", object)

    def probes(self, seeds):
        return np.array([text.encode() for text in self.of.texts(np.asarray(self.of.probes(seeds)))], object)

    def edge_words(self, batch="N", sizes=(), scale=1, notes=True):
        return f"string [{batch}], a line each"


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
        """Whether what comes of it is whole files, and nothing else."""
        return not self.outputs.keys() & self.network.outputs.keys()

    def with_parts(self, only_compared=False):
        """The same with the `Field.parts` of what it gives, or those alone that files are held to."""
        field = self.network.output
        wanted = {name: each for name, each in field.parts.items() if each.is_compared or not only_compared}
        if not wanted or self.gives_files:
            return self

        def function(**given):
            made = self.function(**given)
            parts = field.parts_of(made[field.plural])
            return {**made, **{name: parts[name] for name in wanted}}

        return replace(self, function=function, outputs={**self.outputs, **wanted})

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
            and where the `Field` of the output has completions, these beside it
        png(seeds, labels) -> {files string [N]}, the output as files, where its `Field` calls them finished: PNG, say
        noise(the inputs, noise maps) -> {the outputs}, of a network that can be given noise in place of its own
        from_TEXT(text string [N], seeds, the other controls) -> {the outputs}, of one with an input `by_text`
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
    elif not outgoing.is_part:
        found |= _of_files_and_seeds(outgoing)
    if outgoing.noise_maps:
        found["noise"] = _with_noise(outgoing)
    beside = _controlled(outgoing, found) | _seeded(outgoing, found)
    found |= beside | (_of_texts(outgoing) if outgoing.draws else {})
    return {name: signature.with_parts() for name, signature in found.items()}


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
    usual = Signature(outgoing, function, outgoing.needed, outgoing.outputs)
    signature = {"": usual.with_parts(only_compared=True)}
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


def _with_noise(outgoing):
    """The signature that takes noise maps, too."""

    def function(**given):
        maps = {name: given.pop(name) for name in outgoing.noise_maps}
        with noise_maps.given(maps):
            return outgoing.of_any_size(**given)

    return Signature(outgoing, function, {**outgoing.needed, **outgoing.noise_maps}, outgoing.outputs)


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
        return _with_finished(outgoing, drawn(seeds, **given), seeds)

    def drawn(seeds, **given):
        own = {name: field.of_seeds(seeds) for name, field in outgoing.needed.items()}
        if TRUNCATION.name in given and TRUNCATION.name not in outgoing.inputs:
            own["latents"] = truncated(own["latents"], given.pop(TRUNCATION.name))
        beside = {name: outgoing.inputs[name].beside_seeds(values, seeds) for name, values in given.items()}
        return serve(**{**own, **beside})

    def finish(**given):
        (values,) = drawn(**given).values()
        return outgoing.output.finish(values)

    outputs = _outputs(outgoing)
    found = {"from_seeds": Signature(outgoing, draw, seeds, outputs)}
    if chosen:
        found[f"from_seeds_and_{'_and_'.join(chosen)}"] = Signature(outgoing, draw, {**seeds, **chosen}, outputs)
    if truncation is not None:
        inputs = {**seeds, truncation.name: truncation, **chosen}
        found["from_seeds_truncated"] = Signature(outgoing, draw, inputs, outputs)
    if outgoing.output.finished:
        found[outgoing.output.finished] = Signature(outgoing, finish, {**seeds, **chosen}, _finished(outgoing.output))
    return found


def _with_finished(outgoing, made, seeds):
    """Outputs, and what their `Field` completes them by, or their finished form, where that is given beside them."""
    field = outgoing.output.with_seeds(seeds)
    if field.completions:
        return {**made, **field.completed(made[field.plural])}
    return made | (field.finish(*made.values()) if field.finished_beside else {})


def _outputs(outgoing):
    field = outgoing.output
    has_files = field.finished_beside or (field.completions and field.files)
    return {**outgoing.outputs, **field.completions, **(_finished(field) if has_files else {})}


def _of_texts(outgoing):
    """The signatures of a network of seeds that take a text in place of an input."""
    serve, found = _without_missing(outgoing), {}
    for name, field in outgoing.inputs.items():
        if not field.by_text:
            continue

        def draw(text, seeds, name=name, field=field, **given):
            own = {each: other.of_seeds(seeds) for each, other in outgoing.needed.items() if each != name}
            return _with_finished(outgoing, serve(**{**own, name: field.from_text(text), **given}), seeds)

        controls = {each: other for each, other in outgoing.controls.items() if each != name}
        inputs = {"text": _Texts(field, name), "seeds": _Seeds(), **controls}
        found[field.by_text] = Signature(outgoing, draw, inputs, _outputs(outgoing))
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


def _of_files_and_seeds(outgoing):
    """The signature of a network with inputs that can be read of files and others of seeds; none of any other."""
    of_files = {name: field for name, field in outgoing.needed.items() if field.reads_files}
    of_seeds = {name: field for name, field in outgoing.needed.items() if field.has_seeds}
    if not of_files or not of_seeds or len(of_files) + len(of_seeds) < len(outgoing.needed):
        return {}

    def function(seeds, **others):
        given = {name: field.of_seeds(seeds) for name, field in of_seeds.items()}
        given |= {name: values for name, values in others.items() if name in outgoing.controls}
        for name, field in of_files.items():
            read = tf.map_fn(field.decoded_to_shape, others[field.files], fn_output_signature=tf.float32)
            given[name] = tf.ensure_shape(read, [None, *field.shape])
        return _with_finished(outgoing, outgoing.of_exact_size(**given), seeds)

    inputs = {field.files: _Files(field, field.files_text) for field in of_files.values()} | {"seeds": _Seeds()}
    name = "_and_".join(field.files for field in of_files.values())
    return {name: Signature(outgoing, function, inputs, _outputs(outgoing))}


def _finished(field):
    each = f"a {(field.finished or field.suffix[1:]).upper()} file each"
    return {field.files: _Files(field, "a line each" if field.finished_beside else each)}
