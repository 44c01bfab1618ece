"""How long a training waits for its data: the image-to-image variants at 128 px, as `train.py` feeds them.

    python benchmarks/speed/waiting.py

Writes `waiting.json` and `waiting.md`; README.md beside this file says what is measured and how.
"""

import gc
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import tyro
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common.report import BUSY_LOAD, machine, milliseconds, summary, table, target, target_line
from benchmarks.common.workers import ROOT
from keras_gan import data, registry
from keras_gan.distribution.startup import ask_for_onednn, quiet_stderr, quiet_tensorflow
from keras_gan.errors import UserError

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


def main():
    """Measures, prints the table and writes it."""
    options = tyro.cli(Options)
    if options.rounds < 2 or options.steps_per_round < 1:
        sys.exit("error: --rounds must be at least 2, --steps-per-round at least 1.")
    ask_for_onednn()
    quiet_tensorflow()
    found = machine()
    try:
        names = options.variants or [name for name in registry.list_variants() if registry.task(name) != "sample"]
        rows = {registry.resolve(name): measure(registry.resolve(name), options) for name in names}
    except UserError as error:
        sys.exit(f"error: {error}")
    result = {"machine": found, "size": options.size, "variants": rows, "target": verdict(rows)}
    text = markdown(result)
    print(text)
    directory = options.out_dir or (None if options.variants else ROOT / "benchmarks" / "results")
    if directory:
        directory = Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "waiting.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        (directory / "waiting.md").write_text(text, encoding="utf-8")


def measure(name, options):
    """The row of one variant: augmentations, batch, seconds per step, and the share of them spent waiting."""
    import keras
    import tensorflow as tf

    from keras_gan.data import pipeline

    defaults = registry.module(name).DEFAULTS
    augment = options.data_augment if options.data_augment is not None else defaults.get("data_augment", "crop,flip")
    images = noise(registry.task(name), options.size)
    with quiet_stderr():
        model = registry.create(name, images.spec.image_shape)
        model.compile()
        step = tf.function(model.train_step, jit_compile=model.jit_compile or None)
    prepare = registry.preparation(name, registry.module(name).Config())
    batch_size = defaults.get("batch_size", 64) * model.discriminator_steps
    stream = iter(pipeline.batches(images, batch_size, 0, augment=data.augmentations(augment), prepare=prepare))
    for _ in range(WARM_UP):
        float(step(next(stream))["g_loss"])
    shares, seconds = [], []
    for _ in tqdm(range(options.rounds), name, leave=False, disable=None):
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
        "data_augment": augment,
        "batch_size": batch_size,
        "seconds_per_step": summary(seconds),
        "waiting": summary(shares),
    }


def noise(task, size):
    """Images of random pixels, and sources where the task takes any."""
    import numpy as np

    from keras_gan.data.dataset import ImageData

    pixels, sources = np.random.default_rng(0).integers(0, 256, (2, IMAGES, size, size, 3), dtype=np.uint8)
    given = {"sources": sources, "aligned": task == "paired"} if task in ("paired", "unpaired") else {}
    return ImageData("noise", pixels, None, (), "random numbers.", "none.", **given)


def verdict(rows):
    """The variant that waits longest beside what it may."""
    name = max(rows, key=lambda each: rows[each]["waiting"]["median"])
    return {"name": name, **target(rows[name]["waiting"]["median"], MOST)}


def markdown(result):
    """The report."""
    about = result["machine"]
    head = ["variant", "augmentations", "batch", "step, data included", "of which waiting for data"]
    rows = [
        [
            name,
            row["data_augment"] or "none",
            str(row["batch_size"]),
            milliseconds(row["seconds_per_step"]),
            "{median:.1%} [{low:.1%}, {high:.1%}]".format(**row["waiting"]),
        ]
        for name, row in result["variants"].items()
    ]
    busy = " **The machine was busy.**" if about["load_before"] > BUSY_LOAD else ""
    return (
        "# Waiting for data\n\n"
        f"{about['cpu']}, {about['threads']} threads; {about['system']}, Python {about['python']}. "
        f"{result['size']}x{result['size']}x3, float32, default networks.\n"
        f"Medians, quartiles in brackets; load of the machine beforehand {about['load_before']}.{busy}\n\n"
        f"{table(head, rows)}\n\n"
        f"{target_line('share of the time, highest: ' + result['target']['name'], result['target'])}\n\n"
        "Made by `python benchmarks/speed/waiting.py`; benchmarks/README.md says how each figure is measured.\n"
    )


if __name__ == "__main__":
    main()
