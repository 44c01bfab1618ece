"""One worker of `scaling.py`, run as `python -m benchmarks.speed.scaling_worker OPTIONS`.

Worker 0 prints what it has measured as the last line, JSON.
"""

import itertools
import json
import statistics
import sys
import time

from benchmarks.common import noise
from benchmarks.common.program import quiet_tensorflow, registry


def main():
    """Trains along, then reduces vectors along; prints one line of JSON if it is worker 0."""
    options = json.loads(sys.argv[1])
    quiet_tensorflow()
    import tensorflow as tf

    from keras_gan.distribution import cluster, devices

    workers = options["workers"]
    if workers == 1:
        strategy = tf.distribute.get_strategy()
    else:
        place = (options["coordinator"], workers, options["index"])
        strategy = devices.make_strategy("multi_worker", workers=place)
    measured = training(strategy, options)
    measured["all_reduce"] = {count: all_reduce(strategy, count) for count in options["counts"]} if workers > 1 else {}
    if cluster.is_chief(strategy):
        print("\n" + json.dumps(measured))


def training(strategy, options):
    """Seconds of a step, and what its collectives carry."""
    import keras
    import numpy as np

    from keras_gan.data import pipeline
    from keras_gan.distribution import cluster, devices
    from keras_gan.training import building

    images = noise.dataset(noise.pixels(256, *options["image_shape"]))
    batch_size = options["batch_per_worker"] * options["workers"]
    with strategy.scope():
        variant = registry.module(options["variant"])
        model = building.build(options["variant"], variant.Config(), images.fields)
        model.compile(batch_size=batch_size)
    (stage,) = model.schedule.stages

    def stream(context):
        return pipeline.batches(images, model.schedule.examples_per_step(stage), 0, context=context)

    batches = devices.distribute(strategy, stream)
    ends = []
    clock = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: ends.append(time.perf_counter()))
    model.fit(batches, steps_per_epoch=options["steps"], verbose=0, callbacks=[clock])
    steps = [after - before for before, after in itertools.pairwise(ends[3:])]  # the first ones warm up
    weights = [network.trainable_variables for network in (model.discriminator, model.generator)]
    sizes = [4 * sum(int(np.prod(v.shape)) for v in variables) for variables in weights]
    updates = [sum(network in each for each in stage.order) for network in ("d", "g")]
    return {
        "seconds_per_step": statistics.median(steps),
        "gradient_bytes": sum(count * size for count, size in zip(updates, sizes, strict=True)),
        "collectives": collectives(model) if cluster.has_others(strategy) else {},
    }


def collectives(model):
    """How many all-reduces a step has, and how many bytes they carry, as its graph says."""
    graph = model.train_function._list_all_concrete_functions()[0].graph
    found = [each.inputs[0] for each in graph.get_operations() if each.type.startswith("CollectiveReduce")]
    return {"count": len(found), "bytes": sum(4 * tensor.shape.num_elements() for tensor in found)}


def all_reduce(strategy, count):
    """Seconds to add up `count` float32 over all workers: the median of twenty times."""
    import tensorflow as tf

    def of_replica(values):
        context = tf.distribute.get_replica_context()
        return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.identity(values))

    reduce = tf.function(lambda values: strategy.run(of_replica, args=(values,)), autograph=False)

    values = tf.zeros(count)
    seconds = []
    for _ in range(23):
        started = time.perf_counter()
        tf.nest.map_structure(lambda x: x.numpy(), strategy.experimental_local_results(reduce(values)))
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds[3:])


if __name__ == "__main__":
    main()
