"""What is seen, saved and measured while a run trains: its callbacks, in order."""

import math

import tensorflow as tf
from tensorboard.plugins.hparams import api as hparams

from keras_gan import callbacks, config, data
from keras_gan.errors import shown
from keras_gan.runs import scoring

MOST_FOR_SCORES = 0.1  # share of the training's time, by default


def callbacks_of(prepared, folder, first_step):
    """The callbacks of a `PreparedRun` in its `RunFolder`, from a step on.

    The doctor comes first: it stops a run that is lost before that is saved. Checkpoints come after all that writes
    for its step: what a checkpoint's step has logged is not taken back.
    """
    options, steps = prepared.options, prepared.steps
    writer = tf.summary.create_file_writer(str(folder.path))
    if first_step == 0:
        _describe_run(writer, options, prepared.model_config)
    tenth = math.ceil(steps / config.DEFAULT_SNAPSHOTS)
    every = options.snapshot_every or tenth
    doctor = _doctor(prepared, folder, every, writer) if options.health else None
    chosen = [doctor] if doctor else []
    chosen += [
        callbacks.Scalars(writer, max(1, min(50, steps // 20)), prepared.schedule),
        callbacks.Previews(folder.samples, every, prepared.sampler, writer, dataset=prepared.dataset),
    ]
    if options.metrics:
        chosen += [_scores(prepared, folder, options.eval_every or tenth, writer, doctor)]
    checkpoint_steps, minutes = config.parse_interval(options.checkpoint_every)
    saving = steps if minutes else checkpoint_steps or every
    chosen += [callbacks.Checkpoints(folder.checkpoints, saving, options.keep_checkpoints, minutes, writer)]
    chosen += [callbacks.Memory(every)]
    if options.profile:
        chosen += [callbacks.Profile(folder.path, options.profile)]
    return [*chosen, callbacks.Progress(steps, prepared.schedule)]


def _doctor(prepared, folder, every, writer):
    return callbacks.Health(
        folder.path,
        max(1, min(50, every // 2)),
        prepared.sampler,
        prepared.dataset,
        _unseen(prepared),
        writer,
        augment=data.augmentations(prepared.options.data_augment, prepared.dataset.fields["real"].kind),
        steps=prepared.steps,
    )


def _scores(prepared, folder, every, writer, doctor):
    options = prepared.options
    return callbacks.Scores(
        directory=folder.path,
        checkpoints=folder.checkpoints,
        every=every,
        subject=scoring.subject_of(options, prepared.dataset),
        sampler=prepared.sampler,
        count=options.eval_samples,
        writer=writer,
        doctor=doctor,
        most_share=None if options.eval_every else MOST_FOR_SCORES,
    )


def _unseen(prepared):
    """A `Dataset` that the training does not see, where the data set has one; or None."""
    if prepared.validation:
        return prepared.validation
    if not data.has_test(prepared.options):
        return None
    test = data.load(prepared.options, "test")
    return None if test.provenance == prepared.dataset.provenance else test  # there may be but one split


def _describe_run(writer, options, model_config):
    """The configuration as TensorBoard text, and as an entry of its HParams page."""
    text = config.to_json(options, model_config)
    values = {**vars(options), **{f"model.{name}": value for name, value in vars(model_config).items()}}
    # HParams knows these types alone, and a variant may have tuples: the widths of layers.
    known = (bool, int, float)
    flat = {k: v if isinstance(v, known) else shown(v) for k, v in values.items() if v is not None}
    with writer.as_default(0):
        tf.summary.text("configuration", "".join(f"    {line}\n" for line in text.splitlines()))
        hparams.hparams(flat, trial_id=options.run_name)
