"""`inspect-data`: what a data set holds, and what training will do with it."""

import hashlib

from keras_gan import data
from keras_gan.distribution.startup import quiet_tensorflow


def run(options):
    """Prints a report; unreadable files are listed, not fatal, and cost nothing but their line.

    Args:
        options: an `InspectOptions`.
    """
    data.check_available(options)
    if not data.inspect_files(options):
        quiet_tensorflow()
        _inspect_values(data.load(options))
    return 0


def _inspect_values(dataset):
    """Reports on a data set of which there are no files to look at."""
    from keras_gan.data.inspection import print_classes

    real, column = dataset.fields["real"], dataset.columns["real"]
    print(f"{dataset.name}: {len(dataset):,} {real.plural}\nsource: {dataset.provenance}")
    print(f"treatment: {dataset.treatment}")
    print_classes(dataset.class_names, dataset.columns.get("label"))
    distinct = len({hashlib.sha256(value.tobytes()).digest() for value in column})
    print(f"duplicates: {len(dataset) - distinct:,}\ntraining sees {real.about}")
