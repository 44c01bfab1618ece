"""From a data set in memory to an endless `tf.data` of batches whose order is a pure function of the seed."""

import hashlib

import numpy as np
import tensorflow as tf

from keras_gan.modalities.image import data_augment

BLOCK = 64
# Nothing here depends on a tensor by `if` or `for`, and AutoGraph would take seconds to find that out.
_as_it_is = tf.autograph.experimental.do_not_convert


def batches(data, batch_size, seed, start_step=0, augment=(), context=None, prepare=None):
    """Endless batches of `data`, shuffled anew in every epoch, starting at any step at no cost.

    The example at position p of the stream is a pure function of (seed, epoch = p // N, p % N): a keyed
    permutation of each epoch's positions. Batches run across the border of epochs, so that none is partial.
    Sources that belong to no image are in an order of their own, made in the same way from their own number.
    How the images of a batch are augmented and prepared is a pure function of (seed, position of its first image).

    Args:
        data: `ImageData`.
        batch_size: images per batch, over all replicas and discriminator steps.
        seed: integer; the same seed gives the same order for ever.
        start_step: how many batches to leave out.
        augment: names of `data.AUGMENTATIONS`, applied to the images anew each time they come up. A source is changed
            just as its image is; one that belongs to no image, in a way of its own.
        context: the `tf.distribute.InputContext` of one of several workers: it then reads its own replicas' rows
            alone, and gets a batch for each replica in turn, as `distribute_datasets_from_function` wants it.
        prepare: function `(batch, noise) -> batch` in TensorFlow that is applied last; `noise` is a `BatchNoise`.

    Returns:
        `tf.data.Dataset` of `{"real": float32 [batch, height, width, channels] in [-1, 1]}`, with
        `"label": int32 [batch]` where the data has labels, `"source"`, like `"real"`, where it has sources, and what
        `prepare` adds.
    """
    context = context or tf.distribute.InputContext()  # one worker with one replica
    own = context.num_replicas_in_sync // context.num_input_pipelines
    share = batch_size // context.num_replicas_in_sync
    first = context.input_pipeline_id * own

    def positions_of(draw):
        """Where in the stream the rows of this worker's `draw`-th batch are."""
        return (draw // own) * batch_size + (first + draw % own) * share + tf.range(share, dtype=tf.int64)

    def batch_at(positions):
        batch = _gather(data, *_indices(data, positions, seed, prepare is not None))
        offset = positions[0] % batch_size
        whole = positions[0] - offset
        if augment:
            batch = _augment(batch, data.aligned, augment, seed, whole, batch_size, offset)
        return prepare(batch, BatchNoise(seed, whole, batch_size, offset, share)) if prepare else batch

    # Without end, also in name: otherwise several workers ask one another at each step whether there is more.
    positions = tf.data.Dataset.range(start_step * own, tf.int64.max).repeat().map(_as_it_is(positions_of))
    dataset = positions.map(_as_it_is(batch_at)).prefetch(2)
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
    # Two threads of its own keep up with any model and leave the cores to the training step.
    options.threading.private_threadpool_size = 2
    return dataset.with_options(options)


def examples(data, count, prepare=None, seed=0):
    """The same few images at all times, from everywhere in the set, which may lie class by class.

    Args:
        data: `ImageData`. Sources that belong to no image are spread over their own set.
        count: how many; at most as many as there are images.
        prepare: as for `batches`; its noise is another than in training, and the same for example i however many
            examples there are.
        seed: decides the noise.

    Returns:
        A batch, as `batches` makes them, of NumPy arrays.
    """
    count = min(count, len(data))
    indices, others = _spread(len(data), count), None
    if data.sources is not None:
        others = indices if data.aligned else _spread(len(data.sources), count)
    blocks = []
    with tf.device("CPU:0"):  # other devices may round otherwise
        for start in range(0, count, BLOCK):  # of a few images at a time, for what `prepare` does may need much memory
            rows = slice(start, start + BLOCK)
            batch = _gather(data, indices[rows], None if others is None else others[rows])
            if prepare:
                noise = BatchNoise(f"{seed}/examples", tf.constant(start, tf.int64), BLOCK, 0, len(indices[rows]))
                batch = prepare(batch, noise)
            blocks.append({name: values.numpy() for name, values in batch.items()})
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


class BatchNoise:
    """Random numbers for the rows of a batch: pure functions of seed, place in the stream and purpose.

    Args:
        seed: of the run.
        position: int64 scalar tensor, at least 0: where in the stream the whole batch begins.
        batch_size: rows of the whole batch, over all workers.
        offset: where in it the rows of this worker begin.
        rows: how many they are.
    """

    def __init__(self, seed, position, batch_size, offset, rows):
        self._seed, self._position, self._batch_size = seed, position, batch_size
        self._offset, self._own = offset, rows

    def uniform(self, shape, purpose):
        """Uniform float32 in [0, 1), `[rows, *shape]`; `purpose` is any fixed word."""
        return self._rows(tf.random.stateless_uniform, shape, purpose)

    def normal(self, shape, purpose):
        """Standard normal float32 `[rows, *shape]`."""
        return self._rows(tf.random.stateless_normal, shape, purpose)

    def _rows(self, draw, shape, purpose):
        # 63 bits, for it must not be negative.
        word = int.from_bytes(hashlib.sha256(f"{self._seed}/preparation/{purpose}".encode()).digest()[:8]) >> 1
        key = tf.stack([tf.constant(word, tf.int64), self._position])
        # Drawn for the whole batch and sliced: row i is the same number however many workers share the batch.
        whole = draw((self._batch_size, *shape), seed=key, alg="philox")
        return tf.ensure_shape(whole[self._offset :][: self._own], (self._own, *shape))


def _indices(data, positions, seed, prepared):
    """Of images and of sources, or None where there are none, at these positions of the stream."""
    if data.sources is None and not prepared:
        # Of a small set the first epochs keep something of its order, but runs that exist are to go on with theirs.
        return _shuffled(positions, len(data), (0, seed), rounds=4), None
    images = _shuffled(positions, len(data), _key(seed, "images"))
    if data.sources is None:
        return images, None
    return images, images if data.aligned else _shuffled(positions, len(data.sources), _key(seed, "sources"))


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


def _spread(size, count):
    """`count` indices of `size`, evenly."""
    return np.linspace(0, size - 1, count).astype(int)


def _gather(data, indices, others):
    """The images, labels and sources of a batch."""
    batch = {"real": _pixels(data.images, indices)}
    if others is not None:
        batch["source"] = _pixels(data.sources, others)
    if data.labels is not None:
        batch["label"] = tf.gather(tf.constant(data.labels), indices)
    return batch


def _pixels(images, indices):
    rows = tf.numpy_function(lambda i: images[i], [indices], tf.uint8)
    rows.set_shape((indices.shape[0], *images.shape[1:]))
    return tf.cast(rows, tf.float32) / 127.5 - 1.0


def _augment(batch, aligned, names, seed, position, batch_size, offset):
    """Changes images and sources at random, together if they are aligned."""
    share = batch["real"].shape[0]

    def changed(images, whose=""):
        uniform = data_augment.draw(seed, position, batch_size, whose)
        own_rows = {name: values[offset:][:share] for name, values in uniform.items()}
        return data_augment.augment(images, own_rows, names)

    batch = {**batch, "real": changed(batch["real"])}
    if "source" in batch:
        batch["source"] = changed(batch["source"], "" if aligned else "/source")
    return batch
