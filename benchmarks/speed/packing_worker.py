"""Trains for `packing.py`, which runs it as `python -m benchmarks.speed.packing_worker OPTIONS`."""

import resource
import sys
import time

from benchmarks.common.program import config, quiet_tensorflow
from benchmarks.common.workers import serve
from benchmarks.speed.bare_step import compiled

EARLY = 50  # steps after which memory is looked at first


def serve_training(channel, folder, size):
    """Answers `train` with what a training from a packed folder takes."""
    channel.answer()
    channel.serve({"train": lambda steps: train(folder, size, steps)})


def train(folder, size, steps):
    began = time.perf_counter()
    quiet_tensorflow()
    from keras_gan.runs import preparation

    prepared = preparation.prepare(
        config.RunConfig(variant="dcgan", dataset=f"packed:{folder}", image_size=size, steps=steps, export=()), {}
    )
    loaded = time.perf_counter()
    step = compiled(prepared.model, prepared.model.train_step)
    stream = iter(prepared.batches(prepared.model.stage, 0))
    float(step(next(stream))["g_loss"])
    first = time.perf_counter()
    waited, early = 0.0, 0
    for number in range(1, steps):
        asked = time.perf_counter()
        batch = next(stream)
        waited += time.perf_counter() - asked
        float(step(batch)["g_loss"])
        early = resident() if number == EARLY else early
    return {
        "start_seconds": first - began,
        "load_seconds": loaded - began,
        "early_bytes": early,
        "peak_bytes": resident(),
        "waiting": waited / (time.perf_counter() - first),
        "steps": steps,
    }


def resident():
    """The most memory that this process has held so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    serve({"train": serve_training})
