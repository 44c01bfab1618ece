"""The devices a run trains on, as a `tf.distribute` strategy."""

import functools

import tensorflow as tf

from keras_gan.distribution import cluster
from keras_gan.errors import UserError


def make_strategy(name, cpu_replicas=None, workers=()):
    """`auto`, `single`, `mirrored` or `multi_worker` to a strategy.

    Mirrored takes all GPUs; on a machine without any, all logical CPU devices, of which there is one unless
    `tf.config.set_logical_device_configuration` made more.

    Args:
        name: which strategy.
        cpu_replicas: split the processor into so many logical devices and mirror over these, whatever GPUs there are.
        workers: the arguments of `cluster.join`.
    """
    if name == "multi_worker":
        if cpu_replicas:
            raise UserError("--cpu-replicas is for one process alone: leave it out with --strategy multi_worker.")
        return cluster.join(*workers)
    if cpu_replicas:
        _split_processor(cpu_replicas)
        return _mirrored(tuple(device.name for device in tf.config.list_logical_devices("CPU")))
    gpus = tf.config.list_logical_devices("GPU")
    if name == "mirrored" or (name == "auto" and len(gpus) > 1):
        devices = gpus or tf.config.list_logical_devices("CPU")
        return _mirrored(tuple(device.name for device in devices))
    return tf.distribute.get_strategy()


def distribute(strategy, stream):
    """What `fit` is to be given: with several workers, each its own part of the batches.

    Args:
        strategy: what `make_strategy` returned.
        stream: function from a `tf.distribute.InputContext`, or from None, to a `tf.data.Dataset`; see
            `data.pipeline.batches`.
    """
    return strategy.distribute_datasets_from_function(stream) if cluster.has_others(strategy) else stream(None)


def _split_processor(count):
    processor = tf.config.list_physical_devices("CPU")[0]
    try:
        tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * count)
    except RuntimeError:  # devices exist already: fine if there are as many as asked for
        if len(tf.config.list_logical_devices("CPU")) != count:
            raise UserError(f"--cpu-replicas {count}: TensorFlow has started with another number already.") from None


@functools.cache
def _mirrored(devices):
    # One for the whole process: each strategy numbers its collectives from the start, so those of two would collide.
    return tf.distribute.MirroredStrategy(devices)


def be_deterministic(seed):
    """Has TensorFlow use operations alone that give the same bits every time. For the whole process."""
    import keras

    keras.utils.set_random_seed(seed)  # else operations that draw numbers on their own are refused
    tf.config.experimental.enable_op_determinism()


def check_steps_per_execution(strategy, steps):
    """Raises `UserError` for several steps in one go on several devices, which Keras cannot do."""
    if steps > 1 and strategy.num_replicas_in_sync > 1:
        raise UserError(f"--steps-per-execution {steps} works on one device only, and there are several: leave it out.")


def check_batch_size(strategy, batch_size):
    """Raises `UserError` unless the replicas can share the batch evenly."""
    replicas = strategy.num_replicas_in_sync
    if batch_size % replicas:
        raise UserError(
            f"--batch-size {batch_size} cannot be shared by {replicas} devices: use a multiple of {replicas}."
        )
