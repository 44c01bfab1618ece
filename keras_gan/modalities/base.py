"""`Field`: one named value of an example, and all that the rest of the program must not decide by itself."""

import io
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np


@dataclass(frozen=True)
class Preview:
    """What shows a few values to a person.

    Attributes:
        suffix: of its file, such as `.png`.
        write: function that writes it into an open binary file.
        log: function `(name) -> None` that makes a TensorBoard entry of it, by the writer that is the default.
        text: what a terminal shows of it; empty if it can show nothing.
        further: other files that show the same, `{suffix: function that writes it}`.
        beside: other `Preview`s of the same values, whose files have the same name; `log` makes their entries, too.
    """

    suffix: str
    write: Callable
    log: Callable
    text: str = ""
    further: dict = field(default_factory=dict)

    def writer_of(self, suffix):
        """The function that writes it as a file of its own suffix or of one of `further`; None of any other."""
        return self.write if suffix == self.suffix else self.further.get(suffix)

    beside: tuple = ()


@dataclass(frozen=True)
class Field:
    """A kind of value: as it is stored, as networks see it, at the outer edge, and as a file.

    Stored values are what a data set holds, such as bytes. Networks take and give what training likes, such as
    [-1, 1]. The outer edge is what people and other programs get, such as [0, 1]; there `plural` is its name, in
    signatures and files. A subclass says how to come from one to the other; a range, a suffix or a rank is decided
    there and nowhere else. As it stands the class is for numbers that are the same everywhere.
    """

    kind: ClassVar[str] = ""  # the name of its module
    plural: ClassVar[str] = "values"
    array_names: ClassVar[tuple] = ()  # attributes that `fitted` has learned, NumPy arrays
    suffix: ClassVar[str] = ".npy"  # of one value as a file
    further_suffixes: ClassVar[tuple] = ()  # of other files that are written beside that one
    moves: ClassVar[bool] = False  # whether it has frames, so that it can go on, or round and round
    default_features: ClassVar[str] = ""  # the extractor that looks at values of this kind
    augmentations: ClassVar[tuple] = ()  # names that `augment` knows
    undone_by: ClassVar[tuple] = ()  # those of them that doing them once more undoes
    noun: ClassVar[str] = "sample"  # what a person calls one of them
    finished: ClassVar[str] = ""  # the signature of finished values, such as `png`; empty if there is none
    numbers: ClassVar[str] = "values"  # what a person calls the numbers that one consists of
    files: ClassVar[str] = ""  # what values as files are called in signatures
    files_text: ClassVar[str] = ""  # what files a signature takes of them, in words
    walk_suffixes: ClassVar[tuple] = ()  # of the way between two values as one moving file, the usual one first
    edge_dtype: ClassVar[str] = "float32"  # of values at the outer edge
    missing: ClassVar[float] = math.nan  # at the outer edge, in place of what cannot be made
    blank: ClassVar[float] = 0.0  # at the outer edge, in place of what is not known
    is_played: ClassVar[bool] = False  # whether a person takes one in after the other, and wants them as one file, too
    is_chosen: ClassVar[bool] = False  # whether a person who gives a seed may choose this value beside it
    is_control: ClassVar[bool] = False  # whether it has a default, so that nobody has to give it
    is_inner: ClassVar[bool] = False  # whether it goes from one network to another, and is nothing by itself
    range_text: ClassVar[str] = ""  # between what values at the outer edge are, after their shape: ` in [0, 1]`
    note_text: ClassVar[str] = ""  # what else they are: `, standard normal`
    free_names: ClassVar[tuple] = ("L",)  # of axes of any size, in the order of the shape
    is_compared: ClassVar[bool] = True  # whether exported files are held to it; not what jumps where nothing moves
    remark: ClassVar[str] = ""  # what the model card says of a network that is given this
    has_distances: ClassVar[bool] = True  # whether the difference of two stored values says how unlike they are
    most_shown: ClassVar[int] = 4096  # values that one preview may hold
    finished_beside: ClassVar[bool] = False  # whether signatures give the finished form beside the values
    by_text: ClassVar[str] = ""  # the signature that takes a text in place of such a value, see `from_text`

    # --- What it is ------------------------------------------------------------------------------------------------

    @property
    def shape(self):
        """The shape of one stored value, without the batch."""
        raise NotImplementedError

    @property
    def dtype(self):
        """The type of stored values."""
        return "float32"

    @property
    def model_shape(self):
        """The shape of one value as networks take it; that of what is stored, unless a kind says otherwise."""
        return self.shape

    @property
    def edge_shape(self):
        """The shape of one value at the outer edge, likewise."""
        return self.shape

    @property
    def words(self):
        """What one value is, in a few words, such as `32x32x3`."""
        return "x".join("*" if size is None else str(size) for size in self.shape)

    @property
    def size_words(self):
        """How large one value is, in a few words."""
        return self.words

    @property
    def resized_to(self):
        """The size that sources bring values to, in the way that `--fit` names; None if they do not."""
        return

    @property
    def protocol(self):
        """What the protocol of every score says of values of this kind."""
        return {"shape": list(self.shape)}

    @property
    def about(self):
        """What networks are given of it, in words."""
        return f"{self.plural} of {self.words}"

    def facts(self, count):
        """What a run says of so many values of this kind, JSON-able."""
        return {"examples": count, "shape": list(self.shape)}

    def fitted(self, column):
        """This field with what it learns of a column of stored values; most have nothing to learn."""
        return self

    def check_variant(self, name):
        """Raises `UserError` unless the variant of this name can make values of this shape."""

    # --- As batches hold it ---------------------------------------------------------------------------------------

    def limits(self, integers):
        """`(least, greatest)` of the finite values that `to_model` takes, of whole numbers or of floats; None of none.

        Args:
            integers: whether they are whole numbers.
        """
        return -math.inf, math.inf

    @property
    def wanted(self):
        """What `to_model` takes, in words that come after a shape."""
        return "finite numbers"

    # --- From one form to the other ----------------------------------------------------------------------------------

    def to_model(self, stored):
        """Stored values `[B, …]`, a tensor, as networks take them; values that are so already stay as they are."""
        return stored

    def from_model(self, outputs):
        """What networks give, `[B, …]`, at the outer edge: `{name: tensor}`, in operations that LiteRT has."""
        return {self.plural: outputs}

    @property
    def parts(self):
        """What else signatures give of such values, for programs that do not know their form: `{name: Field}`."""
        return {}

    def parts_of(self, values):
        """The `parts` of values at the outer edge, `{name: tensor}`; those that are compared in what LiteRT has."""
        return {}

    def to_edge(self, stored):
        """Stored values at the outer edge, both NumPy arrays."""
        return np.asarray(stored, np.float32)

    def to_stored(self, values, exact=False):
        """Values at the outer edge as they would be stored, both NumPy arrays.

        Args:
            exact: in the range of stored values, but not rounded to their type.
        """
        return np.asarray(values, np.float32)

    def for_extractor(self, input_shape):
        """How stored values get to a network that looks at them.

        Args:
            input_shape: what the network takes, batch included, such as `(None, 64, 64, 3)`.

        Returns:
            `(function from stored values to what the network takes, what that does to their size, in words)`.

        Raises:
            ValueError: if it cannot look at such values, in the words that follow its name.
        """
        return self.to_edge, "none"

    def finish(self, values):
        """The rest of the way, `{name: string tensor [B]}`: files of values at the outer edge."""
        raise NotImplementedError

    def with_seeds(self, seeds):
        """This field for values of int64 `[N]` seeds, where that decides how they are shown; most kinds are as before.

        Args:
            seeds: an array or a tensor, one for each value, or one for all.
        """
        return self

    @property
    def completions(self):
        """What networks that draw of seeds give beside values of this kind, `{name: Field}`; most kinds nothing."""
        return {}

    def completed(self, values):
        """These completions of values at the outer edge, `{name: tensor}`, and `files`, if there are any."""
        raise NotImplementedError

    # --- As seen by people -------------------------------------------------------------------------------------------

    def preview(self, values, columns=None):
        """A `Preview` of values at the outer edge, a NumPy array; `columns` is for what can be laid out in rows."""
        raise NotImplementedError

    def enlarged(self, values, zoom=None, columns=1):
        """Values at the outer edge so large that a person sees them; most kinds are as large as they are.

        Args:
            zoom: how many times larger, a whole number; None: as is sensible for so many columns beside one another.
        """
        return values

    def sheet(self, values, columns=None, titles=(), zoom=None):
        """A `Preview` for people: enlarged as by `enlarged`, and with titles, as far as this kind can.

        Args:
            values, columns: as of `preview`.
            titles: texts, one for each column or one for each value.
        """
        return self.preview(values, columns)

    def write(self, file, value):
        """Writes one value at the outer edge into an open binary file."""
        np.save(file, value, allow_pickle=False)

    def write_further(self, file, value, suffix):
        """Writes one value at the outer edge as the file of one of `further_suffixes`."""
        raise NotImplementedError

    # --- While training ----------------------------------------------------------------------------------------------

    def augment(self, values, noise, names):
        """Values as networks take them, `[B, …]`, changed at random to others that might be data, too.

        Args:
            noise: the batch's `BatchNoise`; its `uniforms` are to be asked for once.
            names: some of `augmentations`.
        """
        raise NotImplementedError

    def undone(self, stored, name):
        """Stored values, a NumPy array `[N, …]`, as they were before the augmentation `name` of `undone_by`."""
        raise NotImplementedError

    def discriminator_augmentation(self, name):
        """The function that changes all that the discriminator sees; None if this kind has none of this name."""
        return

    def companions(self):
        """Files that lie beside exported networks which give such values, `{name: content}`."""
        return {}

    # --- As inputs and outputs of exported networks ------------------------------------------------------------------

    def of_shape(self, shape):
        """This field in the shape that a network takes or gives, without the batch; None where any size will do."""
        return self

    @property
    def free_axes(self):
        """The axes of one value that may have any size."""
        return tuple(axis for axis, size in enumerate(self.shape) if size is None)

    def sized(self, sizes=()):
        """The shape of one value, its free axes being of these sizes as far as there are some."""
        sizes = iter(sizes)
        return [next(sizes, None) if size is None else size for size in self.edge_shape]

    def spec(self, batch=None, sizes=(), name=None):
        """The `tf.TensorSpec` of values at the outer edge, named `plural` where nothing else is said."""
        import tensorflow as tf

        return tf.TensorSpec([batch, *self.sized(sizes)], self.edge_dtype, name=name or self.plural)

    def of_seeds(self, seeds):
        """The value of each int64 `[N]` seed, a tensor `[N, …]`; None if seeds have none and examples must be given."""
        return

    @property
    def has_seeds(self):
        """Whether seeds have values of this kind."""
        return self.of_seeds(np.zeros(1, np.int64)) is not None

    def beside_seeds(self, values, seeds):
        """Values that were given beside seeds, for those that mean the seed's own in place of this."""
        return values

    def probes(self, seeds):
        """Values `[N, …]` that an exported network is tried with, such that one which ignores them is found out."""
        return self.of_seeds(seeds)

    def rows(self, value, count):
        """The same value at the outer edge so many times, a NumPy array `[count, …]`."""
        return np.repeat(np.asarray(value, self.edge_dtype)[None], count, axis=0)

    def blanks(self, count, sizes=()):
        """Any `[count, …]` values that are valid, a NumPy array."""
        return np.zeros([count, *self.sized(sizes)], self.edge_dtype)

    def from_edge(self, values):
        """Values at the outer edge, a tensor `[B, …]`, as networks take them, in operations that LiteRT has."""
        return values

    def valid(self, values):
        """Which of the values at the outer edge there are, a bool tensor `[B]`; None if all are."""
        return

    def hole(self, values):
        """Where other inputs of a network are not known by what this one says, a bool array; None: they all are."""
        return

    def continued(self, values, multiple, smallest):
        """A tensor `[B, …]` whose free axes go on with their last entry to multiples, and at least to `smallest`."""
        import tensorflow as tf

        for axis in (axis + 1 for axis in self.free_axes):
            size = tf.shape(values)[axis]
            # Positive numbers alone: of negative ones tf2onnx 1.17 makes another quotient.
            whole = tf.maximum((size + multiple - 1) // multiple * multiple, smallest)
            values = tf.gather(values, tf.minimum(tf.range(whole), size - 1), axis=axis)
        return values

    @property
    def is_whole(self):
        """Whether values at the outer edge are whole numbers, which are the same or others, and never near."""
        return np.issubdtype(np.dtype(self.edge_dtype), np.integer)

    def span(self, values):
        """How far apart values at the outer edge can be, which differences are measured by: their range is usual."""
        return float(np.ptp(values)) or 1.0

    # --- As files ----------------------------------------------------------------------------------------------------

    @property
    def reads_files(self):
        """Whether an exported network can be given files of such values, see `decoded`."""
        return False

    def decoded(self, file):
        """The value in a file, a string tensor `[]`, at the outer edge, without a batch."""
        raise NotImplementedError

    def decoded_to_shape(self, file):
        """The same, brought to `shape`."""
        raise NotImplementedError

    def read(self, content):
        """The value at the outer edge that a file of `finish` or `write` holds, given as bytes; a NumPy array."""
        return np.load(io.BytesIO(content), allow_pickle=False)

    def content(self, value):
        """The bytes of the file of one value."""
        file = io.BytesIO()
        self.write(file, value)
        return file.getvalue()

    def write_walk(self, file, values, suffix):
        """Writes values on the way from one to another, at least two, into an open binary file that moves.

        Args:
            file: open and binary.
            values: `[N, …]` at the outer edge.
            suffix: of the file, one of `walk_suffixes`.
        """
        raise NotImplementedError

    # --- Said by a person --------------------------------------------------------------------------------------------

    @property
    def has_option(self):
        """Whether a person can say a value of it on a command line."""
        return type(self).option is not Field.option

    def option(self, name):
        """`(type, default, help)` of the option of a command line that says it, of a control."""
        raise NotImplementedError

    def said(self, value, name):
        """The value at the outer edge, without a batch, that an option of this name says; `UserError` if it is none."""
        raise NotImplementedError

    def from_text(self, text):
        """A string tensor `[N]` as values at the outer edge, of a field with `by_text`."""
        raise NotImplementedError

    # --- In words, for manifest and model card -----------------------------------------------------------------------

    @property
    def many_words(self):
        """Values of this kind and shape in words."""
        return self.about

    def edge_words(self, batch="N", sizes=(), scale=1, notes=True):
        """Values at the outer edge in words: type, shape, range and perhaps what else they are.

        Args:
            batch: how many.
            sizes: of the free axes; those that are left have names.
            scale: how many times as large as those of the input the free axes are.
            notes: whether to say what else they are.
        """
        names = iter(self.free_names)
        times = "" if scale == 1 else f"{scale} "
        shape = [f"{times}{next(names)}" if size is None else str(size) for size in self.sized(sizes)]
        note = self.note_text if notes else ""
        return f"{self.edge_dtype} [{', '.join([str(batch), *shape])}]{self.range_text}{note}"

    def free_words(self, multiple):
        """What the model card says of the sizes of free axes."""
        named = " and ".join(self.free_names)
        return (
            f"{named} may be any size: inside, {self.plural} go on with their last entry to multiples of {multiple}, "
            "and what comes of it is cut back."
        )

    @property
    def given_facts(self):
        """What the manifest says of a generator that is given this, beside the field itself."""
        return {}

    @property
    def made_facts(self):
        """What the manifest says of a generator that makes this, beside the field itself."""
        return {}
