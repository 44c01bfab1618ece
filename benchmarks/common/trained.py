"""What the benchmarks of single variants share: a run, its data, and how rows of figures are written."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from benchmarks.common import report
from benchmarks.common.program import UserError, data, quiet_tensorflow, registry


@dataclass(frozen=True)
class OfRun:
    """Measures a trained run."""

    run: str
    """Name or folder of the run."""
    log_dir: str = "tensorboard_logs"
    """Folder of all runs."""
    checkpoint: Literal["best", "last"] = "last"
    """Which checkpoint."""
    dataset: str | None = None
    """Where its data lies now, if not where it lay."""
    seed: int = 0
    """The first seed of the samples."""
    out: str | None = None
    """Folder for the report; default: benchmarks/results."""


def restored(options, variant):
    """The `Restored` run of an `OfRun`; `UserError` if it is of another variant."""
    quiet_tensorflow()
    from keras_gan.runs import run_folder
    from keras_gan.runs.restore import restore

    folder = run_folder.find(options.log_dir, options.run)
    found = restore(folder, options.checkpoint, options.dataset)
    own = registry.resolve(found.options.variant)
    if own not in variant:
        raise UserError(f"{options.run} is a run of {own}, and this measures {' and '.join(variant)}.")
    return found


def splits_of(run):
    """`(train, test)` of the data of a `Restored` run, each a `Dataset`."""
    from keras_gan.runs import trained_on

    task = registry.variant(run.options.variant).task
    train = trained_on.load(run.options, run.data_facts, task).train
    if not data.has_test(run.options):
        raise UserError(f"{run.options.dataset} has no test split, and this measures what was not learned from.")
    return train, data.load(run.options, "test", task)


def judge_of(run, extractor):
    """What looks at clips of classes, trained on a `Restored` run's data.

    Args:
        extractor: the module of `keras_gan.metrics.features`.

    Returns:
        `(look, train, test)`, the last two each `(clips, labels)`.
    """
    from keras_gan.metrics.features import ExtractorOptions

    train, test = map(_columns, splits_of(run))
    look = extractor.load(ExtractorOptions(field=run.model.fields["real"], training=lambda: (*train, test)))
    return look, train, test


def _columns(dataset):
    clips = np.asarray(dataset.columns["real"][np.arange(len(dataset))])
    return clips, np.asarray(dataset.columns["label"])


def publish(options, name, run, figures, about):
    """Prints a table and writes it with its figures.

    Args:
        options: the `OfRun`.
        name: of the report, and of the benchmark below `quality/`.
        run: the `Restored`.
        figures: `{what: value or {column: value}}`.
        about: a paragraph on how they were measured.
    """
    rows = {what: each if isinstance(each, dict) else {"value": each} for what, each in figures.items()}
    columns = list(dict.fromkeys(column for each in rows.values() for column in each))
    cells = [[what, *(_written(each.get(column)) for column in columns)] for what, each in rows.items()]
    title = f"{run.options.variant} on {Path(run.options.dataset).name}"
    trained = f"Seed {run.options.seed}, step {run.step:,}; samples of seeds from {options.seed} on."
    parts = (f"# What {title} reaches", about, trained, report.table(["", *columns], cells))
    result = {"variant": run.options.variant, "step": run.step, "figures": figures}
    report.publish(name, report.document(f"quality/{name}.py", *parts), result, options.out)


def _written(value):
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
