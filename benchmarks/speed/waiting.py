"""How long a training waits for its data, as `train.py` feeds it: variants in memory, and one from each source.

    python benchmarks/speed/waiting.py

Writes `waiting.json` and `waiting.md`; benchmarks/README.md says what is measured and how.
"""

import gc
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

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
from benchmarks.speed import photos
from benchmarks.speed.bare_step import compiled

IMAGES = 256
OF_SOURCES = "dcgan"  # what trains from each source, at its default preset
WARM_UP = 3  # steps in which buffers fill
MOST = 0.05  # of the time


@dataclass(frozen=True)
class Options:
    """Measures which share of a training's time is spent waiting for the next batch, on this machine."""

    variants: tuple[str, ...] = ()
    """Those that are fed from memory; default: all that turn images into images, unless sources are named."""
    sources: tuple[Literal[*photos.SOURCES], ...] = ()
    """What dcgan reads photos from; default: all, unless variants are named."""
    source_sizes: tuple[int, ...] = (64, 128)
    """Edges in pixels that it does so at."""
    photos: int = 3000
    """How many of them there are."""
    size: int = 128
    """Edge of the images in pixels."""
    data_augment: str | None = None
    """Augmentations, as of train.py; default: each variant's own, and `crop,flip` of those that have none."""
    rounds: int = 5
    """How many shares are measured of each variant."""
    steps_per_round: int = 5
    """Steps of each."""
    out_dir: str | None = None
    """Where waiting.json and waiting.md go; default: benchmarks/results, or nowhere where some are named."""


def benchmark(options):
    """Measures, prints the table and writes it."""
    check_rounds(options)
    ask_for_onednn()
    quiet_tensorflow()
    computer = report.machine()
    some = options.variants or options.sources
    variants = (
        options.variants if some else [name for name in image_variants() if registry.variant(name).task != "sample"]
    )
    rows = {name: measure(name, prepared_on_noise(name, options), options) for name in map(registry.resolve, variants)}
    sources = of_sources(options.sources if some else photos.SOURCES, options)
    result = {"machine": computer, "size": options.size, "variants": rows, "sources": sources}
    result["target"] = verdict(rows | sources)
    report.publish("waiting", markdown(result), result, options.out_dir, keep=not some)


def of_sources(names, options):
    """The rows of sources at their sizes, `{"source, size px": row}`."""
    if not names:
        return {}
    rows = {}
    with photos.drawn(options.photos) as folder:
        for size in options.source_sizes:
            for name in names:
                row = f"{name}, {size} px"
                rows[row] = measure(row, prepared_on_source(photos.SOURCES[name](folder, size), size), options)
    return rows


def measure(name, prepared, options):
    """The row of a `PreparedRun`: augmentations, batch, seconds per step, and the share of them spent waiting."""
    import keras

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


def prepared_on_source(source, size):
    """The `PreparedRun` of `train.py` on what options say that a source is."""
    from keras_gan.runs import preparation

    with quiet_stderr():
        return preparation.prepare(config.RunConfig(variant=OF_SOURCES, image_size=size, export=(), **source), {})


def noise_of(task, size):
    """Images of random pixels, and sources where the task takes any."""
    images, sources = noise.pixels(2, IMAGES, size, size, 3)
    given = {"sources": sources, "aligned": task == "paired"} if task in ("paired", "unpaired") else {}
    return noise.dataset(images, **given)


def verdict(rows):
    """What waits longest beside what it may."""
    name = max(rows, key=lambda each: rows[each]["waiting"]["median"])
    return {"name": name, **report.target(rows[name]["waiting"]["median"], MOST)}


def markdown(result):
    """The report."""
    about = result["machine"]
    head = ["augmentations", "batch", "step, data included", "of which waiting for data"]
    of_variants = f"{result['size']}x{result['size']}x3, from memory:"
    of_sources = f"`{OF_SOURCES}` at its default preset, on photos of {photos.EDGE} px in JPEG files:"
    tables = [
        part
        for said, first, rows in (
            (of_variants, "variant", result["variants"]),
            (of_sources, "source", result["sources"]),
        )
        if rows
        for part in (said, report.table([first, *head], [[name, *_cells(row)] for name, row in rows.items()]))
    ]
    return report.document(
        "speed/waiting.py",
        "# Waiting for data",
        f"{report.machine_line(about)} float32, default networks.\n"
        f"Medians, quartiles in brackets; load of the machine beforehand {about['load_before']}.",
        *tables,
        report.target_line(f"share of the time, highest: {result['target']['name']}", result["target"]),
        report.busy_note(about),
    )


def _cells(row):
    """A row's figures as they are written."""
    waiting = "{median:.1%} [{low:.1%}, {high:.1%}]".format(**row["waiting"])
    step = report.milliseconds(row["seconds_per_step"])
    return [row["data_augment"] or "none", str(row["batch_size"]), step, waiting]


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
