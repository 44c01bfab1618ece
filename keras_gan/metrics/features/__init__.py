"""What scores see samples with: networks that turn stored values into features, one self-describing module each.

An extractor is a module that assigns `EXTRACTOR = Extractor(…)` (see `keras_gan.registry`), and has

    load(options)    -> `FeatureNetwork`; `options` is an `ExtractorOptions`

Besides, `--features` takes the file of a Keras model (see `keras_file`). This file imports nothing heavy.
"""

from pathlib import Path

from keras_gan.errors import UserError
from keras_gan.metrics.features.network import Extracted, ExtractorOptions, FeatureNetwork, Resize
from keras_gan.registry import EXTRACTORS, plugin_folders

__all__ = ["Extracted", "ExtractorOptions", "FeatureNetwork", "Resize", "load", "resolve"]

__path__ += plugin_folders("metrics/features")


def load(name, options=None):
    """The `FeatureNetwork` of an extractor's name, or that of a Keras model file by path.

    Raises:
        UserError: if there is no such extractor, it cannot look at such values, or its weights are missing, damaged or
            of something else.
    """
    options = options or ExtractorOptions()
    if options.field is not None:
        _check_kind(name, options.field.kind)
    if name in EXTRACTORS.names():
        return EXTRACTORS.module(name).load(options)
    if not Path(name).is_file():
        choices = ", ".join(EXTRACTORS.names())
        raise UserError(f"--features {name}: choose from {choices}, or give the file of a Keras model.")
    from keras_gan.metrics.features import keras_file  # it imports Keras

    return keras_file.load(name, options)


def resolve(name, field, class_count=0):
    """The extractor that `auto` stands for; any other name is returned as it is.

    Of values that have classes it is the extractor for those, if there is one that looks at values of their kind;
    otherwise what the `Field` names as its `default_features`.

    Raises:
        UserError: if the field names none.
    """
    if name != "auto":
        return name
    by_classes = [each for each in _looking_at(field.kind) if EXTRACTORS.describe(each).for_classes]
    if class_count > 1 and by_classes:
        return by_classes[0]
    if not field.default_features:
        raise UserError(f"nothing looks at values of the kind {field.kind} by default: name it with --features.")
    return field.default_features


def _looking_at(kind):
    """Names of the extractors that can look at values of this kind."""
    return [name for name in EXTRACTORS.names() if kind in (EXTRACTORS.describe(name).of or (kind,))]


def _check_kind(name, kind):
    """Raises `UserError` for an extractor that cannot look at values of this kind, as far as its name says."""
    fitting = _looking_at(kind)
    if name in EXTRACTORS.names() and name not in fitting:
        raise UserError(
            f"--features {name} looks at values of the kind {' or '.join(EXTRACTORS.describe(name).of)}, and these are "
            f"of the kind {kind}: choose from {', '.join([*fitting, 'the file of a Keras model'])}."
        )
