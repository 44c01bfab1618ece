"""What `fit` is given, looked at before it is learned from: one sentence says what a model wants instead."""

import math
import warnings

import keras
import numpy as np
import tensorflow as tf

from keras_gan.errors import UserError

KERAS_BATCH = 32  # rows that Keras takes of arrays where nothing is said


def as_batch(data):
    """A batch dict from what a dataset yields: a dict, examples alone, or a tuple `(examples, labels)`."""
    if isinstance(data, dict):
        return data
    if isinstance(data, (tuple, list)):
        if len(data) == 1:
            return as_batch(data[0])
        parts = zip(("real", "label"), data, strict=False)
        return {name: part for name, part in parts if part is not None}
    return {"real": data}


class Inputs:
    """Looks at the data of one training.

    Whatever it is, its names, shapes and types are looked at before the first step, where they are known; the range of
    values where they are at hand, or else on the way, batch by batch and beside the training.

    Attributes:
        error: the `UserError` that was raised on the way, where others wrap it in their own; or None.

    Args:
        fields: `{name: Field}` of what a batch may hold.
        required: names that it must have.
        least: examples of the smallest batch.
    """

    def __init__(self, fields, required, least=1):
        self._fields, self._required, self._least = fields, required, least
        self._first, self.error = True, None

    def checked(self, x, y=None, batch_size=None):
        """What is to be given to Keras in place of `x`, which it takes with `y` in any of its forms.

        Raises:
            UserError: if it is known not to do.
        """
        if isinstance(x, tf.data.Dataset):
            self._check_form(x.element_spec)
            return x.map(tf.autograph.experimental.do_not_convert(self._in_graph)).prefetch(2)
        if isinstance(x, keras.utils.PyDataset):
            self.look(x[0])
        elif hasattr(x, "__next__"):
            # Keras knows no other thing that is asked for the next one, and takes nothing but tuples of it.
            return ((self.look(each),) if isinstance(each, dict) else self.look(each) for each in x)
        elif x is not None and not isinstance(x, tf.distribute.DistributedDataset):
            rows = self.look(x if y is None else (x, y), whole=True)
            size = batch_size or KERAS_BATCH
            self._check_count(rows % size or size)
        return x

    def look(self, data, whole=False, warn=True):
        """Raises `UserError` for a batch that will not do, else returns it.

        Args:
            whole: whether it is no batch but all there is; then how many rows it has is returned.
            warn: whether to warn if it is the first one, and of no value below 0 where there should be some.
        """
        self._first = self._first and warn
        self._check_form(data)
        batch = self._known(data)
        rows = self._check_values(list(batch), *batch.values(), counted=not whole)
        return rows if whole else data

    # --- Inside -------------------------------------------------------------------------------------------------------

    def _in_graph(self, *element):
        """A batch of a `tf.data.Dataset` as it is, once it has been looked at."""
        data = element[0] if len(element) == 1 else element
        batch = self._known(data)
        looked = tf.numpy_function(lambda *values: bool(self._check_values(list(batch), *values)), batch.values(), bool)
        with tf.control_dependencies([looked]):
            return tf.nest.map_structure(tf.identity, data)

    def _known(self, data):
        return {name: value for name, value in as_batch(data).items() if name in self._fields}

    def _fail(self, problem):
        self.error = UserError(problem)
        raise self.error

    def _check_form(self, data):
        """Names, types and shapes, as far as arrays, tensors or their specs say them."""
        if isinstance(data, (tuple, list)) and (len(data) > 2 or any(isinstance(part, dict) for part in data)):
            self._fail("batches must be a dict, examples alone, or (examples, labels): weights are not taken.")
        batch = as_batch(data)
        missing = sorted(self._required - batch.keys())
        if missing:
            self._fail(
                f"batches have no {missing[0]!r}, but {', '.join(sorted(batch))}: give {self._wanted(missing[0])}."
            )
        for name, value in self._known(data).items():
            self._check_array(name, value)

    def _check_array(self, name, value):
        field = self._fields[name]
        if not (hasattr(value, "dtype") and hasattr(value, "shape")):
            value = np.asarray(value)
        dtype, shape = tf.as_dtype(value.dtype), tf.TensorShape(value.shape)
        numbers = dtype.is_integer or dtype.is_floating
        if not numbers or field.limits(dtype.is_integer) is None:
            self._fail(f"{name!r} must be {self._wanted(name)}, not of the type {dtype.name}.")
        wanted = _shape_of(field, dtype.is_integer)
        as_networks_see_it = wanted is not None and shape.is_compatible_with([None, *field.model_shape])
        if not as_networks_see_it and not shape.is_compatible_with([None, *wanted] if wanted is not None else None):
            hint = ": give batches of them" if shape.is_compatible_with(wanted) else ""
            self._fail(f"{name!r} must be {self._wanted(name)}, not of the shape {list(shape)}{hint}.")

    def _check_values(self, names, *values, counted=True):
        """How many rows there are, once all values are in range and there are enough of them."""
        counts = {name: len(value) for name, value in zip(names, values, strict=True)}
        if len(set(counts.values())) > 1:
            self._fail(f"a batch has a row of each for every example, not {counts}.")
        rows = next(iter(counts.values()), 0)
        if counted:
            self._check_count(rows)
        for name, value in zip(names, map(np.asarray, values), strict=True):
            self._check_range(name, value)
        self._first = False
        return rows

    def _check_count(self, rows):
        if rows < self._least:
            self._fail(
                f"a step needs at least {self._least} example(s) of this model, and a batch has {rows}: batch more of "
                "them, and leave out what remains with drop_remainder=True."
            )

    def _check_range(self, name, values):
        integers = np.issubdtype(values.dtype, np.integer)
        least, greatest = self._fields[name].limits(integers)
        low, high = values.min(), values.max()
        if not (least <= low and high <= greatest and math.isfinite(low) and math.isfinite(high)):
            finite = math.isfinite(low) and math.isfinite(high)
            what = f"{values.dtype} " + (f"from {low:g} to {high:g}" if finite else "with NaN or infinity")
            self._fail(f"{name!r} must be {self._wanted(name)}, not {what}.")
        if self._first and not integers and math.isfinite(least) and least < 0 <= low:
            warnings.warn(
                f"the first batch of {name!r} has no value below 0, and floats are taken to be in "
                f"[{least:g}, {greatest:g}]: if they are in [0, {greatest:g}], scale them.",
                stacklevel=2,
            )

    def _wanted(self, name):
        shape = ("*" if size is None else str(size) for size in _shape_of(self._fields[name]) or ())
        return f"[{', '.join(['B', *shape])}] {self._fields[name].wanted}"


def _shape_of(field, stored=False):
    """The shape of one value as networks take it, or as it is stored; None of a field of any shape."""
    try:
        return field.shape if stored else field.model_shape
    except NotImplementedError:
        return None
