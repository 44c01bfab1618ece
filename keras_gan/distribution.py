"""The devices a run trains on, as a `tf.distribute` strategy."""

import functools

import tensorflow as tf

from keras_gan.errors import UserError


def make_strategy(name):
    """`auto`, `single` or `mirrored` to a strategy.

    Mirrored takes all GPUs; on a machine without any, all logical CPU devices, of which there is one unless
    `tf.config.set_logical_device_configuration` made more.
    """
    gpus = tf.config.list_logical_devices("GPU")
    if name == "mirrored" or (name == "auto" and len(gpus) > 1):
        devices = gpus or tf.config.list_logical_devices("CPU")
        return _mirrored(tuple(device.name for device in devices))
    return tf.distribute.get_strategy()


@functools.cache
def _mirrored(devices):
    # One for the whole process: each strategy numbers its collectives from the start, so those of two would collide.
    return tf.distribute.MirroredStrategy(devices)


def check_batch_size(strategy, batch_size):
    """Raises `UserError` unless the replicas can share the batch evenly."""
    replicas = strategy.num_replicas_in_sync
    if batch_size % replicas:
        raise UserError(
            f"--batch-size {batch_size} cannot be shared by {replicas} devices: use a multiple of {replicas}."
        )
