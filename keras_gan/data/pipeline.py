"""From a data set in memory to an endless `tf.data` of batches whose order is a pure function of the seed."""

import tensorflow as tf

from keras_gan.data import augmentation


def batches(data, batch_size, seed, start_step=0, augment=(), context=None):
    """Endless batches of `data`, shuffled anew in every epoch, starting at any step at no cost.

    The example at position p of the stream is a pure function of (seed, epoch = p // N, p % N): a keyed
    permutation of each epoch's positions. Batches run across the border of epochs, so that none is partial.
    How the images of a batch are augmented is a pure function of (seed, position of its first image).

    Args:
        data: `ImageData`.
        batch_size: images per batch, over all replicas and discriminator steps.
        seed: integer; the same seed gives the same order for ever.
        start_step: how many batches to leave out.
        augment: names of `data.AUGMENTATIONS`, applied to the images anew each time they come up.
        context: the `tf.distribute.InputContext` of one of several workers: it then reads its own replicas' rows
            alone, and gets a batch for each replica in turn, as `distribute_datasets_from_function` wants it.

    Returns:
        `tf.data.Dataset` of `{"real": float32 [batch, height, width, channels] in [-1, 1]}`, with
        `"label": int32 [batch]` where the data has labels.
    """
    count = len(data)

    context = context or tf.distribute.InputContext()  # one worker with one replica
    own = context.num_replicas_in_sync // context.num_input_pipelines
    share = batch_size // context.num_replicas_in_sync
    first = context.input_pipeline_id * own

    def positions_of(draw):
        """Where in the stream the rows of this worker's `draw`-th batch are."""
        return (draw // own) * batch_size + (first + draw % own) * share + tf.range(share, dtype=tf.int64)

    def rows(positions):
        epochs = positions // count
        zeros = tf.zeros_like(epochs)
        # The raw operation, because `tf.random.experimental.index_shuffle` pads a vector of keys to a wrong shape.
        return tf.raw_ops.RandomIndexShuffle(
            index=positions % count,
            seed=tf.stack([zeros, zeros + seed, epochs], axis=1),
            max_index=tf.constant(count - 1, tf.int64),
            rounds=4,
        )

    def gather(indices):
        real = tf.numpy_function(lambda i: data.images[i], [indices], tf.uint8)
        real.set_shape((share, *data.spec.image_shape))
        batch = {"real": tf.cast(real, tf.float32) / 127.5 - 1.0}
        if data.labels is not None:
            batch["label"] = tf.gather(tf.constant(data.labels), indices)
        return batch

    def augmented(positions):
        batch = gather(rows(positions))
        offset = positions[0] % batch_size
        uniform = augmentation.draw(seed, positions[0] - offset, batch_size)
        own_rows = {name: values[offset:][:share] for name, values in uniform.items()}
        return {**batch, "real": augmentation.augment(batch["real"], own_rows, augment)}

    # Without end, also in name: otherwise several workers ask one another at each step whether there is more.
    positions = tf.data.Dataset.range(start_step * own, tf.int64.max).repeat().map(positions_of)
    dataset = positions.map(augmented) if augment else positions.map(rows).map(gather)
    dataset = dataset.prefetch(2)
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
    # Two threads of its own keep up with any model and leave the cores to the training step.
    options.threading.private_threadpool_size = 2
    return dataset.with_options(options)
