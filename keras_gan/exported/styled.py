"""An exported style-based generator: its mapping and synthesis networks by themselves."""

import numpy as np

from keras_gan.errors import UserError
from keras_gan.exported.from_seeds import BATCH_SIZE
from keras_gan.randomness import seed_range

_SEEDS_AT_ONCE = 1024


class Styled:
    """The styles of an `ExportedGenerator`.

    Attributes:
        layers, length: of what its synthesis network takes, `[N, layers, length]`.
        average: the mean style, float32 `[length]`.

    Args:
        generator: an `ExportedGenerator` of a SavedModel.

    Raises:
        UserError: if it has no styles.
    """

    def __init__(self, generator):
        self._generator, self.runtime = generator, generator.runtime
        if not is_styled(generator):
            raise UserError(
                f"{generator.path} has no styles: that is for the SavedModel of a style-based variant, such as "
                "stylegan2."
            )
        self.layers, self.length = self.runtime.inputs("synthesis")["w"]
        self.average = np.asarray(generator.facts.get("w_avg", np.zeros(self.length)), np.float32)

    def of(self, latents, labels=None):
        """The styles of latents, `[N, length]`."""
        given = {"latents": latents} if labels is None else {"latents": latents, "labels": labels}
        return self.runtime.run("mapping", **given)["w"]

    def of_seeds(self, first, count, label=None):
        """The styles of so many seeds from `first` on, of their own classes or of `label`, `[N, length]`."""
        parts = []
        for start in range(0, count, _SEEDS_AT_ONCE):
            seeds = seed_range(first + start, min(_SEEDS_AT_ONCE, count - start))
            parts.append(self.of(self._generator.latents(seeds), self._generator.labels(seeds, label)))
        return np.concatenate(parts)

    def of_layers(self, styles):
        """Styles with one for each layer, `[N, layers, length]`, of such or of one for all."""
        return styles if styles.ndim == 3 else np.repeat(styles[:, None], self.layers, axis=1)

    def truncated(self, styles, truncation, cutoff=None):
        """Styles nearer to the mean, in the layers below the cutoff alone."""
        styles = self.of_layers(styles)
        nearer = self.average + np.float32(truncation) * (styles - self.average)
        early = np.arange(self.layers) < (self.layers if cutoff is None else cutoff)
        return np.where(early[:, None], nearer, styles)

    def draw(self, styles):
        """Samples of styles, at the outer edge."""
        styles = self.of_layers(np.asarray(styles, np.float32))
        parts = [
            next(iter(self.runtime.run("synthesis", w=styles[start : start + BATCH_SIZE]).values()))
            for start in range(0, len(styles), BATCH_SIZE)
        ]
        return np.concatenate(parts)


def is_styled(generator):
    """Whether an `ExportedGenerator` has styles."""
    return {"mapping", "synthesis"} <= set(generator.runtime.signatures)
