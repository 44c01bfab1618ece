"""What the benchmarks use of the program wherever they stand: all of it but TensorFlow loads at once.

Whatever a single benchmark measures, it imports itself.
"""

import dataclasses

from keras_gan import config, data, registry
from keras_gan.distribution.startup import ask_for_onednn, quiet_stderr, quiet_tensorflow
from keras_gan.errors import UserError, unknown

__all__ = ["UserError", "ask_for_onednn", "config", "data", "quiet_stderr", "quiet_tensorflow", "registry", "unknown"]


def image_variants(task=None):
    """Names of the variants that make images, sorted; of those of one task. Plugins may have others."""
    described = {name: registry.variant(name) for name in registry.list_variants(task)}
    # What is drawn of words is measured by what it was told, and by its own benchmarks.
    return [name for name, each in described.items() if each.gives == "image" and "text" not in each.takes]


def versions():
    """`{name: version}` of what trains."""
    import keras
    import tensorflow as tf

    return {"TensorFlow": tf.__version__, "Keras": keras.__version__}


def tensorflow_threads():
    """How many threads an operation of TensorFlow gets in this process."""
    import tensorflow as tf

    from benchmarks.common.workers import threads

    return tf.config.threading.get_intra_op_parallelism_threads() or threads()


def train_prepared(run, model_options=None, make_callbacks=list, rows=None):
    """Prepares a run and trains it to its end, as `train.py` does, but for files: it writes none.

    Args:
        run: a `RunConfig`; `steps` of it are what its schedules are made for.
        model_options: options of the variant, a dict.
        make_callbacks: as of `runs.fit.fit`.
        rows: of the data set, an array of indices, to train on; default: all.

    Returns:
        Its `PreparedRun`, trained.
    """
    quiet_tensorflow()
    from keras_gan.runs import fit, preparation

    prepared = preparation.prepare(dataclasses.replace(run, export=()), model_options or {})
    if rows is not None:
        columns = {name: column[rows] for name, column in prepared.dataset.columns.items()}
        prepared = dataclasses.replace(prepared, dataset=dataclasses.replace(prepared.dataset, columns=columns))
    fit.fit(prepared, None, make_callbacks)
    return prepared


def train(arguments, make_callback):
    """Runs the command line of `train.py` with one callback more, behind the program's own.

    Args:
        arguments: of the command line.
        make_callback: function from the list of the program's own callbacks to the last one.
    """
    quiet_tensorflow()
    from keras_gan import cli
    from keras_gan.runs import fit

    usual = fit.fit

    def with_one_more(prepared, folder, make_callbacks):
        def make_all():
            own = make_callbacks()
            return [*own, make_callback(own)]

        return usual(prepared, folder, make_all)

    fit.fit = with_one_more
    cli.main(arguments, command="train")
