"""What several replicas must agree on within a step; on one replica all of it is free."""

import tensorflow as tf


def all_reduce_mean(values, count):
    """The mean over `count` replicas of a tensor that each of them has."""
    if count == 1:
        return values
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.MEAN, values)


def gather_rows(values, count):
    """The rows of all replicas, `[global B, …]`, of one replica's `[B, …]`; in the order of the whole batch."""
    return values if count == 1 else tf.distribute.get_replica_context().all_gather(values, axis=0)


def own_rows(values, count):
    """This replica's rows `[B, …]` of the whole batch's `[global B, …]`."""
    if count == 1:
        return values
    replica = tf.distribute.get_replica_context().replica_id_in_sync_group
    rows = tf.shape(values)[0] // count
    return values[replica * rows :][:rows]


def agree_on_overflow(gradients):
    """If any replica's float16 gradients overflowed, all replicas' do, so that all skip the step together."""
    finite = tf.reduce_all([tf.reduce_all(tf.math.is_finite(gradient)) for gradient in gradients])
    context = tf.distribute.get_replica_context()
    overflows = context.all_reduce(tf.distribute.ReduceOp.SUM, 1.0 - tf.cast(finite, tf.float32))
    poison = tf.where(overflows > 0, float("nan"), 0.0)
    return [gradient + tf.cast(poison, gradient.dtype) for gradient in gradients]


def first_of_each(strategy, logs):
    """Logs that are means over all replicas already, of each worker's own replicas: one of them."""
    return {name: strategy.experimental_local_results(value)[0] for name, value in logs.items()}
