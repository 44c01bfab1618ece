"""`FeatureNetwork`: an extractor that is ready to look, with what it is made of and what it saw."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

BATCH_SIZE = 64

Resize = Literal["legacy", "clean"]


@dataclass(frozen=True)
class ExtractorOptions:
    """What extractors are made with; each reads its own part alone.

    Attributes:
        inception_weights: the `.pth` file of the Inception network; default: the cache, then the internet.
        squeezenet_weights: the `.h5` file of SqueezeNet; default: the cache.
        resize: how Inception's 299 px are reached, `legacy` or `clean`; see `features.inception`.
        training: function that returns what can be learned from: the values of the training split, their labels, and
            `(values, labels)` of the test split, or None where there is none.
        field: the `Field` of what is looked at; None: whatever the extractor is for.
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
        look: function of stored values `[B, …]` that returns features `[B, D]`, and logits `[B, classes]` or None.
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
