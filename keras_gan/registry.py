"""Things by name: variants, sources of data, scores, extractors. Each is one file that says in itself what it is.

A room is a folder of `keras_gan`. A module there that assigns its descriptor, such as `VARIANT = Variant(…)`, is found
by being there: nothing is registered by hand. Descriptors are read from the source, without importing it, and their
keys are checked, so that listing costs no TensorFlow import; a module is imported when it is chosen. So the assignment
begins a line, has no annotation, and its values are literals; a module without one is nothing.

Rooms go on outside of the package: each folder that the environment variable KERAS_GAN_PLUGINS names (several are
joined as in PATH) may hold folders `variants/`, `data/`, `metrics/`, `metrics/features/`, `modalities/` and `health/`,
whose modules are then modules of `keras_gan.variants` and so on, as if they lay there.
"""

import ast
import contextlib
import functools
import importlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from keras_gan.errors import UserError, unknown

PACKAGE = Path(__file__).parent
TRANSLATIONS = ("paired", "unpaired")  # tasks that need data of their own kind


# --- What a thing says of itself ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A GAN; its name is that of its module, which also holds `Config`, `TINY` and `build(config, fields)`.

    Attributes:
        gives: the modality of what it makes, a module of `keras_gan.modalities`.
        task: what it learns: `sample`, to draw from noise; `paired`, to turn a source into what belongs to it;
            `unpaired`, to turn sources of one kind into examples of another; `restore`, to undo a corruption that its
            `prepare(batch, noise, config)` applies in the input pipeline.
        takes: what its generator is given: `noise`, `label`, or a modality.
        data: the data set it is trained on where none is named.
        sizes: edges of the squares that it can make; None: any size, or something that is no square.
        channels: how many channels what it makes may have, if it has any.
        defaults: options of a run that it has defaults of its own for, `{field of RunConfig: value}`.
    """

    gives: str
    task: str = "sample"
    takes: tuple = ("noise",)
    data: str = "avatars"
    sizes: tuple | None = None
    channels: tuple = (1, 2, 3, 4)
    defaults: dict = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Preset:
    """Options that were chosen together, one of the `PRESETS` of a variant's module, `{name: Preset}`.

    Attributes:
        about: what it is for, what it reached, and the command that measured that.
        run: `{field of RunConfig: value}`.
        model: `{field of the variant's Config: value}`.
    """

    about: str
    run: dict = field(default_factory=dict)
    model: dict = field(default_factory=dict)


NO_PRESET = "none"  # the defaults of the variant's `Config` and `Variant`, as they were before there were presets
USUAL_PRESET = "laptop"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A kind of data set; its name is that of its module, which also holds `load` and the like (see `keras_gan.data`).

    Attributes:
        argument: what stands behind the colon in a data set's name, such as `COUNT`; empty if there is none. Of
            three of them more is known: `PATH` is a folder, or several joined by `+`, where `~` is the home; `FILE` is
            a file, likewise; `NAME` is that of a set of tensorflow-datasets.
        gives: modalities of the examples it has; empty: any.
        tasks: tasks of variants that it serves, see `Variant`.
        short_names: arguments that name a data set by themselves, `mnist` for `tfds:mnist`.
        takes_labels: whether `--labels` can say what its classes are.
        is_optional: whether the argument may be left out, colon and all.
        suffixes: of the files that it reads, where its argument is a `FILE`.
    """

    gives: tuple
    argument: str = ""
    tasks: tuple = ("sample", "restore")
    short_names: tuple = ()
    takes_labels: bool = False
    is_optional: bool = False
    suffixes: tuple = ()


@dataclass(frozen=True)
class Score:
    """A score; its module also holds `measure(subject)` (see `keras_gan.metrics`).

    Attributes:
        name: what `--metrics` calls it.
        about: what it measures, and what is better, in one line.
        lower_is_better: None where neither is.
        decides: the name of the value, of those that it yields, by which it can choose a run's best checkpoint; None if
            it must not.
        needs: any of `features`, `real`, `unseen`, `classes`, `targets`, `labels`, `latents`, `perceptual`; it is
            refused where there is none.
        of: modalities it can look at; empty: any.
        least: how many samples, and how many real examples if it compares with any, it needs.
        least_edge: how long the shorter edge of what it looks at must be, for those that have edges.
        usual: of what `evaluate` measures it where nothing is named: any of `samples`, of noise or of unknown origin;
            `outputs`, made of examples; `targets`, outputs that are known as they should be.
    """

    name: str
    about: str = ""
    lower_is_better: bool | None = None
    decides: str | None = None
    needs: tuple = ()
    of: tuple = ()
    least: int = 1
    least_edge: int = 1
    usual: tuple = ()


@dataclass(frozen=True)
class Extractor:
    """What scores look at samples with; its module also holds `load(options)` (see `keras_gan.metrics.features`).

    Attributes:
        name: what `--features` calls it.
        about: one line.
        of: modalities it can look at.
        for_classes: whether it is what `auto` stands for where the data have classes.
    """

    name: str
    about: str = ""
    of: tuple = ()
    for_classes: bool = False


# --- Rooms ----------------------------------------------------------------------------------------------------------


def plugin_folders(room):
    """The folders outside the package that belong to a room, such as `variants` or `metrics/features`."""
    roots = os.environ.get("KERAS_GAN_PLUGINS", "").split(os.pathsep)
    return [str(Path(root).expanduser().resolve() / room) for root in roots if root]


