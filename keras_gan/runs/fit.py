"""Training a run, from the step it is at to the last one, to a signal, or to what the machine cannot give."""

import functools
import json
import sys
from pathlib import Path

import keras
import tensorflow as tf

from keras_gan import callbacks, config
from keras_gan.callbacks import scores
from keras_gan.distribution import cluster
from keras_gan.errors import MachineFailed, TrainingFailed, calling, why
from keras_gan.storage import checkpoint, event_files, files, schema


class _AcrossStages(keras.callbacks.CallbackList):
    """Callbacks of a training that is several `fit`s, one a stage: it begins and ends but once.

    Attributes:
        is_last: whether the `fit` that goes on now is the last.
    """

    def __init__(self, chosen, model):
        super().__init__(chosen, add_history=True, model=model)
        self.is_last, self._begun = False, False

    def on_train_begin(self, logs=None):
        if not self._begun:
            super().on_train_begin(logs)
        self._begun = True

    def on_train_end(self, logs=None):
        if self.is_last:
            super().on_train_end(logs)


def fit(prepared, folder, make_callbacks):
    """Trains to the last step and returns None, or the exit code if a signal ended it before.

    Args:
        prepared: a `PreparedRun`, its model at the step to start from.
        folder: the `RunFolder`, or None of a worker that is not the chief, which saves nothing.
        make_callbacks: function that returns the callbacks, in order.

    Raises:
        TrainingFailed: if a loss is no longer a number.
        MachineFailed: if memory, disk, data or another worker failed; all checkpoints are as they were.
    """
    options, model, strategy = prepared.options, prepared.model, prepared.strategy
    agree = functools.partial(_agree_on_signal, strategy) if cluster.has_others(strategy) else None
    made = []
    with callbacks.StopOnSignal(agree) as stop:
        try:
            made += make_callbacks()
            _fit_stages(prepared, _AcrossStages([*made, stop], model))
        except callbacks.Stopped as stopped:
            return _save_and_go(options, model, folder, stopped)
        except TrainingFailed as error:
            raise TrainingFailed(f"{error}\n{_last_good(folder)}") from None
        except MachineFailed as error:
            raise MachineFailed(f"{error}\n{_last_good(folder)}") from None
        except (MemoryError, OSError, tf.errors.OpError) as error:
            # Nothing is saved now: a step that fails may have been done in part.
            raise MachineFailed(f"{_what_failed(error, prepared)}\n{_last_good(folder)}") from None
        finally:
            _end_bars(made)
    return None


def _end_bars(made):
    """What is said after a training that failed begins on a line of its own."""
    for each in made:
        if isinstance(each, callbacks.Progress):
            each.close()


def _fit_stages(prepared, across):
    model = prepared.model
    for stage, first_step, end in prepared.schedule.parts(_step_of(model), prepared.steps):
        stream, steps_per_epoch = prepared.batches(stage, first_step), end - first_step
        if isinstance(stream, tf.data.Dataset):
            # Keras takes `steps_per_epoch` for too much where several steps go in one.
            stream, steps_per_epoch = stream.take(steps_per_epoch), None
        across.is_last = end == prepared.steps
        model.fit(stream, steps_per_epoch=steps_per_epoch, verbose=0, callbacks=across, check=False)


def forget_after(folder, step):
    """Removes what a run that was killed has logged of steps after its last checkpoint: it will log them again."""
    try:
        event_files.cut_after(folder.path, step)
        path = folder.path / scores.FILE
        if path.exists():
            lines = files.read_json_lines(path, {"step": schema.count})
            files.write(path, "".join(json.dumps(line) + "\n" for line in lines if line["step"] <= step))
    except OSError as error:
        raise MachineFailed(f"cannot write in {folder.path}: {why(error)}.") from None


def _how_to_go_on(folder):
    """The command that resumes a run."""
    log_dir = str(folder.path.parent)
    where = () if log_dir == config.RunConfig.log_dir else ("--log-dir", log_dir)
    return f"Continue with: {calling('train', '--resume', folder.name, *where)}"


def _step_of(model):
    """The step that a model is at, an integer."""
    return int(keras.ops.convert_to_numpy(model.step))


# --- Inside -----------------------------------------------------------------------------------------------------------


def _agree_on_signal(strategy, received):
    """The signal that any of the workers has received, 0 for none: all end after the same step."""
    counts = cluster.sum_over_workers(strategy, [float(received == number) for number in callbacks.stop.SIGNALS])
    return next((number for number, count in zip(callbacks.stop.SIGNALS, counts, strict=True) if count), 0)


def _save_and_go(options, model, folder, stopped):
    """Saves, if this process is the one that does; returns the exit code."""
    if folder:
        checkpoint.save(model, folder.checkpoints, _step_of(model), options.keep_checkpoints)
        print(f"\n{stopped} arrived: saved at step {_step_of(model)}. {_how_to_go_on(folder)}", file=sys.stderr)
    else:
        print(f"{stopped} arrived: ended at step {_step_of(model)}.", file=sys.stderr)
    return stopped.exit_code


def _what_failed(error, prepared):
    options, text = prepared.options, str(error)
    who = cluster.who_left(prepared.strategy, error)
    if who:
        return f"{who} has gone, and the others cannot go on without it."
    if isinstance(error, OSError):
        return f"the machine failed the training: {why(error)}" + (f" ({error.filename})." if error.filename else ".")
    if "No space left" in text:
        return f"the disk of {options.log_dir} is full."
    if isinstance(error, (MemoryError, tf.errors.ResourceExhaustedError)):
        return (
            f"out of memory with --batch-size {options.batch_size} of {prepared.dataset.fields['real'].words}: start "
            "anew with a smaller batch or smaller networks, or free some memory and resume."
        )
    # The data is read by Python code inside the pipeline, whose error is in the last line of TensorFlow's.
    lines = [line.strip() for line in text.splitlines() if "Error: " in line]
    return f"a step could not be done ({lines[-1] if lines else text.splitlines()[0]})."


def _last_good(folder):
    if not folder:
        return "Worker 0 says which checkpoint is the last: start all workers again, with --resume."
    whole = [path for path in checkpoint.list_checkpoints(folder.checkpoints) if not checkpoint.verify(path)]
    if not whole:
        return f"there is no checkpoint in {Path(folder.checkpoints)}."
    return f"the last good checkpoint is of step {checkpoint.read_manifest(whole[-1])['step']}. {_how_to_go_on(folder)}"
