"""Labels: the class of an example."""

from dataclasses import dataclass
from typing import ClassVar

from keras_gan.modalities.base import Field


@dataclass(frozen=True)
class Label(Field):
    """A class, int32 in [0, count); a seed has the class `seed mod count`.

    Attributes:
        count: number of classes.
        names: one for each, or none.
    """

    count: int
    names: tuple[str, ...] = ()

    kind: ClassVar[str] = "label"
    plural: ClassVar[str] = "labels"
    edge_dtype: ClassVar[str] = "int32"
    is_chosen: ClassVar[bool] = True

    def __post_init__(self):
        if len(self.names) not in (0, self.count):
            raise ValueError(f"{self.count} classes have {len(self.names)} names")

    @property
    def class_names(self):
        """One name for each class, its number where it has no other."""
        return self.names or tuple(map(str, range(self.count)))

    @property
    def shape(self):
        return ()

    @property
    def dtype(self):
        return "int32"

    def limits(self, integers):
        return (0, self.count - 1) if integers else None

    @property
    def wanted(self):
        return f"whole numbers from 0 to {self.count - 1}, the classes"

    def to_model(self, stored):
        import tensorflow as tf

        return tf.cast(stored, tf.int32)

    def to_edge(self, stored):
        return stored

    def to_stored(self, values, exact=False):
        return values

    def of_seeds(self, seeds):
        import tensorflow as tf

        from keras_gan.randomness import portable_labels

        return portable_labels(tf.convert_to_tensor(seeds), self.count)

    def beside_seeds(self, values, seeds):
        """-1 is the seed's own class."""
        import tensorflow as tf

        return tf.where(values == -1, self.of_seeds(seeds), values)

    def probes(self, seeds):
        """Other classes than the seeds' own."""
        return (self.of_seeds(seeds) + 1) % self.count

    def valid(self, values):
        return (values >= 0) & (values < self.count)

    @property
    def range_text(self):
        return f" in [0, {self.count})"

    @property
    def given_facts(self):
        return {"num_classes": self.count}


def class_count(fields):
    """Number of classes that the examples of `{name: Field}` have, 0 without labels."""
    return fields["label"].count if "label" in fields else 0


FIELD = Label
