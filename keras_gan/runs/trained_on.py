"""A run's data again: where it lies now, and whether it is what the run was trained on."""

import contextlib
import dataclasses

from keras_gan import data
from keras_gan.errors import UserError


def located(options, dataset=None, data_dir=None):
    """The `DataOptions` of a run with what was said of where its data lies now; None: where it lay."""
    said = {"dataset": dataset, "data_dir": data_dir}
    return dataclasses.replace(options, **{name: value for name, value in said.items() if value})


@contextlib.contextmanager
def may_have_moved():
    """Adds to the `UserError` of data that cannot be loaded how to say where it is."""
    try:
        yield
    except UserError as error:
        raise UserError(
            f"{error} Is it what the run was trained on, but elsewhere now? Then name it with --dataset, such as "
            "folder:PATH, or its --data-dir."
        ) from None


def load(options, facts, task):
    """The `Splits` of what a run was trained on, of a `DataOptions`.

    Args:
        facts: `Dataset.facts` of the run.
        task: as of `data.load_splits`.

    Raises:
        UserError: if it cannot be loaded, or is something else now.
    """
    with may_have_moved():
        splits = data.load_splits(options, task, facts)
    check(splits.train, facts)
    return splits


def check(dataset, facts):
    """Raises `UserError` unless a `Dataset` is what a run was trained on, as far as its `Dataset.facts` tell."""
    difference = data.difference(facts, dataset.facts) if "content" in facts else ""
    if difference:
        raise UserError(
            f"{dataset.name} is not what the run was trained on ({difference}): say where that is now with --dataset."
        )
