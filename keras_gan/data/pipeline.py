"""From a data set in memory to an endless `tf.data` of batches whose order is a pure function of the seed."""

import hashlib

import numpy as np
import tensorflow as tf

from keras_gan.randomness import random_rows
from keras_gan.randomness.noise import BatchNoise

BLOCK = 64
# Versions of the order in which examples come. A run keeps the one that it was begun with, which its checkpoints name:
# 1, up to format 2 of checkpoints: noise-to-anything models had an order that kept something of a small set's own.
# 2: all orders are as good as random.
ORDER = 2
# Nothing here depends on a tensor by `if` or `for`, and AutoGraph would take seconds to find that out.
_as_it_is = tf.autograph.experimental.do_not_convert


def batches(data, batch_size, seed, start_step=0, augment=(), context=None, prepare=None, first_example=0, order=ORDER):
    """Endless batches of `data`, shuffled anew in every epoch, starting at any step at no cost.

    The example at position p of the stream is a pure function of (seed, epoch = p // N, p % N): a keyed
    permutation of each epoch's positions. Batches run across the border of epochs, so that none is partial.
    Columns of another group than `real` are in an order of their own, made in the same way from their own number.
    How the values of a batch are augmented and prepared is a pure function of (seed, position of its first example).

    Args:
        data: `Dataset`.
        batch_size: examples per batch, over all replicas and discriminator steps.
        seed: integer; the same seed gives the same order for ever.
        start_step: how many batches to leave out.
        augment: names of `Field.augmentations`, applied anew each time; columns of one group are changed alike.
        context: the `tf.distribute.InputContext` of one of several workers, which reads its own replicas' rows alone,
            a batch for each replica in turn, as `distribute_datasets_from_function` wants it.
        prepare: function `(batch, noise) -> batch` in TensorFlow that is applied last; `noise` is a `BatchNoise`.
        first_example: position of the first example of the batch of step 0.
        order: its version, 1 or 2, see `ORDER`.

    Returns:
        `tf.data.Dataset` of batches `{name of a column: [batch, …] as networks take it}`, and what `prepare` adds.
    """
    context = context or tf.distribute.InputContext()  # one worker with one replica
    own = context.num_replicas_in_sync // context.num_input_pipelines
    share = batch_size // context.num_replicas_in_sync
    first = context.input_pipeline_id * own

    def positions_of(draw):
        """Where in the stream the rows of this worker's `draw`-th batch are."""
        row = first_example + (draw // own) * batch_size + (first + draw % own) * share
        return row + tf.range(share, dtype=tf.int64)

    def batch_at(positions):
        batch = _gather(data, _indices(data, positions, seed, order, prepare is not None))
        offset = (positions[0] - first_example) % batch_size
        whole = positions[0] - offset
        if augment:
            batch = _augment(data, batch, augment, seed, whole, batch_size, offset)
        noise = BatchNoise(f"{seed}/preparation/{{}}", whole, batch_size, offset, share)
        return prepare(batch, noise) if prepare else batch

    # Without end, also in name: otherwise several workers ask one another at each step whether there is more.
    positions = tf.data.Dataset.range(start_step * own, tf.int64.max).repeat().map(_as_it_is(positions_of))
    return positions.map(_as_it_is(batch_at)).prefetch(2).with_options(_options())


def _options():
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
    # Two threads of its own keep up with any model and leave the cores to the training step.
    options.threading.private_threadpool_size = 2
    return options


def examples(data, count, prepare=None, seed=0):
    """The same few examples at all times, in random order, for the set may lie class by class.

    Args:
        data: `Dataset`. Of groups of columns that are unrelated each is in an order of its own.
        count: how many; at most as many as there are.
        prepare: as for `batches`; its noise is another than in training, and the same for example i however many
            examples there are.
        seed: decides the noise.

    Returns:
        A batch, as `batches` makes them, of NumPy arrays.
    """
    count = min(count, len(data))
    indices = {group: random_rows(len(data.columns[group[0]]), count) for group in data.groups}
    blocks, scope = [], f"{seed}/examples/preparation/{{}}"
    with tf.device("CPU:0"):  # other devices may round otherwise
        for start in range(0, count, BLOCK):  # a few at a time, for what `prepare` does may need much memory
            rows = slice(start, start + BLOCK)
            batch = _gather(data, {group: chosen[rows] for group, chosen in indices.items()})
            if prepare:
                number = len(range(count)[rows])
                noise = BatchNoise(scope, tf.constant(start, tf.int64), BLOCK, 0, number)
                batch = prepare(batch, noise)
            blocks.append({name: values.numpy() for name, values in batch.items()})
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _indices(data, positions, seed, order, prepared):
    """The rows of each group of columns at these positions of the stream, `{group: indices}`."""
    if order == 1 and len(data.columns.keys() - {"label"}) == 1 and not prepared:
        return {group: _shuffled(positions, len(data), (0, seed), rounds=4) for group in data.groups}
    return {
        group: _shuffled(
            positions, len(data.columns[group[0]]), _key(seed, "images" if "real" in group else f"{group[0]}s")
        )
        for group in data.groups
    }


def _key(seed, purpose):
    """Two words of 31 bits."""
    digest = hashlib.sha256(f"{seed}/order of {purpose}".encode()).digest()
    return tuple(int.from_bytes(digest[start : start + 4]) >> 1 for start in (0, 4))


def _shuffled(positions, count, key, rounds=8):
    """The indices, of `count`, at these positions of the stream; with 8 rounds as good as random."""
    epochs = positions // count
    zeros = tf.zeros_like(epochs)
    # The raw operation, because `tf.random.experimental.index_shuffle` pads a vector of keys to a wrong shape.
    return tf.raw_ops.RandomIndexShuffle(
        index=positions % count,
        seed=tf.stack([zeros + key[0], zeros + key[1], epochs], axis=1),
        max_index=tf.constant(count - 1, tf.int64),
        rounds=rounds,
    )


def _gather(data, indices):
    """The batch of these rows, `{group: indices}`, as networks take it."""
    batch = {}
    for group, rows in indices.items():
        for name in group:
            batch[name] = data.fields[name].to_model(_rows(data.columns[name], rows))
    return batch


def _rows(column, indices):
    dtype = tf.as_dtype(column.dtype)
    if len(column.shape) == 1:  # one number each: small enough for a constant, which is faster
        return tf.gather(tf.constant(column), indices)
    rows = tf.numpy_function(lambda i: column[i], [indices], dtype)
    rows.set_shape((indices.shape[0], *column.shape[1:]))
    return rows


def _augment(data, batch, names, seed, position, batch_size, offset):
    """Changes all values that can be augmented at random, those of one group alike."""
    changed = {}
    for name, values in batch.items():
        if data.fields[name].augmentations:
            whose = "" if "real" in data.group_of(name) else f"/{name}"
            noise = BatchNoise(f"{seed}/data augmentation{whose}", position, batch_size, offset, values.shape[0])
            changed[name] = data.fields[name].augment(values, noise, names)
    return {**batch, **changed}
