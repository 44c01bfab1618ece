"""One sitting of a training: from the first step to the last, to a signal, or to what the machine cannot give."""

import functools
import json
import shlex
import sys
from pathlib import Path

import keras
import tensorflow as tf

from keras_gan import callbacks, config
from keras_gan.distribution import cluster
from keras_gan.errors import MachineFailed, TrainingFailed, why
from keras_gan.storage import checkpoint, event_files, files, schema


def fit(run, model, folder, batches, steps, make_callbacks):
    """Trains `model` to step `steps` and returns None, or the exit code if a signal ended it before.

    Args:
        run: the `RunConfig`.
        model: an `AdversarialModel` at the step to start from.
        folder: the `RunFolder`, or None of a worker that is not the chief, which saves nothing.
        batches: function that returns the stream of batches from `start_step` on.
        steps: of the whole run.
        make_callbacks: function that returns the callbacks, in order.

    Raises:
        TrainingFailed: if a loss is no longer a number.
        MachineFailed: if memory, disk, data or another worker failed; all checkpoints are as they were.
    """
    first_step = _step(model)
    strategy = model.distribute_strategy
    agree = functools.partial(_agree_on_signal, strategy) if cluster.has_others(strategy) else None
    with callbacks.StopOnSignal(agree) as stop:
        try:
            stream, steps_per_epoch = batches(start_step=first_step), steps - first_step
            if isinstance(stream, tf.data.Dataset):
                # Keras takes `steps_per_epoch` for too much where several steps go in one.
                stream, steps_per_epoch = stream.take(steps_per_epoch), None
            model.fit(stream, steps_per_epoch=steps_per_epoch, verbose=0, callbacks=[*make_callbacks(), stop])
        except callbacks.Stopped as stopped:
            return _save_and_go(run, model, folder, stopped)
        except TrainingFailed as error:
            raise TrainingFailed(f"{error}\n{_last_good(folder)}") from None
        except MachineFailed as error:
            raise MachineFailed(f"{error}\n{_last_good(folder)}") from None
        except (MemoryError, OSError, tf.errors.OpError) as error:
            # Nothing is saved now: a step that fails may have been done in part.
            raise MachineFailed(f"{_what_failed(error, run, strategy)}\n{_last_good(folder)}") from None
    return None


def take_back(folder, step):
    """Removes what a run that was killed has logged of steps after its last checkpoint: it will log them again."""
    try:
        event_files.cut_after(folder.path, step)
        scores = folder.path / callbacks.scores.FILE
        if scores.exists():
            lines = files.read_json_lines(scores, {"step": schema.count})
            files.write(scores, "".join(json.dumps(line) + "\n" for line in lines if line["step"] <= step))
    except OSError as error:
        raise MachineFailed(f"cannot write in {folder.path}: {why(error)}.") from None


def how_to_go_on(folder):
    """The command that resumes a run."""
    log_dir = str(folder.path.parent)
    name = folder.name if log_dir == config.RunConfig.log_dir else str(folder.path)
    return f"Continue with: python train.py --resume {shlex.quote(name)}"


# --- Inside -----------------------------------------------------------------------------------------------------------


def _agree_on_signal(strategy, received):
    """The signal that any of the workers has received, 0 for none: all end after the same step."""
    counts = cluster.sum_over_workers(strategy, [float(received == number) for number in callbacks.stop.SIGNALS])
    return next((number for number, count in zip(callbacks.stop.SIGNALS, counts, strict=True) if count), 0)


def _save_and_go(run, model, folder, stopped):
    """Saves, if this process is the one that does; returns the exit code."""
    if folder:
        checkpoint.save(model, folder.checkpoints, _step(model), run.keep_checkpoints)
        print(f"\n{stopped} arrived: saved at step {_step(model)}. {how_to_go_on(folder)}", file=sys.stderr)
    else:
        print(f"{stopped} arrived: ended at step {_step(model)}.", file=sys.stderr)
    return stopped.exit_code


def _step(model):
    return int(keras.ops.convert_to_numpy(model.step))


def _what_failed(error, run, strategy):
    text = str(error)
    who = cluster.who_left(strategy, error)
    if who:
        return f"{who} has gone, and the others cannot go on without it."
    if isinstance(error, OSError):
        return f"the machine failed the training: {why(error)}" + (f" ({error.filename})." if error.filename else ".")
    if "No space left" in text:
        return f"the disk of {run.log_dir} is full."
    if isinstance(error, (MemoryError, tf.errors.ResourceExhaustedError)):
        return (
            f"out of memory with --batch-size {run.batch_size} at {run.image_size} px: start anew with a smaller batch "
            "or smaller networks, or free some memory and resume."
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
    return f"the last good checkpoint is of step {checkpoint.read_manifest(whole[-1])['step']}. {how_to_go_on(folder)}"
