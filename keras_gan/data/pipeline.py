"""From a data set in memory to an endless `tf.data` of batches whose order is a pure function of the seed."""

import tensorflow as tf

from keras_gan.data import augmentation


def batches(data, batch_size, seed, start_step=0, augment=()):
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

    Returns:
        `tf.data.Dataset` of `{"real": float32 [batch, height, width, channels] in [-1, 1]}`, with
        `"label": int32 [batch]` where the data has labels.
    """
    count = len(data)

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
        real.set_shape((batch_size, *data.spec.image_shape))
        batch = {"real": tf.cast(real, tf.float32) / 127.5 - 1.0}
        if data.labels is not None:
            batch["label"] = tf.gather(tf.constant(data.labels), indices)
        return batch

    def augmented(positions):
        batch = gather(rows(positions))
        uniform = augmentation.draw(seed, positions[0], batch_size)
        return {**batch, "real": augmentation.augment(batch["real"], uniform, augment)}

    positions = tf.data.Dataset.range(start_step * batch_size, tf.int64.max).batch(batch_size, drop_remainder=True)
    dataset = positions.map(augmented) if augment else positions.map(rows).map(gather)
    dataset = dataset.prefetch(2)
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
    # Two threads of its own keep up with any model and leave the cores to the training step.
    options.threading.private_threadpool_size = 2
    return dataset.with_options(options)