class Room:
    """The things of one kind.

    Args:
        folder: below the package, such as `metrics/features`.
        descriptor: the dataclass of what they say of themselves; the constant has its name in capitals.
        kind: what a person calls one of them.
    """

    def __init__(self, folder, descriptor, kind):
        self.folder, self.descriptor, self.kind = folder, descriptor, kind

    def names(self):
        """All names, sorted."""
        return sorted(self._things())

    def describe(self, name):
        """The descriptor of a thing; `UserError` if there is none of this name."""
        return self.find(name)[0]

    def module(self, name):
        """Imports and returns the module of a thing."""
        stem = self.find(name)[1].stem
        return importlib.import_module(f"keras_gan.{self.folder.replace('/', '.')}.{stem}")

    def summary(self, name):
        """The first line of the docstring of a thing's module."""
        return (ast.get_docstring(_parsed(self.find(name)[1])) or "").partition("\n")[0]

    def find(self, name):
        """`(descriptor, path)` of a thing; `UserError` if there is none of this name."""
        things = self._things()
        if name not in things:
            raise unknown(self.kind, name, sorted(things))
        return things[name]

    def _things(self):
        return _things(self.folder, self.descriptor, os.environ.get("KERAS_GAN_PLUGINS", ""))


@functools.cache
def _things(folder, descriptor, _plugins):
    """`{name: (descriptor, path)}` of a room."""
    found = {}
    for root in (PACKAGE / folder, *map(Path, plugin_folders(folder))):
        for path in sorted([*root.glob("*.py"), *root.glob("*/__init__.py")]):
            described = _descriptor_in(path, descriptor)
            if described:
                thing = path.parent if path.name == "__init__.py" else path
                found[getattr(described, "name", thing.stem)] = described, thing
    return found


def _descriptor_in(path, descriptor):
    """The descriptor that a module assigns, read without importing it; None if it assigns none."""
    return _read_constant(path, descriptor.__name__.upper(), lambda call: _called(call, descriptor))


def _read_constant(path, name, read):
    """What `read` makes of the expression that a module assigns to a name; None if it assigns none."""
    _, found, rest = path.read_text(encoding="utf-8").partition(f"\n{name} = ")
    if not found:
        return None
    try:
        return read(_first_expression(rest))
    except (SyntaxError, TypeError, ValueError, AttributeError) as error:  # an unknown key, or what is no literal
        raise UserError(f"{path}: {name} cannot be read: {error}") from None


def _called(call, cls):
    """The dataclass that a call of it with literals, not run, would make."""
    if call.func.id != cls.__name__:
        raise ValueError(f"it is no {cls.__name__}")
    arguments = [_literal(value) for value in call.args]
    return cls(*arguments, **{word.arg: _literal(word.value) for word in call.keywords})


def _literal(node):
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise ValueError(f"{ast.unparse(node)!r} is no literal, and this is read without running the file") from None


def _first_expression(text):
    """The expression that a text begins with: parsing the whole of each file would be felt at every start."""
    lines = text.splitlines()
    for end in range(1, len(lines) + 1):
        with contextlib.suppress(SyntaxError):
            return ast.parse("\n".join(lines[:end]), mode="eval").body
    raise SyntaxError(f"no expression in {lines[0]!r}")


@functools.cache
def _parsed(path):
    path = path / "__init__.py" if path.is_dir() else path
    return ast.parse(path.read_text(encoding="utf-8"))


VARIANTS = Room("variants", Variant, "variant")
SOURCES = Room("data", Source, "dataset")
SCORES = Room("metrics", Score, "metric")
EXTRACTORS = Room("metrics/features", Extractor, "extractor")


# --- Variants -------------------------------------------------------------------------------------------------------


def list_variants(only=None):
    """Names of all variants, sorted; of those of one `task`, with `only`."""
    return [name for name in VARIANTS.names() if only in (None, VARIANTS.describe(name).task)]


def resolve(name):
    """The canonical name: `wgan-gp` and `WGAN_GP` are both `wgan_gp`. Raises `UserError` if unknown."""
    canonical = name.strip().lower().replace("-", "_")
    if canonical not in VARIANTS.names():
        raise unknown("variant", name, VARIANTS.names())
    return canonical


def variant(name):
    """What a variant says of itself, a `Variant`, read without importing it."""
    return VARIANTS.describe(resolve(name))


def presets(name):
    """The presets of a variant, `{name: Preset}`, read without importing it; of one that has none, empty."""
    _, path = VARIANTS.find(resolve(name))
    return _presets_in(path / "__init__.py" if path.is_dir() else path)


def preset(variant_name, name):
    """A preset of a variant by its name; `UserError` if it has none such. `NO_PRESET` is an empty one."""
    own = presets(variant_name)
    if name == NO_PRESET:
        return Preset(about="the defaults of the variant's options themselves")
    if name not in own:
        raise unknown(f"preset of {resolve(variant_name)}", name, [*own, NO_PRESET])
    return own[name]


@functools.cache
def _presets_in(path):
    def read(table):
        names = [_literal(key) for key in table.keys]
        return dict(zip(names, (_called(value, Preset) for value in table.values), strict=True))

    return _read_constant(path, "PRESETS", read) or {}


def module(name):
    """Imports and returns the variant's module (`Config`, `TINY`, `build`). This imports TensorFlow."""
    return VARIANTS.module(resolve(name))


def preparation(name, config):
    """What the input pipeline does to the variant's batches, a function `(batch, noise) -> batch`; or None."""
    prepare = getattr(module(name), "prepare", None)
    return functools.partial(prepare, config=config) if prepare else None
