"""Curves in one dimension: a modality that lives outside of the package, to prove that it needs no edit there."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from keras_gan.modalities.base import Field, Preview


@dataclass(frozen=True, eq=False)
class Curve(Field):
    """So many values at equal distances, float32 in any unit; networks see them with mean 0 and spread 1.

    Attributes:
        points: how many values.
        mean: float32 `[points]`, of each place, learned of the data.
        spread: float32 `[points]`, likewise.
    """

    points: int
    mean: np.ndarray | None = None
    spread: np.ndarray | None = None

    kind: ClassVar[str] = "curve"
    plural: ClassVar[str] = "curves"
    array_names: ClassVar[tuple] = ("mean", "spread")
    suffix: ClassVar[str] = ".csv"
    default_features: ClassVar[str] = "spectrum"
    augmentations: ClassVar[tuple] = ("reverse",)

    @property
    def shape(self):
        return (self.points,)

    def fitted(self, column):
        values = np.asarray(column[np.arange(len(column))], np.float64)
        spread = np.maximum(values.std(axis=0), 1e-6)
        return replace(self, mean=values.mean(axis=0).astype(np.float32), spread=spread.astype(np.float32))

    def to_model(self, stored):
        import tensorflow as tf  # where it is needed: data is inspected without

        return (tf.cast(stored, tf.float32) - self.mean) / self.spread

    def from_model(self, outputs):
        return {self.plural: outputs * self.spread + self.mean}

    def augment(self, values, noise, names):
        import tensorflow as tf

        backwards = noise.uniforms(("reverse",))["reverse"] < 0.5
        return tf.where(backwards[:, None], values[:, ::-1], values)

    def discriminator_augmentation(self, name):
        return {"diffaugment": lift, "ada": lift_some}.get(name)

    def preview(self, values, columns=None):
        """A drawing of all curves, one below the other."""
        import tensorflow as tf

        lines = "".join(
            f'<polyline fill="none" stroke="black" points="{self._path(value, row)}"/>'
            for row, value in enumerate(values)
        )
        height = 20 * len(values)
        text = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.points} {height}">{lines}</svg>'
        return Preview(
            ".svg",
            write=lambda file: file.write(text.encode()),
            log=lambda name: tf.summary.histogram(name, values),
        )

    def write(self, file, value):
        np.savetxt(file, value, fmt="%.6g")

    def _path(self, value, row):
        return " ".join(f"{x},{20 * row + 10 - 4 * y:.2f}" for x, y in enumerate(value))


def lift(curves, noise, purpose):
    """Curves `[B, points]`, each moved up or down at random, by up to half a spread."""
    import tensorflow as tf

    return curves + noise.uniform(tf.shape(curves)[0], (1,), purpose) - 0.5


def lift_some(curves, probability, noise, purpose):
    """Curves `[B, points]`, each moved by `lift` with a probability."""
    import tensorflow as tf

    chosen = noise.uniform(tf.shape(curves)[0], (1,), f"{purpose}/chosen") < probability
    return tf.where(chosen, lift(curves, noise, purpose), curves)


FIELD = Curve
