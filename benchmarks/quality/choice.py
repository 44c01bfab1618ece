"""A setting of a variant, chosen on a part of MNIST's training images and reported on the test images.

    python benchmarks/quality/choice.py --variant lsgan

Trains the variant once for each value, and prints the FID of each on the validation images and that of the chosen
one on the test images. A value that is chosen by the test images would make every table that reports them too good.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.common import report
from benchmarks.common.command import run
from benchmarks.common.program import UserError, config, data, registry, train_prepared

VALIDATION = 10_000  # images, as many as the test split has
LEAST_ACCURACY = 0.985  # of a judge that has five sixths of the images to learn from


@dataclass(frozen=True)
class Options:
    """Chooses a setting on validation images, and reports it on test images."""

    variant: str = "lsgan"
    """Whose setting."""
    settings: tuple[str, ...] = ("generator_learning_rate", "discriminator_learning_rate")
    """Options of the variant that all get the same value."""
    values: tuple[float, ...] = (2e-4, 5e-4, 1e-3)
    """The values to choose from."""
    steps: int = 500
    """Steps of each training."""
    seeds: tuple[int, ...] = (0,)
    """Each value is trained with all of these; its mean decides."""
    samples: int = 10_000
    """Samples of each FID."""
    data_dir: str | None = None
    """Where tensorflow-datasets keeps MNIST; default: $TFDS_DATA_DIR, then ~/tensorflow_datasets."""
    quick: bool = False
    """A judge that has learned little: shows that everything runs."""


def benchmark(options):
    """Trains, chooses and prints the table."""
    if len(options.values) < 2 or not options.seeds:
        raise UserError("give at least two --values to choose from, and a seed.")
    data.check_available(config.DataOptions(dataset="mnist", data_dir=options.data_dir))
    from benchmarks.quality import judge

    images, labels = judge.mnist(options.data_dir, "train")
    learned, kept = parts(len(images))
    judges = {
        "validation": judge.of_images(
            (images[learned], labels[learned]), (images[kept], labels[kept]), options.quick, LEAST_ACCURACY
        ),
        "test": judge.load(options.data_dir, options.quick),
    }
    drawn = {value: [samples(value, seed, learned, options) for seed in options.seeds] for value in options.values}
    validation = {value: fids(judges["validation"], each) for value, each in drawn.items()}
    chosen = min(validation, key=lambda value: np.mean(validation[value]))
    test = {chosen: fids(judges["test"], drawn[chosen])}  # nothing is to be seen of the others
    rows = [
        [f"{value:g}", *(report.mean(each.get(value, []), ".1f") for each in (validation, test))] for value in drawn
    ]
    print(f"{options.variant}, {' and '.join(options.settings)}, {options.steps} steps, seeds {options.seeds}\n")
    print(report.table(["value", "FID, validation", "FID, test"], rows))


def parts(count):
    """`(rows to train on, rows to choose by)` of so many training images, each sorted; the same ones for ever."""
    rows = np.random.RandomState(0).permutation(count)
    return np.sort(rows[VALIDATION:]), np.sort(rows[:VALIDATION])


def samples(value, seed, rows, options):
    """Stored samples of the variant with this value, trained on these rows."""
    variant = registry.resolve(options.variant)
    where = {"dataset": "mnist", "data_dir": options.data_dir, "image_size": 32}
    training = config.RunConfig(variant=variant, steps=options.steps, seed=seed, **where)
    prepared = train_prepared(training, dict.fromkeys(options.settings, value), rows=rows)
    return prepared.model.fields["real"].to_stored(prepared.model.sample(options.samples))


def fids(judge, sets):
    """The FID of each set of samples, as one of the judges has it."""
    return [judge[0].scores(each)["fid"] for each in sets]


if __name__ == "__main__":
    sys.exit(run(Options, benchmark))
