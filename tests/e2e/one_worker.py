"""One worker of a training by the Python API: `one_worker.py OUT COORDINATOR WORKERS INDEX VARIANT …`.

Trains each variant for a few steps and writes the weights and losses that this worker has come to, `OUT/VARIANT.npz`.
tests/e2e/test_workers.py starts it.
"""

import sys
from pathlib import Path

import keras
import numpy as np

from keras_gan import registry
from keras_gan.data import pipeline
from keras_gan.data.image_sets import image_dataset
from keras_gan.distribution import devices
from keras_gan.training import building

STEPS = 8


def data(task):
    rng = np.random.default_rng(3)
    pixels, sources = rng.integers(0, 256, (2, 50, 16, 16, 3), dtype=np.uint8)
    labels, names = np.arange(50, dtype=np.int32) % 3, ("a", "b", "c")
    if task == "sample":
        return image_dataset("noise", pixels, labels, names, "", "")
    return image_dataset("noise", pixels, labels, names, "", "", sources=sources, aligned=task == "paired")


def train(strategy, variant):
    """Weights by position, and the logs of the last step."""
    images = data(registry.variant(variant).task)
    with strategy.scope():
        model = building.build(variant, registry.module(variant).TINY, images.fields, seed=1)
        model.compile()

    def stream(context):
        return pipeline.batches(images, batch_size=8, seed=1, context=context)  # epochs end within batches

    batches = devices.distribute(strategy, stream)
    last = {}
    keep = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: last.update(logs))
    model.fit(batches, steps_per_epoch=STEPS, verbose=0, callbacks=[keep])
    state = [*model.variables, *model.discriminator_optimizer.variables]
    values = {str(i): keras.ops.convert_to_numpy(variable) for i, variable in enumerate(state)}
    return values | {f"log {name}": np.float32(value) for name, value in last.items()}


def main(out, coordinator, workers, index, *variants):
    strategy = devices.make_strategy("multi_worker", workers=(coordinator, int(workers), int(index)))
    for variant in variants:
        np.savez(Path(out) / f"{variant}.npz", **train(strategy, variant))


if __name__ == "__main__":
    main(*sys.argv[1:])
