"""Trains and scores for `quality.py`, which runs it as `python -m benchmarks.quality.quality_worker OPTIONS`.

The roles of such a worker: `train` trains one variant, so that the memory it reports is that variant's alone, and
`judge` scores the samples of all of them.
"""

import dataclasses
import os
import time

import numpy as np

from benchmarks.common.program import config, quiet_tensorflow, train_prepared, versions
from benchmarks.common.workers import serve

# --- Training -------------------------------------------------------------------------------------------------------


def serve_training(channel, **options):
    """Answers `pace` with the steps that fit, `train` with what a training took, then `sample` with its pictures."""
    run, trained = config.RunConfig(**options), {}

    def train_all():
        prepared, found = train(run)
        trained["model"] = prepared.model
        return found

    channel.answer()
    channel.serve(
        {
            "pace": lambda minutes: {"steps": steps_within(run, minutes)},
            "train": train_all,
            "sample": lambda count, path, grid: sample(trained["model"], count, path, grid),
        }
    )


def steps_within(run, minutes):
    """How many steps of a `RunConfig` fit, by the pace of some in each of its stages: as `train.py --minutes` says."""
    from keras_gan.runs import pacing

    quiet_tensorflow()
    return pacing.with_steps(dataclasses.replace(run, minutes=minutes, steps=None), {}).steps


def train(run):
    """Trains a `RunConfig` as `train.py` does.

    Returns:
        The `PreparedRun`, and what it took: `steps` and `images` (real ones seen) of the whole training; `seconds` and
        `timed_images` without the first step, which compiles; `busy_cores`, how many other programs kept busy
        meanwhile, on average, or None if that cannot be told.
    """
    clock = _clock()
    prepared = train_prepared(run, make_callbacks=lambda: [clock])
    model, seen = prepared.model, prepared.schedule.examples_before
    return prepared, {
        "steps": clock.steps,
        "images": seen(clock.steps),
        "seconds": clock.elapsed,
        "timed_images": seen(clock.steps) - seen(1),
        "busy_cores": clock.busy_cores,
        "finite": clock.finite,
        "weights": model.generator.count_params() + model.discriminator.count_params(),
        "num_classes": model.num_classes,
        "versions": versions(),
    }


def _clock():
    import keras

    class Clock(keras.callbacks.Callback):
        """Starts at the end of the first step, and stops the training when a loss is not finite."""

        def on_train_begin(self, logs=None):
            self.steps, self.elapsed, self.finite = 0, 0.0, True

        def on_train_batch_end(self, batch, logs=None):
            # Reading the losses waits for the end of the step.
            self.finite = bool(np.isfinite([float(logs["d_loss"]), float(logs["g_loss"])]).all())
            self.steps += 1
            now = time.perf_counter()
            if self.steps == 1:
                self._started, self._others_before = now, _other_seconds()
            self.elapsed = now - self._started
            self.model.stop_training = not self.finite

        def on_train_end(self, logs=None):
            others = _other_seconds()
            known = others is not None and self.elapsed > 0
            self.busy_cores = round((others - self._others_before) / self.elapsed, 2) if known else None

    return Clock()


def _other_seconds():
    """Processor time on this program's cores that was spent on other programs or taken by a hypervisor since the start.

    None if not on Linux. The load average would not do: it counts, for minutes, the training that went before.
    """
    try:
        with open("/proc/stat", encoding="utf-8") as file:
            lines = [line.split() for line in file]
        own = {f"cpu{number}" for number in os.sched_getaffinity(0)}
        busy = 0
        for _, user, nice, system, _, _, interrupts, soft, stolen, *_ in (line for line in lines if line[0] in own):
            busy += sum(map(int, (user, nice, system, interrupts, soft, stolen)))
    except (OSError, ValueError):
        return None
    return busy / os.sysconf("SC_CLK_TCK") - time.process_time()


def sample(model, count, path, grid):
    """Draws the pictures of the seeds 0 … count - 1: all into `path`, the first 80 also into the PNG file `grid`.

    Written are uint8 pixels, as a picture file would hold them: real images have 256 levels too. The first ten
    classes asked for of a conditional generator are 0 … 9, so that each column of the grid is a class.
    """
    from keras_gan.storage import files

    images, field = model.sample(count, seed=0), model.fields["real"]
    if not np.isfinite(images).all():
        return {"finite": False}
    np.savez_compressed(path, images=field.to_stored(images))
    if grid:
        files.write(grid, field.preview(images[:80], columns=10).write)
    return {"finite": True}


# --- Judging --------------------------------------------------------------------------------------------------------


def serve_judge(channel, data_dir, quick):
    """Answers `facts` with what the judge is, and `score` with the scores of a file that `sample` wrote."""
    quiet_tensorflow()
    from benchmarks.quality import judge

    mnist_judge, facts = judge.load(data_dir, quick)

    def score(path, num_classes):
        with np.load(path) as file:
            images = file["images"]
        labels = np.arange(len(images)) % num_classes if num_classes else None
        return mnist_judge.scores(images, labels)

    channel.answer()
    channel.serve({"facts": lambda: facts, "score": score})


if __name__ == "__main__":
    serve({"train": serve_training, "judge": serve_judge})
