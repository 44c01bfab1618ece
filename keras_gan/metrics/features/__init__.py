"""What scores see samples with: networks that turn stored values into features, one self-describing module each.

An extractor is a module that assigns `EXTRACTOR = Extractor(…)` (see `keras_gan.registry`), and has

    load(options)    -> `FeatureNetwork`; `options` is an `ExtractorOptions`

Besides, `--features` takes the file of a Keras model (see `keras_file`). This file imports nothing heavy.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from keras_gan.errors import UserError
from keras_gan.registry import EXTRACTORS, plugin_folders

__path__ += plugin_folders("metrics/features")

BATCH_SIZE = 64
BY_CLASSES = "classifier"

Resize = Literal["legacy", "clean"]


@dataclass(frozen=True)
class ExtractorOptions:
    """What extractors are made with; each reads its own part alone.

    Attributes:
        inception_weights: the `.pth` file of the Inception network; default: the cache, then the internet.
        squeezenet_weights: the `.h5` file of SqueezeNet; default: the cache.
        resize: how Inception's 299 px are reached: `legacy` as TensorFlow 1 did (bilinear, without smoothing, corners
            off by half a pixel), which published FIDs are measured with; `clean` as clean-fid does (Pillow's bicubic
            with antialiasing, arXiv 2104.11222).
        training: function that returns the arguments of `classifier.load`.
        field: the `Field` of what is looked at; None: images.
    """

    inception_weights: str | None = None
    squeezenet_weights: str | None = None
    resize: Resize = "legacy"
    training: Callable | None = None
    field: object = None


@dataclass(frozen=True)
class Extracted:
    """What an extractor saw in N samples: `features` float32 `[N, D]`, and `logits` `[N, classes]` or None."""

    features: np.ndarray
    logits: np.ndarray | None = None


@dataclass(frozen=True)
class FeatureNetwork:
    """An extractor that is ready to look.

    Attributes:
        name: what is printed beside every score.
        weights: the first digits of the sha256 of its weights.
        resize: what is done to the size of samples, in words.
        look: function of stored values `[B, …]`, of images uint8 `[B, height, width, 1 or 3]`, that returns features
            `[B, D]`, and logits `[B, classes]` or None.
        facts: what else there is to know, JSON-able.
        is_classifier: whether its logits are of the classes of the data set itself.
    """

    name: str
    weights: str
    resize: str
    look: Callable = field(repr=False)
    facts: dict = field(default_factory=dict)
    is_classifier: bool = False

    def __call__(self, values, progress=None):
        """`Extracted` of stored values `[N, …]`; they are looked at in batches of 64."""
        starts = range(0, len(values), BATCH_SIZE)
        parts = [self.look(values[i : i + BATCH_SIZE]) for i in (progress(starts) if progress else starts)]
        features = np.concatenate([np.asarray(features, np.float32) for features, _ in parts])
        logits = None if parts[0][1] is None else np.concatenate([np.asarray(logits) for _, logits in parts])
        return Extracted(features, logits)

    @property
    def protocol(self):
        """The part of a score's protocol that is the extractor's."""
        return {"features": self.name, "weights": self.weights, "resize": self.resize}


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
    from keras_gan.metrics.features import keras_file

    return keras_file.load(name, options)


def resolve(name, field, class_count=0):
    """The extractor that `auto` stands for; any other name is returned as it is.

    It is the classifier for images that have classes, otherwise what the `Field` names as its `default_features`.

    Raises:
        UserError: if the field names none.
    """
    if name != "auto":
        return name
    if class_count > 1 and field.kind in EXTRACTORS.describe(BY_CLASSES).of:
        return BY_CLASSES
    if not field.default_features:
        raise UserError(f"nothing looks at values of the kind {field.kind} by default: name it with --features.")
    return field.default_features


def _check_kind(name, kind):
    """Raises `UserError` for an extractor that cannot look at values of this kind, as far as its name says."""
    if name not in EXTRACTORS.names() or kind in EXTRACTORS.describe(name).of:
        return
    fitting = [other for other in EXTRACTORS.names() if kind in EXTRACTORS.describe(other).of]
    raise UserError(
        f"--features {name} looks at values of the kind {' or '.join(EXTRACTORS.describe(name).of)}, and these are of "
        f"the kind {kind}: choose from {', '.join([*fitting, 'the file of a Keras model'])}."
    )
