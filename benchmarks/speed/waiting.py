"""How long a training waits for its data: the image-to-image variants at 128 px, as `train.py` feeds them.

    python benchmarks/speed/waiting.py

Writes `waiting.json` and `waiting.md`; benchmarks/README.md says what is measured and how.
"""

import gc
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import noise, report
from benchmarks.common.command import check_rounds, run
from benchmarks.common.program import (
    ask_for_onednn,
    config,
    image_variants,
    quiet_stderr,
    quiet_tensorflow,
    registry,
)
from benchmarks.speed.bare_step import compiled

IMAGES = 256
WARM_UP = 3  # steps in which buffers fill
MOST = 0.05  # of the time


@dataclass(frozen=True)
class Options:
    """Measures which share of a training's time is spent waiting for the next batch, on this machine."""

    variants: tuple[str, ...] = ()
    """Default: all that turn images into images."""
    size: int = 128
    """Edge of the images in pixels."""
    data_augment: str | None = None
    """Augmentations, as of train.py; default: each variant's own, and `crop,flip` of those that have none."""
    rounds: int = 5
    """How many shares are measured of each variant."""
    steps_per_round: int = 5
    """Steps of each."""
    out_dir: str | None = None
    """Where waiting.json and waiting.md go; default: benchmarks/results, or nowhere with --variants."""


def benchmark(options):
    """Measures, prints the table and writes it."""
    check_rounds(options)
    ask_for_onednn()
    quiet_tensorflow()
    computer = report.machine()
    names = options.variants or [name for name in image_variants() if registry.variant(name).task != "sample"]
    rows = {name: measure(name, options) for name in map(registry.resolve, names)}
    result = {"machine": computer, "size": options.size, "variants": rows, "target": verdict(rows)}
    report.publish("waiting", markdown(result), result, options.out_dir, keep=not options.variants)


def measure(name, options):
    """The row of one variant: augmentations, batch, seconds per step, and the share of them spent waiting."""
    import keras

    prepared = prepared_on_noise(name, options)
    model = prepared.model
    with quiet_stderr():
        step = compiled(model, model.train_step)
    stream = iter(prepared.batches(model.stage, 0))
    for _ in range(WARM_UP):
        float(step(next(stream))["g_loss"])
    shares, seconds = [], []
    for _ in report.progress(range(options.rounds), name):
        waited, began = 0.0, time.perf_counter()
        for _ in range(options.steps_per_round):
            asked = time.perf_counter()
            batch = next(stream)
            waited += time.perf_counter() - asked
            float(step(batch)["g_loss"])  # which waits for its end
        whole = time.perf_counter() - began
        shares.append(waited / whole)
        seconds.append(whole / options.steps_per_round)
    keras.backend.clear_session()
    gc.collect()
    return {
        "data_augment": prepared.options.data_augment,
        "batch_size": model.schedule.examples_per_step(model.stage),
        "seconds_per_step": report.summary(seconds),
        "waiting": report.summary(shares),
    }


def prepared_on_noise(name, options):
    """The `PreparedRun` of `train.py` at the variant's defaults, but for its data, size and augmentations."""
    import tensorflow as tf

    from keras_gan.runs.preparation import PreparedRun
    from keras_gan.training import building

    variant, model_config = registry.variant(name), registry.module(name).Config()
    augment = (
        variant.defaults.get("data_augment", "crop,flip") if options.data_augment is None else options.data_augment
    )
    run = config.RunConfig(variant=name, image_size=options.size, data_augment=augment)
    images = noise_of(variant.task, options.size)
    with quiet_stderr():
        model = building.build(name, model_config, images.fields, run.seed)
        model.compile(total_steps=run.total_steps(len(images), model.schedule), batch_size=run.batch_size)
    return PreparedRun(
        options=run,
        model_config=model_config,
        strategy=tf.distribute.get_strategy(),
        dataset=images,
        validation=None,
        model=model,
        sampler=None,
        steps=run.total_steps(len(images), model.schedule),
    )


def noise_of(task, size):
    """Images of random pixels, and sources where the task takes any."""
    images, sources = noise.pixels(2, IMAGES, size, size, 3)
    given = {"sources": sources, "aligned": task == "paired"} if task in ("paired", "unpaired") else {}
    return noise.dataset(images, **given)


def verdict(rows):
    """The variant that waits longest beside what it may."""
    name = max(rows, key=lambda each: rows[each]["waiting"]["median"])
    return {"name": name, **report.target(rows[name]["waiting"]["median"], MOST)}


def markdown(result):
    """The report."""
    about = result["machine"]
    head = ["variant", "augmentations", "batch", "step, data included", "of which waiting for data"]
    rows = [
        [
            name,
            row["data_augment"] or "none",
            str(row["batch_size"]),
            report.milliseconds(row["seconds_per_step"]),
            "{median:.1%} [{low:.1%}, {high:.1%}]".format(**row["waiting"]),
        ]
        for name, row in result["variants"].items()
    ]
    return report.document(
        "speed/waiting.py",
        "# Waiting for data",
        f"{report.machine_line(about)} {result['size']}x{result['size']}x3, float32, default networks.\n"
        f"Medians, quartiles in brackets; load of the machine beforehand {about['load_before']}.",
        report.table(head, rows),
        report.target_line(f"share of the time, highest: {result['target']['name']}", result["target"]),
        report.busy_note(about),
    )


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
