"""Data sources, one module per kind, behind one name such as `mnist` or `folder:photos`.

A source is a module that assigns `SOURCE = Source(…)` (see `keras_gan.registry`), and has

    load(rest, options, split, task)     -> Dataset; `rest` is what stands behind the colon of the name
    has_test(rest, options)              -> whether there is a split called test
    check_available(rest, options)       raises `UserError` for what certainly cannot be loaded; imports nothing heavy
    has_classes(rest, options)           -> whether there are labels, and if not, why; only where that is known at once
    inspect(rest, options)               prints what its files hold; only where there are files to look at
    plan(rest, options, split, task)     -> how it is decoded piece by piece, see `plans`; only where that takes long
    recognises(path)                     whether a folder is laid out as it wants them; only where that tells it apart
"""

from keras_gan import registry
from keras_gan.data.names import check_name, check_task, folders, kinds, short_name, split_name
from keras_gan.errors import UserError, check_labels, unknown

__all__ = ["augmentations", "check_available", "check_name", "check_task", "folders", "kinds"]
__all__ += ["difference", "has_test", "inspect_files", "load", "load_splits", "short_name", "split_name"]
__path__ += registry.plugin_folders("data")

COUNTS = ("images", "examples", "sources", "classes")  # what `Dataset.facts` may say of how much there is


def augmentations(text, modality="image"):
    """`light,flip` to `("flip", "light")`, in the order of the modality's `Field.augmentations`.

    Raises:
        UserError: for a name that is unknown or given twice.
    """
    names = [name.strip() for name in text.split(",")] if text.strip() else []
    if not names:
        return ()
    from keras_gan import modalities

    known = modalities.field_class(modality).augmentations
    for name in names:
        if name not in known:
            raise unknown("data augmentation", name, known)
        if names.count(name) > 1:
            raise UserError(f"--data-augment {text} names {name!r} twice.")
    return tuple(name for name in known if name in names)


def check_available(options):
    """Raises `UserError` for data that certainly cannot be loaded, or that the variant of a run cannot learn from.

    Reads no examples, and imports nothing heavy.
    """
    source, rest = _source(options)
    _check(options, source, rest)
    variant = getattr(options, "variant", None)
    if variant and "label" in registry.variant(variant).takes and hasattr(source, "has_classes"):
        has_classes, why = source.has_classes(rest, options)
        check_labels(registry.resolve(variant), has_classes, why)


def load(options, split="train", task="sample"):
    """Reads the data set that `options` (a `DataOptions`) names.

    Args:
        options: a `DataOptions`.
        split: `train` or `test`.
        task: what the examples are for: `sample`, `restore`, `paired` or `unpaired`. Most sources are for one task or
            do not mind.

    Returns:
        A `Dataset`.

    Raises:
        UserError: if the data is missing, unreadable or empty, or has no such split.
    """
    source, rest = _source(options)
    _check(options, source, rest)
    if split == "test" and not source.has_test(rest, options):
        raise UserError(f"--dataset {options.dataset} has no test split: its examples are all for training.")
    return _cached(source, rest, options, split, task) or source.load(rest, options, split, task)


def _cached(source, rest, options, split, task):
    """What is kept decoded of it; None where nothing is."""
    if not (hasattr(source, "plan") and getattr(options, "cache", False)):
        return None
    from keras_gan.data.packed import cached

    return cached.load(source.plan(rest, options, split, task), options, split, task)


def decoding_plans(options, task="sample"):
    """How each split of a data set is decoded piece by piece, `{split: plan}`, see `keras_gan.data.plans`."""
    source, rest = _source(options)
    _check(options, source, rest)
    splits = ["train", *(["test"] if source.has_test(rest, options) else [])]
    if hasattr(source, "plan"):
        return {split: source.plan(rest, options, split, task) for split in splits}
    from keras_gan.data.plans import LoadedPlan

    return {split: LoadedPlan(source.load(rest, options, split, task)) for split in splits}


def load_splits(options, task="sample", facts=None):
    """Reads a data set and divides it: examples to train on, others to choose by, and others again to report on.

    What draws from noise is shown no examples: it trains on the whole training split, and has no other part.

    Args:
        options: a `DataOptions`.
        task: as for `load`.
        facts: the `Dataset.facts` of a run that is looked at or goes on, so that it finds what it had; None: a new run.

    Returns:
        `Splits`.

    Raises:
        UserError: as `load`, and if no example would be left to train on.
    """
    from keras_gan.data import holding_out

    train = load(options, "train", task)
    if task == "sample":
        return holding_out.Splits(train, None, None)
    test = load(options, "test", task) if has_test(options) else None
    return holding_out.divide(train, test, validates=facts is None or "validation" in facts)


def difference(then, now):
    """In what examples are not those of before, in words; empty if they are the same.

    Args:
        then, now: `Dataset.facts`, both with their `content`.
    """
    changed = [name for name, content in now["content"].items() if then["content"].get(name) != content]
    if not changed:
        return ""
    sizes = [name for name in (*COUNTS, "image_shape", "source_shape", "shape") if name != "classes"]
    told = [
        f"{name}: {then[name]} -> {now.get(name)}" for name in sizes if name in then and then[name] != now.get(name)
    ]
    nouns = {"real": "images" if "images" in now else "examples", "label": "labels", "source": "sources"}
    what = " and ".join(nouns.get(name, name) for name in changed)
    return ", ".join(told) or f"as many {what}, but not the same ones in the same order"


def inspect_files(options):
    """Prints what the files of a data set hold; returns whether its source can look at files at all."""
    source, rest = _source(options)
    if not hasattr(source, "inspect"):
        return False
    source.inspect(rest, options)
    return True


def has_test(options):
    """Whether the data set has a split called test."""
    source, rest = _source(options)
    return source.has_test(rest, options)


def _check(options, source, rest):
    """Raises `UserError` for data that certainly cannot be loaded."""
    check_name(options.dataset)
    source.check_available(rest, options)
    described = registry.SOURCES.describe(split_name(options.dataset)[0])
    if getattr(options, "labels", None) is not None and not described.takes_labels:
        raise UserError(f"--labels is for folders of images: {options.dataset} has classes of its own, or none.")


def _source(options):
    """The module of a kind of data, and what stands behind the colon."""
    kind, rest = split_name(options.dataset)
    return registry.SOURCES.module(kind), rest
