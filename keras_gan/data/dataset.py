"""`Dataset`: what every source gives and the input pipeline takes."""

import functools
from dataclasses import dataclass, field, replace

import numpy as np

from keras_gan import modalities
from keras_gan.errors import UserError, shown
from keras_gan.modalities.base import Field
from keras_gan.modalities.image import Image
from keras_gan.modalities.image.scanning import passed_over_text
from keras_gan.modalities.label import Label
from keras_gan.storage import arrays
from keras_gan.storage.schema import optional, positive

SHAPE = [positive, positive, positive]  # height, width, channels

# `Dataset.facts` as a run has them, of any age
FACTS = {
    "name": str,
    "images": optional(positive),
    "image_shape": optional(SHAPE),
    "examples": optional(positive),
    "classes": [str],
    "source": str,
    "treatment": str,
    "sources": optional(positive),
    "source_shape": optional([positive]),
    "aligned": optional(bool),
    "fields": optional({str: dict}),
    "passed_over": optional({str: positive}),
    "unreadable": optional([str]),
    "fields_sha256": optional(str),
    "validation": optional(positive),
    "content": optional({str: str}),
}


@dataclass(frozen=True)
class Dataset:
    """A whole data set as it is stored.

    The names of fields and columns are those in a batch: `real` is what is to be made, `label` its class, `source`
    what it is to be made from.

    Attributes:
        name: what the user called it, such as `mnist` or `folder:photos`.
        fields: what each column holds, `{name: Field}`.
        columns: `{name: column}`; a column has a length and gives the rows `column[indices]` for an array of indices,
            as NumPy arrays do, in memory or mapped from a file, and readers of records can; these have `dtype` and
            `shape`, too, and `keep_rows(indices)` where examples are held out.
        groups: names of columns that belong together row by row, and so are shuffled together; columns of different
            groups are unrelated and may be of different length.
        provenance: where the data comes from and under which licence, one sentence for the model card.
        treatment: what was done to it on the way in, one sentence for the model card.
        validation: how many examples of the training split were held out to choose by, see `data.load_splits`.
        passed_over: what lay there, too, and was not read, `{kind: count}`.
        unreadable: what could not be read, and why, a line each, where that is known.
    """

    name: str
    fields: dict[str, Field]
    columns: dict
    groups: tuple[tuple[str, ...], ...]
    provenance: str
    treatment: str
    validation: int = 0
    passed_over: dict[str, int] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()

    def __len__(self):
        return len(self.columns["real"])

    @property
    def class_names(self):
        """One name per class, empty without labels."""
        return self.fields["label"].names if "label" in self.fields else ()

    @property
    def class_counts(self):
        """How many examples there are of each class, `{name: count}`; None without labels."""
        if "label" not in self.columns:
            return None
        field = self.fields["label"]
        counts = np.bincount(self.columns["label"], minlength=field.count)
        return dict(zip(field.class_names, counts.tolist(), strict=True))

    @property
    def aligned(self):
        """Whether each source belongs to one example; without sources there is nothing that does not."""
        return "source" not in self.fields or self.group_of("source") == self.group_of("real")

    def group_of(self, name):
        """The names of the columns that belong to a column row by row, its own among them."""
        return next(group for group in self.groups if name in group)

    def fitted(self):
        """The same with fields that have learned of their columns what they have to."""
        fields = {name: field.fitted(self.columns[name]) for name, field in self.fields.items()}
        return replace(self, fields=fields)

    @functools.cached_property
    def _content(self):
        """What the examples are, whatever they are called and wherever they lie: `{column: sha256 of its rows}`."""
        return {name: arrays.content(column) for name, column in self.columns.items()}

    @property
    def not_read(self):
        """What was passed over, for people; empty if nothing was."""
        return passed_over_text(self.passed_over)

    @property
    def facts(self):
        """What a run or an exported model says of its data, JSON-able.

        `sources`, how many there are, `source_shape` and `aligned` are left out where examples stand alone, and
        `validation` where nothing was held out to choose by.
        """
        facts = {
            "name": shown(self.name),
            **self.fields["real"].facts(len(self)),
            "classes": list(self.class_names),
            "source": self.provenance,
            "treatment": self.treatment,
            "fields": {name: modalities.describe(field) for name, field in self.fields.items()},
            "content": self._content,
        }
        if self.validation:
            facts["validation"] = self.validation
        if self.passed_over:
            facts["passed_over"] = dict(sorted(self.passed_over.items()))
        if self.unreadable:
            facts["unreadable"] = arrays.few(self.unreadable)
        if "source" in self.fields:
            facts |= {
                "sources": len(self.columns["source"]),
                "source_shape": list(self.fields["source"].shape),
                "aligned": self.aligned,
            }
        return facts


def example_count(facts):
    """How many examples the data had that these `Dataset.facts` are of; None if they do not say."""
    return facts.get("images", facts.get("examples"))


def not_read(facts):
    """What lay beside the data that these `Dataset.facts` are of, for people; empty if nothing did."""
    return passed_over_text(facts.get("passed_over", {}))


def fields_before_described(facts, path):
    """The fields of `Dataset.facts` of a run from before fields were described, when all data were images.

    Args:
        facts: what is known.
        path: of their file, for messages.

    Raises:
        UserError: if they do not say enough.
    """
    try:
        fields = {"real": Image(*facts["image_shape"])}
        if facts["classes"]:
            fields["label"] = Label(len(facts["classes"]), tuple(facts["classes"]))
        if "source_shape" in facts:
            fields["source"] = Image(*facts["source_shape"])
    except (KeyError, TypeError):
        raise UserError(f"{path} does not say of which shape the images were.") from None
    return fields
